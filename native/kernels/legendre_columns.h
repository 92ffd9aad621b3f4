#pragma once
// CPU: the columns that a task carries through an order, between tensors and the rows that tiles read and write. A column is a real
// number of (order +m or -m, map, re or im); rows of coefficients are [even columns | odd columns] for spin 0, else [columns].
#include "kernels/legendre_tile.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kMostColumns = 64;  // in a row; the recursion is shared by all

// Numbers of adjacent maps.
struct Run {
  int64_t place, x, rings, length;  // place among the columns of a sign, offsets in the tensors, in real numbers
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

  static int64_t maps_of_task(const LegendreArgs& args) {
    return kMostColumns / ((args.spin == 0 ? 4 : 2) * (legendre_is_complex(args) ? 2 : 1));
  }

  // Before anything else of order m.
  void select(int64_t m, const LegendreOrder& order) {
    m_ = m;
    first_ = order.first;
    row_ = order.row;
    signs_ = m == 0 ? 1 : 2;
    steps_ = legendre_steps(args_, first_);
    width_ = signs_ * per_sign_;
    columns_ = ceil_div(args_.spin == 0 ? 2 * width_ : width_, kTileColumns) * kTileColumns;
  }
  int64_t steps() const { return steps_; }
  int64_t columns() const { return columns_; }

  // Coefficients of the order, as those of p_k.
  void gather(double* rows) const {
    const R* x = static_cast<const R*>(args_.x);
    const int64_t used = args_.spin == 0 ? 2 * width_ : width_;
    if (used < columns_ || (args_.L - first_) % 2 != 0) memset(rows, 0, static_cast<size_t>(steps_ * columns_) * sizeof(double));
    for_degrees([&](int64_t row, int64_t at, double factor) {
      for (int r = 0; r < run_count_; ++r) {
        const Run& run = runs_[r];
        for (int64_t i = 0; i < run.length; ++i) rows[at + run.place + i] = factor * x[row + run.x + i];
      }
    });
    if (args_.spin == 0) to_steps(rows);
  }

  // The adjoint: sums of products with p_k to coefficients.
  void scatter(double* rows) const {
    R* out = static_cast<R*>(args_.out);
    if (args_.spin == 0) from_steps(rows);
    for_degrees([&](int64_t row, int64_t at, double factor) {
      for (int r = 0; r < run_count_; ++r) {
        const Run& run = runs_[r];
        for (int64_t i = 0; i < run.length; ++i) out[row + run.x + i] = static_cast<R>(factor * rows[at + run.place + i]);
      }
    });
    clear_low_degrees(out);
  }

  // Sums at the slots of a block to rings.
  void put_rings(const SlotBlock& block, R* sums) const {
    R* out = static_cast<R*>(args_.out);
    weigh(block, sums, [](R even, R odd, R x, R north, R south) {
      const R product = x * odd;
      return Pair{north * (even + product), south * (even - product)};
    });
    for_rings(
        block,
        [&](const R* from, int64_t to, int64_t length) {
          for (int64_t i = 0; i < length; ++i) out[to + i] = from[i * kRow];
        },
        sums);
  }

  // Rings to values at the slots of a block.
  void take_rings(const SlotBlock& block, R* values) const {
    const R* x = static_cast<const R*>(args_.x);
    for (int64_t j = 0; j < columns_; ++j) memset(values + j * kRow, 0, static_cast<size_t>(block.size) * sizeof(R));
    for_rings(
        block,
        [&](R* to, int64_t from, int64_t length) {
          for (int64_t i = 0; i < length; ++i) to[i * kRow] = x[from + i];
        },
        values);
    weigh(block, values, [](R a, R b, R x, R north, R south) {
      const R upper = north * a, lower = south * b;
      return Pair{upper + lower, x * (upper - lower)};
    });
  }

 private:
  struct Pair {
    R first, second;
  };

  // f(offset of the row of a degree and sign in the tensor, place of its first column, factor)
  template <class F>
  void for_degrees(F f) const {
    const int64_t inner = args_.inner * parts_, stride = legendre_factor_numbers(args_);
    for (int64_t l = first_; l < args_.L; ++l) {
      const int64_t center = l * l + l, k = args_.spin == 0 ? (l - first_) / 2 : l - first_;
      const int64_t at = k * columns_ + (args_.spin == 0 && (l - first_) % 2 != 0 ? width_ : 0);
      const double factor = args_.spin == 0 ? 1 : args_.factors[(row_ + k) * stride];
      f((center + m_) * inner, at, factor);
      if (signs_ == 2) f((center - m_) * inner, at + per_sign_, legendre_mirror_sign(args_, m_, l) * factor);
    }
  }

