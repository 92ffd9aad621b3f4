#pragma once
// CPU: waves in rows, [column][slot], to rings and back. The columns of a few neighbouring orders are adjacent in a ring, so that whole
// vectors of them go there at once. The rows of an order are, for spin 0, those of the first rings of slots, then those of the second.
#include "kernels/legendre_columns.h"
#include "kernels/shuffles.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// The orders of a group; `row` is where the rows of each begin.
struct OrderGroup {
  OrderColumns orders[kMostOrders];
  int64_t row[kMostOrders];
  int count = 0;
};

template <class R>
class RingColumns {
 public:
  // Rows of waves are `stride` numbers apart.
  RingColumns(const LegendreArgs& args, const Columns<R>& columns, const OrderGroup& group, int64_t stride)
      : args_(args), columns_(columns), group_(group), column_size_(args.inner * columns.parts()), stride_(stride) {
    for (int half = 0; half < 2; ++half) {
      for (int r = 0; r < columns.run_count(); ++r) {
        if (legendre_is_complex(args)) {
          for (int g = group.count - 1; g >= 0; --g) add(half, g, 1, columns.run(r));
          for (int g = 0; g < group.count; ++g) add(half, g, 0, columns.run(r));
        } else {
          for (int g = 0; g < group.count; ++g)
            for (int64_t sign = 0; sign < 2; ++sign) add(half, g, sign, columns.run(r));
        }
      }
    }
  }

  // The waves of the rings of slots [first, first + size) to the tensor.
  void put(int64_t first, int64_t size, const R* waves) const {
    R* out = static_cast<R*>(args_.out);
    for_tiles(first, size, [&](int half, const Segment& segment, int64_t i, const int32_t* rings) {
      put_tile(waves + i, rows_[half] + segment.row, segment.count, rings, out + segment.offset);
    });
  }

  // The reverse; zeros where there is no ring.
  void take(int64_t first, int64_t size, R* waves) const {
    const R* x = static_cast<const R*>(args_.x);
    for_tiles(first, size, [&](int half, const Segment& segment, int64_t i, const int32_t* rings) {
      take_tile(x + segment.offset, rows_[half] + segment.row, segment.count, rings, waves + i);
    });
  }

 private:
  // Rows that are adjacent in a ring.
  struct Segment {
    int64_t offset;
    int row, count;
  };

  // Columns of an order and sign for maps of a run, on the rings of one half of the slots (kernels/legendre.h).
  void add(int half, int g, int64_t sign, const MapRun& run) {
    const OrderColumns& c = group_.orders[g];
    if (sign >= c.signs || (args_.spin != 0 && sign != half)) return;
    const int64_t offset = legendre_column(args_, c.m, sign == 1) * column_size_ + run.rings;
    const int64_t first = group_.row[g] + (args_.spin == 0 ? half * c.width : 0) + sign * columns_.per_sign() + run.place;
    Segment* segments = segments_[half];
    int& count = segment_count_[half];
    const int row = row_count_[half];
    if (count > 0 && segments[count - 1].offset + segments[count - 1].count == offset) {
      segments[count - 1].count += static_cast<int>(run.length);
    } else {
      segments[count++] = {offset, row, static_cast<int>(run.length)};
    }
    for (int64_t i = 0; i < run.length; ++i) rows_[half][row + i] = static_cast<int16_t>(first + i);
    row_count_[half] += static_cast<int>(run.length);
  }

  template <class F>
  void for_tiles(int64_t first, int64_t size, F f) const {
    for (int half = 0; half < 2; ++half) {
      const int32_t* rings = args_.slot_rings + half * args_.slots + first;
      for (int64_t i = 0; i < size; i += kWidth<R>)
        for (int s = 0; s < segment_count_[half]; ++s) f(half, segments_[half][s], i, rings + i);
    }
  }

  void put_tile(const R* sums, const int16_t* rows, int count, const int32_t* rings, R* out) const {
    constexpr int W = kWidth<R>;
    const int64_t stride = (2 * args_.L - 1) * column_size_;
    for (int j = 0; j < count; j += W, rows += W, out += W) {
      const int n = count - j < W ? count - j : W;
      Vector<R> v[W];
      for (int i = 0; i < W; ++i) v[i] = load(sums + rows[i < n ? i : 0] * stride_);
      transpose_lanes<R>(v);
      for (int i = 0; i < W; ++i)
        if (rings[i] >= 0) put_row(out + rings[i] * stride, v[i], n);
    }
  }

  static void put_row(R* out, Vector<R> v, int n) {
    if (n == kWidth<R>) return store(out, v);
    store_first(out, v, n);
  }

  void take_tile(const R* x, const int16_t* rows, int count, const int32_t* rings, R* values) const {
    constexpr int W = kWidth<R>;
    const int64_t stride = (2 * args_.L - 1) * column_size_;
    for (int j = 0; j < count; j += W, rows += W, x += W) {
      const int n = count - j < W ? count - j : W;
      Vector<R> v[W];
      for (int i = 0; i < W; ++i) {
        const R* row = x + rings[i] * stride;
        v[i] = rings[i] < 0 ? Vector<R>{} : n == W ? load(row) : load_first(row, n);
      }
      transpose_lanes<R>(v);
      for (int i = 0; i < n; ++i) store(values + rows[i] * stride_, v[i]);
    }
  }

  const LegendreArgs& args_;
  const Columns<R>& columns_;
  const OrderGroup& group_;
  int64_t column_size_, stride_;
  Segment segments_[2][kGroupRows];
  int16_t rows_[2][kGroupRows];
  int segment_count_[2] = {}, row_count_[2] = {};
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
