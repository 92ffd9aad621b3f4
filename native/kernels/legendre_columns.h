#pragma once
// CPU: coefficients of an order as rows of columns, one row for each step of the recursion. A column is a real number: (order +m or -m,
// map, re or im). Rows are [even columns | odd columns] for spin 0, else [columns]; what fills them up is zero.
#include "kernels/legendre_slots.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kMostColumns = 64;   // of an order; they share its recursion
constexpr int64_t kMostOrders = 16;    // of a group of neighbours, whose numbers are adjacent in rings
constexpr int64_t kBatchColumns = 32;  // of maps one after another, so that they stay in the caches
constexpr int64_t kGroupRows = 512;    // rows of sums, of all orders of a group
constexpr int64_t kFusedColumns = 8;   // at most, of a recursion whose sums stay in registers
constexpr int64_t kFusedStep = 4;      // they are so many, or twice
constexpr int64_t kFewMaps = 3;        // for which numbers are not stored

// Up to which many maps fit in the caches.
template <class R>
constexpr int64_t kSmallL = 512 / sizeof(R);

// Columns of an order m > 0 for one map.
inline int64_t columns_per_map(const LegendreArgs& args) { return (args.spin == 0 ? 4 : 2) * (legendre_is_complex(args) ? 2 : 1); }

// Neighbours until a cache line's worth of numbers is adjacent in a ring, but groups enough for some threads.
template <class R>
inline int64_t orders_of_group(const LegendreArgs& args) {
  constexpr int64_t line = 64 / sizeof(R);
  static_assert(line <= kMostOrders);
  return minimum(ceil_div(line, args.inner), ceil_div(args.L, 8));
}

// Maps that share a recursion, by sizes alone: a few, whose sums stay in registers with it (kernels/legendre_fused.h), or many, for which
// its numbers are stored (kernels/legendre_block.h). The latter takes fewer operations but more memory at a time: it pays for channels,
// which share cache lines, where all fits in the caches, and for sums over slots in float32, which in registers would have to be in
// float64. Those sums, and small maps of float32, fit with twice as many columns.
template <class R>
inline int64_t maps_of_task(const LegendreArgs& args) {
  constexpr int64_t kSumBytes = 32;
  const int64_t maps = args.outer * args.inner, per_map = columns_per_map(args);
  const bool real = !legendre_is_complex(args), single = sizeof(R) < sizeof(double);
  const bool pays = args.inner > 1 || (real && args.L <= kSmallL<R>) || (single && args.analysis);
  if (maps > kFewMaps && pays) {
    const bool wide = args.inner > 1 || (single && (args.analysis || args.L <= kNearL));
    const int64_t many = (wide ? kMostColumns : kBatchColumns) / per_map;
    return ceil_div(maps, ceil_div(maps, many));
  }
  const int64_t few = kSumBytes / (int64_t{sizeof(R)} * per_map);
  return minimum(few < 1 ? 1 : few, maps);
}

// Whether so many maps have a recursion whose sums stay in registers.
inline bool is_fused(const LegendreArgs& args, int64_t maps) { return maps * columns_per_map(args) <= kFusedColumns; }

// Numbers of adjacent maps.
struct MapRun {
  int64_t place, x, rings, length;  // place among the columns of a sign, offsets in the tensors, all in real numbers
};

struct StepRange {
  int64_t begin, end;
};

constexpr int kMostLanes = 4;  // columns of a fused order of either parity

// Between some steps and others, o_k of kernels/legendre.h for the columns.
struct OddNumbers {
  double at[kMostLanes];
};

// An order and the shape of its rows: `width` columns, filled up to `filled`, those of odd degrees behind them; rows are `columns` apart.
struct OrderColumns {
  LegendreOrder order;
  int64_t m, signs, width, filled, columns, steps;

  // 0 where a column is of +m, 1 where it is of -m.
  int sign_of(int64_t column) const { return column >= width >> (signs - 1); }
};

template <class R>
class Columns {
 public:
  // Maps [first, first + maps) of outer x inner; fused: for kernels/legendre_fused.h, the same for all tasks of a call, also a smaller last
  // one.
  Columns(const LegendreArgs& args, int64_t first, int64_t maps, bool fused)
      : args_(args), first_(first), parts_(legendre_is_complex(args) ? 2 : 1), fused_(fused) {
    for (int64_t map = first; map < first + maps;) {
      const int64_t o = map / args.inner, i = map % args.inner, length = minimum(args.inner - i, first + maps - map);
      runs_[run_count_++] = {(map - first) * parts_, (o * args.L * args.L * args.coefficient_step + i) * parts_,
                             (o * args.rings * (2 * args.L - 1) * args.inner + i) * parts_, length * parts_};
      map += length;
    }
    per_sign_ = maps * parts_;
  }