  // Even columns by alpha, odd ones through their recursion from the last step down (kernels/legendre.h).
  void to_steps(double* rows) const {
    const double* factors = args_.factors + row_ * 3;
    for (int64_t j = 0; j < width_; ++j) {
      double odd = 0;
      for (int64_t k = steps_ - 1; k >= 0; --k) {
        double* row = rows + k * columns_;
        row[j] *= factors[3 * k];
        odd = factors[3 * k + 1] * row[width_ + j] - factors[3 * k + 2] * odd;
        row[width_ + j] = odd;
      }
    }
  }

  void from_steps(double* rows) const {
    const double* factors = args_.factors + row_ * 3;
    for (int64_t j = 0; j < width_; ++j) {
      double odd = 0;
      for (int64_t k = 0; k < steps_; ++k) {
        double* row = rows + k * columns_;
        row[j] *= factors[3 * k];
        odd = row[width_ + j] - (k > 0 ? factors[3 * k - 1] : 0) * odd;
        row[width_ + j] = factors[3 * k + 1] * odd;
      }
    }
  }

  void clear_low_degrees(R* out) const {
    const int64_t inner = args_.inner * parts_;
    for (int64_t l = m_; l < first_; ++l) {
      for (int r = 0; r < run_count_; ++r) {
        const Run& run = runs_[r];
        for (int64_t sign = 0; sign < signs_; ++sign)
          memset(out + (l * l + l + (sign == 0 ? m_ : -m_)) * inner + run.x, 0, static_cast<size_t>(run.length) * sizeof(R));
      }
    }
  }

  // f(even, odd, x, w0, w1) of the pairs of columns of spin 0; weights alone otherwise.
  template <class F>
  void weigh(const SlotBlock& block, R* rows, F f) const {
    const double* x = args_.slot_values + args_.slots + block.first;
    const double *w0 = x + args_.slots, *w1 = w0 + args_.slots;
    for (int64_t j = 0; j < width_; ++j) {
      R* row = rows + j * kRow;
      if (args_.spin == 0) {
        R* other = row + width_ * kRow;
        for (int64_t i = 0; i < block.size; ++i) {
          const Pair pair = f(row[i], other[i], static_cast<R>(x[i]), static_cast<R>(w0[i]), static_cast<R>(w1[i]));
          row[i] = pair.first;
          other[i] = pair.second;
        }
      } else {
        const double* w = j < per_sign_ ? w0 : w1;
        for (int64_t i = 0; i < block.size; ++i) row[i] *= static_cast<R>(w[i]);
      }
    }
  }

  // f(number of the first column at a slot, offset in the rings' tensor, count) for runs of columns.
  template <class F, class Number>
  void for_rings(const SlotBlock& block, F f, Number* rows) const {
    const int64_t inner = args_.inner * parts_, stride = (2 * args_.L - 1) * inner;
    for (int64_t i = 0; i < block.size; ++i) {
      for (int half = 0; half < 2; ++half) {
        const int64_t t = args_.slot_rings[half * args_.slots + block.first + i];
        if (t < 0) continue;
        for (int64_t sign = 0; sign < signs_; ++sign) {
          if (args_.spin != 0 && sign != half) continue;
          Number* row = rows + ((args_.spin == 0 ? half * width_ : 0) + sign * per_sign_) * kRow + i;
          const int64_t at = t * stride + legendre_column(args_, m_, sign == 1) * inner;
          for (int r = 0; r < run_count_; ++r) f(row + runs_[r].place * kRow, at + runs_[r].rings, runs_[r].length);
        }
      }
    }
  }

  const LegendreArgs& args_;
  int64_t parts_, per_sign_, m_ = 0, first_ = 0, row_ = 0, signs_ = 1, steps_ = 0, width_ = 0, columns_ = 0;
  Run runs_[kMostColumns / 2];
  int run_count_ = 0;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
