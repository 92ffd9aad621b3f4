#pragma once
// CPU: between rings and sums at a block of slots, [slot][column], where so many channels are adjacent that columns need not be turned.
#include "kernels/legendre_columns.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class R>
class RingRows {
 public:
  // band: 0 for a tensor of all rings; else it has the first rings of a band of so many slots, and then their second rings.
  RingRows(const LegendreArgs& args, const Columns<R>& columns, int64_t band)
      : args_(args),
        columns_(columns),
        column_size_(args.inner * columns.parts()),
        ring_size_((2 * args.L - 1) * column_size_),
        band_(band) {}

  // Whether it is worth it.
  static bool suits(const LegendreArgs& args) { return args.inner * (legendre_is_complex(args) ? 2 : 1) >= W; }

  // Asks for what the order has on the rings of a block.
  void look_ahead(const OrderColumns& c, int64_t slot, const R* tensor) const {
    if (band_ > 0) return;
    for (int64_t i = slot; i < slot + kSlotPad; ++i)
      for (int half = 0; half < 2; ++half) {
        const int64_t ring = ring_of(i, half);
        if (ring < 0) continue;
        for_pieces(c, [&](int64_t, int64_t place, int64_t, int64_t) { __builtin_prefetch(tensor + ring * ring_size_ + place); });
      }
  }

  // Sums to their rings.
  void put(const OrderColumns& c, int64_t slot, const R* sums) const {
    R* out = static_cast<R*>(args_.out);
    for (int64_t i = slot; i < slot + kSlotPad; ++i, sums += c.columns) {
      const Slot at = slot_at(i);
      for_pieces(c, [&](int64_t j, int64_t place, int64_t n, int64_t sign) CLEBSCH_ALWAYS {
        if (args_.spin != 0) {
          store_piece(out, at.ring[sign], place, load(sums + j) * at.weight[sign], n);
          return;
        }
        const Vector<R> even = load(sums + j), odd = load(sums + c.filled + j) * at.cosine;
        store_piece(out, at.ring[0], place, (even + odd) * at.weight[0], n);
        store_piece(out, at.ring[1], place, (even - odd) * at.weight[1], n);
      });
    }
  }

  void take(const OrderColumns& c, int64_t slot, R* values) const {
    const R* x = static_cast<const R*>(args_.x);
    for (int64_t i = slot; i < slot + kSlotPad; ++i, values += c.columns) {
      const Slot at = slot_at(i);
      for_pieces(c, [&](int64_t j, int64_t place, int64_t n, int64_t sign) CLEBSCH_ALWAYS {
        if (args_.spin != 0) {
          store_some(values + j, load_piece(x, at.ring[sign], place, n) * at.weight[sign], n);
          return;
        }
        const Vector<R> north = load_piece(x, at.ring[0], place, n) * at.weight[0],
                        south = load_piece(x, at.ring[1], place, n) * at.weight[1];
        store_some(values + j, north + south, n);
        store_some(values + c.filled + j, (north - south) * at.cosine, n);
      });
      for (int64_t j = c.width; j < c.filled; ++j) {
        values[j] = 0;
        if (args_.spin == 0) values[c.filled + j] = 0;
      }
    }
  }

 private:
  static constexpr int64_t W = kWidth<R>;

  struct Slot {
    int64_t ring[2];  // where they begin, or -1
    R weight[2], cosine;
  };
  int64_t ring_of(int64_t slot, int half) const { return args_.slot_rings[half * args_.slots + slot]; }
  Slot slot_at(int64_t slot) const {
    Slot at;
    for (int half = 0; half < 2; ++half) {
      const int64_t ring = ring_of(slot, half), row = band_ > 0 ? half * band_ + slot % band_ : ring;
      at.ring[half] = ring < 0 ? -1 : row * ring_size_;
      at.weight[half] = static_cast<R>(args_.slot_values[(2 + half) * args_.slots + slot]);
    }
    at.cosine = static_cast<R>(args_.slot_values[args_.slots + slot]);
    return at;
  }

  // f(column, place in a ring, how many numbers, sign) for vectors of an order's columns, in which order +m is sign 0.
  template <class F>
  CLEBSCH_INLINE void for_pieces(const OrderColumns& c, F f) const {
    for (int64_t sign = 0; sign < c.signs; ++sign) {
      const int64_t place = legendre_column(args_, c.m, sign == 1) * column_size_;
      for (int r = 0; r < columns_.run_count(); ++r) {
        const MapRun& run = columns_.run(r);
        for (int64_t i = 0; i < run.length; i += W)
          f(sign * columns_.per_sign() + run.place + i, place + run.rings + i, minimum(W, run.length - i), sign);
      }
    }
  }

  static CLEBSCH_INLINE Vector<R> load_piece(const R* x, int64_t ring, int64_t place, int64_t n) {
    if (ring < 0) return Vector<R>{};
    return n == W ? load(x + ring + place) : load_first(x + ring + place, n);
  }
  static CLEBSCH_INLINE void store_piece(R* out, int64_t ring, int64_t place, Vector<R> v, int64_t n) {
    if (ring >= 0) store_some(out + ring + place, v, n);
  }
  static CLEBSCH_INLINE void store_some(R* to, Vector<R> v, int64_t n) { n == W ? store<R>(to, v) : store_first<R>(to, v, n); }

  const LegendreArgs& args_;
  const Columns<R>& columns_;
  const int64_t column_size_, ring_size_;
  const int64_t band_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
