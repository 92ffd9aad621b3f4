#pragma once
// CPU: coefficients of an order as rows of columns, one row for each step of the recursion. A column is a real number: (order +m or -m,
// map, re or im). Rows are [even columns | odd columns] for spin 0, else [columns], and filled up to a multiple of kTileColumns.
#include "kernels/legendre_tile.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kMostColumns = 64;  // of an order; they share its recursion

// Numbers of adjacent maps.
struct Run {
  int64_t place, x, rings, length;  // place among the columns of a sign, offsets in the tensors, all in real numbers
};

// An order and the shape of its rows.
struct OrderColumns {
  LegendreOrder order;
  int64_t m, signs, width, columns, steps;
};

template <class R>
class Columns {
 public:
  // Maps [first, first + maps) of outer x inner.
  Columns(const LegendreArgs& args, int64_t first, int64_t maps) : args_(args), parts_(legendre_is_complex(args) ? 2 : 1) {
    for (int64_t map = first; map < first + maps;) {
      const int64_t o = map / args.inner, i = map % args.inner, length = minimum(args.inner - i, first + maps - map);
      runs_[run_count_++] = {(map - first) * parts_, (o * args.L * args.L * args.inner + i) * parts_,
                             (o * args.rings * (2 * args.L - 1) * args.inner + i) * parts_, length * parts_};
      map += length;
    }
    per_sign_ = maps * parts_;
  }

  int64_t parts() const { return parts_; }
  int64_t per_sign() const { return per_sign_; }
  int run_count() const { return run_count_; }
  const Run& run(int r) const { return runs_[r]; }

  OrderColumns of_order(int64_t m) const {
    const LegendreOrder order = legendre_order(args_, m);
    const int64_t signs = m == 0 ? 1 : 2, width = signs * per_sign_, used = args_.spin == 0 ? 2 * width : width;
    return {order, m, signs, width, ceil_div(used, kTileColumns) * kTileColumns, legendre_steps(args_, order.first)};
  }

  // Clears the columns that fill an order's up.
  void clear_surplus(const OrderColumns& c, R* rows) const {
    if (c.columns > (args_.spin == 0 ? 2 : 1) * c.width) memset(rows, 0, static_cast<size_t>(c.steps * c.columns) * sizeof(R));
  }

  // Coefficients of the order in a run, as those of p_k.
  void gather(const OrderColumns& c, const Run& run, R* rows) const {
    for_signs(c, run, [&](auto length, int64_t sign, int64_t place, int64_t x) {
      if (args_.spin == 0) {
        gather_pairs(c, length, sign, place, x, rows);
      } else {
        gather_degrees(c, length, sign, place, x, rows);
      }
    });
  }

  // The transpose: sums of products with p_k to coefficients.
  void scatter(const OrderColumns& c, const Run& run, const R* rows) const {
    for_signs(c, run, [&](auto length, int64_t sign, int64_t place, int64_t x) {
      if (args_.spin == 0) {
        scatter_pairs(c, length, sign, place, x, rows);
      } else {
        scatter_degrees(c, length, sign, place, x, rows);
      }
    });
  }

 private:
  struct Length {
    int64_t value;
  };

  // f(length, sign of the order, first column, offset in the coefficients of degree 0); lengths of 1 and 2 are known to the compiler.
  template <class F>
  void for_signs(const OrderColumns& c, const Run& run, F f) const {
    for (int64_t sign = 0; sign < c.signs; ++sign) {
      const int64_t place = sign * per_sign_ + run.place, x = (sign == 0 ? c.m : -c.m) * args_.inner * parts_ + run.x;
      if (run.length == 1) {
        f(Constant<int64_t{1}>{}, sign, place, x);
      } else if (run.length == 2) {
        f(Constant<int64_t{2}>{}, sign, place, x);
      } else {
        f(Length{run.length}, sign, place, x);
      }
    }
  }

  int64_t row_of(int64_t l) const { return (l * l + l) * args_.inner * parts_; }
  double mirror(const OrderColumns& c, int64_t sign, int64_t l) const { return sign == 0 ? 1 : legendre_mirror_sign(args_, c.m, l); }