  int64_t first() const { return first_; }
  int64_t parts() const { return parts_; }
  int64_t per_sign() const { return per_sign_; }
  int run_count() const { return run_count_; }
  const MapRun& run(int r) const { return runs_[r]; }
  // Of gather() and scatter(), which take a run, or all of them where columns are lanes.
  int calls() const { return in_lanes() ? 1 : run_count_; }

  OrderColumns of_order(int64_t m) const {
    const LegendreOrder order = legendre_order(args_, m);
    const int64_t signs = m == 0 ? 1 : 2, width = signs * per_sign_;
    const int64_t steps = legendre_steps(args_, order.first);
    if (fused_) {
      const int64_t columns = ceil_div(halves() * width, kFusedStep) * kFusedStep;
      return {order, m, signs, width, columns / halves(), columns, steps};
    }
    const int64_t filled = ceil_div(width, kWidth<R>) * kWidth<R>;
    return {order, m, signs, width, filled, row_step(halves() * filled), steps};
  }

  // Clears what is not gathered: columns that fill rows up and, where degrees are alone, that of the last step that there is not.
  void clear_surplus(const OrderColumns& c, R* rows) const {
    if (c.filled > c.width) memset(rows, 0, static_cast<size_t>(c.steps * c.columns) * sizeof(R));
    if (!fused_ && args_.spin == 0 && c.m + 2 * c.steps > args_.L)
      memset(rows + (c.steps - 1) * c.columns + c.filled, 0, static_cast<size_t>(c.filled) * sizeof(R));
  }

  // Coefficients of the order in run r, as those of p_k, for some steps; from the last steps down, with `odd` passed on from some to the
  // next.
  void gather(const OrderColumns& c, int r, StepRange steps, OddNumbers& odd, R* rows) const {
    if (in_lanes())
      visit_lanes(c, [&](const auto& lanes) { gather_pairs(c, lanes, steps, odd, rows); });
    else
      visit_length(runs_[r], [&](auto length) { gather_degrees(c, length, runs_[r], steps, rows); });
  }

  // The transpose: sums of products with p_k to coefficients, from the first steps up.
  template <class Row>
  void scatter(const OrderColumns& c, int r, StepRange steps, OddNumbers& odd, const Row* rows) const {
    if (in_lanes())
      visit_lanes(c, [&](const auto& lanes) { scatter_pairs(c, lanes, steps, odd, rows); });
    else
      visit_length(runs_[r], [&](auto length) { scatter_degrees(c, length, runs_[r], steps, rows); });
  }

 private:
  int64_t halves() const { return args_.spin == 0 ? 2 : 1; }
  // Numbers from a row to the next: an odd number of cache lines, as a power of two would share cache sets.
  static int64_t row_step(int64_t columns) {
    constexpr int64_t line = 64 / sizeof(R);
    return (ceil_div(columns, line) | 1) * line;
  }

  struct Length {
    int64_t value;
  };

  // f(length); the compiler knows lengths of 1 and 2.
  template <class F>
  static void visit_length(const MapRun& run, F f) {
    if (run.length == 1)
      f(Constant<int64_t{1}>{});
    else if (run.length == 2)
      f(Constant<int64_t{2}>{});
    else
      f(Length{run.length});
  }

  int64_t row_of(int64_t l) const { return (l * l + l) * args_.coefficient_step * parts_; }
  int64_t order_offset(const OrderColumns& c, int64_t sign) const { return (sign == 0 ? c.m : -c.m) * args_.coefficient_step * parts_; }
  double mirror(const OrderColumns& c, int64_t sign, int64_t l) const { return sign == 0 ? 1 : legendre_mirror_sign(args_, c.m, l); }

  // ---- spin 0, few columns: even degrees by alpha, odd ones through their recursion from the last step down (kernels/legendre.h)

  template <class Number, int n>
  struct Few {
    typedef Number type __attribute__((vector_size(n * sizeof(Number))));
  };
  // mirrored: those of -m, the second half, have a sign.
  template <int n, bool mirrored = false>
  struct Lanes {
    using Doubles = typename Few<double, n>::type;
    int64_t offset[n];  // of a column from the first one, the same for all degrees
    Doubles sign = {};

