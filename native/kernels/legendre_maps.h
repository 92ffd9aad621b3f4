#pragma once
// CPU: coefficients of many real maps to rows of numbers (kernels/legendre_block.h) and back. What the orders of a group have of a degree
// is adjacent in a map, and what the maps have of an order is adjacent in its row: squares are turned in registers.
#include "kernels/legendre_rings.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class R>
class MapRows {
 public:
  // inner = 1. The rows of order g of the group are rows + g * order_size.
  MapRows(const LegendreArgs& args, const Columns<R>& columns, const OrderGroup& group, R* rows, int64_t order_size)
      : args_(args), columns_(columns), first_(group.orders[0].m), count_(group.count), maps_(columns.per_sign()) {
    for (int g = 0; g < group.count; ++g) {
      const OrderColumns& c = group.orders[g];
      rows_[g] = {rows + g * order_size, legendre_pair_factors(args, c.order), c.columns, c.filled};
    }
  }

  __attribute__((noinline)) void gather() const { for_degrees<false>(static_cast<const R*>(args_.x)); }
  __attribute__((noinline)) void scatter() const { for_degrees<true>(static_cast<R*>(args_.out)); }

 private:
  static constexpr int W = kWidth<R>;
  static constexpr int64_t kAhead = 4;  // degrees

  // The rows of an order, how far they are apart, and from there to odd degrees.
  struct Row {
    R* rows;
    const double* factors;
    int64_t step, odd;
  };
  // Of a degree in the rows of an order.
  struct Place {
    R* row;
    R factor;
  };

  template <bool back, class Number>
  void for_degrees(Number* maps) const {
    Place places[kMostOrders];
    for (int64_t l = first_; l < args_.L; ++l) {
      const int used = find(l, places);
      for (int64_t map = 0; map < maps_; map += W) {
        const int n = static_cast<int>(minimum(W, maps_ - map));
        Number* at[W];  // m = 0 of the maps; those that are missing are the last one
        for (int i = 0; i < W; ++i) at[i] = maps + columns_.run(static_cast<int>(map) + (i < n ? i : n - 1)).x + l * l + l;
        look_ahead(at, n, l);
        int g = 0;
        for (; g + W <= used; g += W) {
          square<back, 0>(at, n, map, g, places + g);
          square<back, 1>(at, n, map, g, places + g);
        }
        for (; g < used; ++g) one_by_one<back>(at, n, map, first_ + g, places[g]);
      }
    }
  }

  // The places of degree l; returns how many orders have it.
  int find(int64_t l, Place* places) const {
    const int used = static_cast<int>(minimum(count_, l - first_ + 1));
    for (int g = 0; g < used; ++g) {
      const Row& row = rows_[g];
      const auto steps = static_cast<uint64_t>(l - first_ - g);
      const auto k = static_cast<int64_t>(steps / 2), odd = static_cast<int64_t>(steps % 2);
      places[g] = {row.rows + k * row.step + odd * row.odd, static_cast<R>(row.factors[k * kPairFactors + odd])};
    }
    return used;
  }

  template <class Number>
  void look_ahead(Number* const* at, int n, int64_t l) const {
    if (l + kAhead >= args_.L) return;
    const int64_t gap = kAhead * (2 * l + kAhead + 1);
    for (int i = 0; i < n; ++i) {
      __builtin_prefetch(at[i] + gap + first_);
      __builtin_prefetch(at[i] + gap + first_ + count_ - 1);
      __builtin_prefetch(at[i] + gap - first_);
      __builtin_prefetch(at[i] + gap - first_ - count_ + 1);
    }
  }

  // Orders first + g .. first + g + W - 1 of W maps.
  template <bool back, int sign, class Number>
  CLEBSCH_INLINE void square(Number* const* at, int n, int64_t map, int g, const Place* places) const {
    const int64_t m = sign == 0 ? first_ + g : -(first_ + g + W - 1), column = sign * maps_ + map;
    const bool zero = sign == 1 && first_ + g == 0;  // order 0 has no other sign
    const auto place = [&](int i) CLEBSCH_ALWAYS { return places[sign == 0 ? i : W - 1 - i]; };
    Vector<R> v[W];
    if constexpr (back) {
      for (int i = 0; i < W; ++i) {
        const R* row = place(i).row + column;
        v[i] = place(i).factor * (n == W ? load(row) : load_first(row, n));
      }
      transpose_lanes<R>(v);
      for (int i = 0; i < n; ++i) zero ? store_first<R>(at[i] + m, v[i], W - 1) : store<R>(at[i] + m, v[i]);
    } else {
      for (int i = 0; i < W; ++i) v[i] = load<R>(at[i] + m);
      transpose_lanes<R>(v);
      for (int i = 0; i < W - static_cast<int>(zero); ++i) {
        R* row = place(i).row + column;
        n == W ? store<R>(row, place(i).factor * v[i]) : store_first<R>(row, place(i).factor * v[i], n);
      }
    }
  }

  template <bool back, class Number>
  void one_by_one(Number* const* at, int n, int64_t map, int64_t m, Place place) const {
    for (int sign = 0; sign < (m == 0 ? 1 : 2); ++sign) {
      R* row = place.row + sign * maps_ + map;
      for (int i = 0; i < n; ++i) {
        if constexpr (back)
          at[i][sign == 0 ? m : -m] = place.factor * row[i];
        else
          row[i] = place.factor * at[i][sign == 0 ? m : -m];
      }
    }
  }

  const LegendreArgs& args_;
  const Columns<R>& columns_;
  const int64_t first_;
  const int count_;
  const int64_t maps_;
  Row rows_[kMostOrders];
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