  // Even degrees by alpha, odd ones through their recursion from the last step down (kernels/legendre.h).
  template <class N>
  void gather_pairs(const OrderColumns& c, N length, int64_t sign, int64_t place, int64_t offset, R* rows) const {
    const double mirrored = mirror(c, sign, 0);
    const R* x = static_cast<const R*>(args_.x) + offset;
    double odd[kMostColumns] = {};
    for (int64_t k = c.steps - 1; k >= 0; --k) {
      const int64_t l = c.m + 2 * k;
      const LegendreFactors odd_factors = legendre_factors(args_, l + 1 < args_.L ? l + 1 : l, c.m);
      const double alpha = mirrored * *legendre_factors(args_, l, c.m).first, a = mirrored * *odd_factors.first, b = *odd_factors.second;
      const R *first = x + row_of(l), *second = l + 1 < args_.L ? x + row_of(l + 1) : nullptr;
      R *even_row = rows + k * c.columns + place, *odd_row = even_row + c.width;
      for (int64_t i = 0; i < length.value; ++i) {
        even_row[i] = static_cast<R>(alpha * first[i]);
        odd[i] = (second ? a * second[i] : 0) - b * odd[i];
        odd_row[i] = static_cast<R>(odd[i]);
      }
    }
  }

  template <class N>
  void scatter_pairs(const OrderColumns& c, N length, int64_t sign, int64_t place, int64_t offset, const R* rows) const {
    const double mirrored = mirror(c, sign, 0);
    R* out = static_cast<R*>(args_.out) + offset;
    double odd[kMostColumns] = {}, b = 0;
    for (int64_t k = 0; k < c.steps; ++k) {
      const int64_t l = c.m + 2 * k;
      const LegendreFactors odd_factors = legendre_factors(args_, l + 1 < args_.L ? l + 1 : l, c.m);
      const double alpha = mirrored * *legendre_factors(args_, l, c.m).first, a = mirrored * *odd_factors.first;
      R *first = out + row_of(l), *second = l + 1 < args_.L ? out + row_of(l + 1) : nullptr;
      const R *even_row = rows + k * c.columns + place, *odd_row = even_row + c.width;
      for (int64_t i = 0; i < length.value; ++i) {
        first[i] = static_cast<R>(alpha * even_row[i]);
        odd[i] = odd_row[i] - b * odd[i];
        if (second) second[i] = static_cast<R>(a * odd[i]);
      }
      b = *odd_factors.second;
    }
  }

  template <class N>
  void gather_degrees(const OrderColumns& c, N length, int64_t sign, int64_t place, int64_t offset, R* rows) const {
    const R* x = static_cast<const R*>(args_.x) + offset;
    for (int64_t l = c.order.first; l < args_.L; ++l, rows += c.columns) {
      const double alpha = mirror(c, sign, l) * args_.factors[c.order.row + l - c.order.first];
      for (int64_t i = 0; i < length.value; ++i) rows[place + i] = static_cast<R>(alpha * x[row_of(l) + i]);
    }
  }

  // Degrees below |spin| are zero.
  template <class N>
  void scatter_degrees(const OrderColumns& c, N length, int64_t sign, int64_t place, int64_t offset, const R* rows) const {
    R* out = static_cast<R*>(args_.out) + offset;
    for (int64_t l = c.m; l < c.order.first; ++l)
      for (int64_t i = 0; i < length.value; ++i) out[row_of(l) + i] = 0;
    for (int64_t l = c.order.first; l < args_.L; ++l, rows += c.columns) {
      const double alpha = mirror(c, sign, l) * args_.factors[c.order.row + l - c.order.first];
      for (int64_t i = 0; i < length.value; ++i) out[row_of(l) + i] = static_cast<R>(alpha * rows[place + i]);
    }
  }

  const LegendreArgs& args_;
  int64_t parts_, per_sign_ = 0;
  Run runs_[kMostColumns];
  int run_count_ = 0;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