    template <class Number>
    CLEBSCH_INLINE Doubles load(const Number* at) const {
      typename Few<Number, n>::type v;
      for (int i = 0; i < n; ++i) v[i] = at[offset[i]];
      const auto x = __builtin_convertvector(v, Doubles);
      return mirrored ? sign * x : x;
    }
    template <class Number>
    CLEBSCH_INLINE void store(Number* at, Doubles v) const {
      if (mirrored) v *= sign;
      for (int i = 0; i < n; ++i) at[offset[i]] = static_cast<Number>(v[i]);
    }
    // Columns are adjacent in rows.
    template <class Row>
    static CLEBSCH_INLINE Doubles load_row(const Row* row) {
      typename Few<Row, n>::type v;
      memcpy(&v, row, sizeof v);
      return __builtin_convertvector(v, Doubles);
    }
    static CLEBSCH_INLINE void store_row(R* row, Doubles v) {
      const auto rounded = __builtin_convertvector(v, typename Few<R, n>::type);
      memcpy(row, &rounded, sizeof rounded);
    }
  };

  // There are one or two columns of each sign: kFusedColumns.
  bool in_lanes() const { return fused_ && args_.spin == 0; }

  template <class F>
  void visit_lanes(const OrderColumns& c, F f) const {
    const double s = mirror(c, 1, 0);
    const int64_t other = order_offset(c, 1) - order_offset(c, 0), next = run_count_ == 2 ? runs_[1].x - runs_[0].x : 1;
    const bool single = per_sign_ == 1;
    if (c.signs == 1)
      single ? f(Lanes<1>{{0}}) : f(Lanes<2>{{0, next}});
    else if (parts_ == 2)
      f(Lanes<kMostLanes, true>{{0, next, other, other + next}, {1, 1, s, s}});
    else
      single ? f(Lanes<2>{{0, other}}) : f(Lanes<kMostLanes>{{0, next, other, other + next}});
  }

  // Where +m of a degree is; `gap`: from there to the next degree.
  template <class Number>
  struct Degree {
    Number* at;
    int64_t l, gap;
    const int64_t step;

    Degree(Number* numbers, int64_t step, int64_t l, int64_t m)
        : at(numbers + (l * l + l + m) * step), l(l), gap((2 * l + 2) * step), step(step) {}
    CLEBSCH_INLINE void two_down() {
      gap -= 4 * step;
      at -= 2 * (gap + step);
      l -= 2;
    }
    CLEBSCH_INLINE void two_up() {
      at += 2 * (gap + step);
      gap += 4 * step;
      l += 2;
    }
  };

  template <int n, bool mirrored>
  __attribute__((noinline)) void gather_pairs(const OrderColumns& c, Lanes<n, mirrored> lanes, StepRange steps, OddNumbers& passed,
                                              R* rows) const {
    using Doubles = typename Few<double, n>::type;
    const int64_t filled = c.filled, stride = c.columns, L = args_.L, count = steps.end - steps.begin;
    const double* factors = legendre_pair_factors(args_, c.order) + steps.end * kPairFactors;
    R* row = rows + steps.end * stride;
    Degree<const R> degree(static_cast<const R*>(args_.x) + runs_[0].x, args_.coefficient_step * parts_, c.m + 2 * (steps.end - 1), c.m);
    Doubles odd = steps.end < c.steps ? lanes.load_row(passed.at) : Doubles{};
    const auto step = [&](auto paired) CLEBSCH_ALWAYS {
      factors -= kPairFactors;
      row -= stride;
      __builtin_prefetch(factors - count * kPairFactors);  // of the steps that come next
      const Doubles carried = factors[2] * odd;  // the product that waits for the step before is the one that becomes a multiply-add
      if (paired.value) odd = factors[1] * lanes.load(degree.at + degree.gap) - carried;
      lanes.store_row(row, factors[0] * lanes.load(degree.at));
      lanes.store_row(row + filled, odd);
      degree.two_down();
    };
    const int64_t alone = count > 0 && degree.l + 1 == L ? 1 : 0;  // an even degree, the last one
    if (alone) step(Constant<false>{});
    for (int64_t i = alone; i < count; ++i) step(Constant<true>{});
    memcpy(passed.at, &odd, sizeof odd);
  }

  template <int n, bool mirrored, class Row>
  __attribute__((noinline)) void scatter_pairs(const OrderColumns& c, Lanes<n, mirrored> lanes, StepRange steps, OddNumbers& passed,
                                               const Row* rows) const {
    using Doubles = typename Few<double, n>::type;
    const int64_t filled = c.filled, stride = c.columns, L = args_.L, count = steps.end - steps.begin;
    const double* factors = legendre_pair_factors(args_, c.order) + steps.begin * kPairFactors;
    const Row* row = rows + steps.begin * stride;
    Degree<R> degree(static_cast<R*>(args_.out) + runs_[0].x, args_.coefficient_step * parts_, c.m + 2 * steps.begin, c.m);
    Doubles odd = steps.begin > 0 ? lanes.load_row(passed.at) : Doubles{};
    double b = steps.begin > 0 ? factors[-1] : 0;  // of the step before
    for (int64_t i = 0; i < count; ++i, degree.two_up()) {
      __builtin_prefetch(factors + count * kPairFactors);  // of the steps that come next
      odd = lanes.load_row(row + filled) - b * odd;
      lanes.store(degree.at, factors[0] * lanes.load_row(row));
      if (degree.l + 1 < L) lanes.store(degree.at + degree.gap, factors[1] * odd);
      b = factors[2];
      factors += kPairFactors;
      row += stride;
    }
    memcpy(passed.at, &odd, sizeof odd);
  }

  // f(sign, offset of its numbers in a degree, first column)
  template <class F>
  void for_signs(const OrderColumns& c, const MapRun& run, F f) const {
    for (int64_t sign = 0; sign < c.signs; ++sign) f(sign, order_offset(c, sign) + run.x, sign * per_sign_ + run.place);
  }

  static constexpr int64_t kDegreesAhead = 12;  // what they have is too far apart for caches to look ahead by themselves

  // f(l, factor, place in rows) of the degrees of some steps.
  template <class F>
  CLEBSCH_INLINE void for_degrees(const OrderColumns& c, StepRange steps, F f) const {
    if (args_.spin != 0) {
      for (int64_t k = steps.begin; k < steps.end; ++k) f(c.order.first + k, args_.factors[c.order.row + k], k * c.columns);
      return;
    }
    const double* factors = legendre_pair_factors(args_, c.order);
    for (int64_t k = steps.begin; k < steps.end; ++k) {
      const int64_t l = c.m + 2 * k;
      f(l, factors[k * kPairFactors], k * c.columns);
      if (l + 1 < args_.L) f(l + 1, factors[k * kPairFactors + 1], k * c.columns + c.filled);
    }
  }

  template <class N>
  void gather_degrees(const OrderColumns& c, N length, const MapRun& run, StepRange steps, R* rows) const {
    for_signs(c, run, [&](int64_t sign, int64_t offset, int64_t place) {
      const R* x = static_cast<const R*>(args_.x) + offset;
      for_degrees(c, steps, [&](int64_t l, double factor, int64_t at) CLEBSCH_ALWAYS {
        const R alpha = static_cast<R>(mirror(c, sign, l) * factor);
        R* row = rows + at + place;
        const R* numbers = x + row_of(l);
        __builtin_prefetch(x + row_of(l + kDegreesAhead));
        for (int64_t i = 0; i < length.value; ++i) row[i] = alpha * numbers[i];
      });
    });
  }

  // Degrees below |spin| are zero.
  template <class N, class Row>
  void scatter_degrees(const OrderColumns& c, N length, const MapRun& run, StepRange steps, const Row* rows) const {
    for_signs(c, run, [&](int64_t sign, int64_t offset, int64_t place) {
      R* out = static_cast<R*>(args_.out) + offset;
      for (int64_t l = c.m; steps.begin == 0 && l < c.order.first; ++l)
        for (int64_t i = 0; i < length.value; ++i) out[row_of(l) + i] = 0;
      for_degrees(c, steps, [&](int64_t l, double factor, int64_t at) CLEBSCH_ALWAYS {
        const double alpha = mirror(c, sign, l) * factor;
        const Row* row = rows + at + place;
        R* numbers = out + row_of(l);
        __builtin_prefetch(out + row_of(l + kDegreesAhead));
        for (int64_t i = 0; i < length.value; ++i) numbers[i] = static_cast<R>(alpha * row[i]);
      });
    });
  }

  const LegendreArgs& args_;
  int64_t first_, parts_, per_sign_ = 0;
  bool fused_;
  MapRun runs_[kMostColumns];
  int run_count_ = 0;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
