#pragma once
// CPU: coefficients of real signals of one channel to rows of columns and back, lanes over neighbouring orders, which are adjacent in every
// degree. The same as gather and scatter of kernels/legendre_columns.h for each order of the lanes.
#include "kernels/legendre_columns.h"
#include "kernels/shuffles.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kOrderLanes = kWidth<double>;
constexpr int kMostMaps = kMostColumns / 4;

// Four numbers of a row.
template <class R>
struct Quads {
  typedef R type __attribute__((vector_size(4 * sizeof(R))));
};

// Orders m, m + 1, ... of a sign; all are in [1, L).
template <class R>
class LaneOrders {
 public:
  using V = Vector<double>;
  using Mask = decltype(V{} != V{});

  LaneOrders(const LegendreArgs& args, const Columns<R>& columns, const OrderColumns* orders, int64_t rows_apart)
      : args_(args), columns_(columns), orders_(orders), rows_apart_(rows_apart), m_(orders[0].m), maps_(columns.run_count()) {}

  // Whether `count` orders from m on fill the lanes, and lie behind the start of the tensor with all that is read beside them.
  static bool fits(const LegendreArgs& args, int64_t m, int64_t count) {
    return args.spin == 0 && args.inner == 1 && !legendre_is_complex(args) && count >= kOrderLanes && m >= 1 &&
           m * (m - 2) >= kOrderLanes - 1;
  }

  // From degree l = L - 1 down, two at a time: lanes whose l - m is even take their even coefficient there, and their odd one from l + 1.
  void gather(R* rows) const {
    V odd[2 * kMostMaps] = {};
    V numbers[4 * kMostMaps];
    const R* x = static_cast<const R*>(args_.x);
    const Mask even = lanes_even_at(args_.L - 1);
    for (int64_t l = args_.L - 1; l >= m_; l -= 2) {
      const LegendreFactors upper = legendre_factors(args_, l, m_), lower = legendre_factors(args_, l - 1, m_);
      const V a = load(upper.first), b = load(upper.second), c = load(lower.first), d = load(lower.second);
      for (int64_t j = 0; j < 2 * maps_; ++j) {
        const R* from = x + columns_.run(static_cast<int>(j % maps_)).x;
        const bool minus = j >= maps_;
        const V first = a * at_degree(from, l, minus), second = c * at_degree(from, l - 1, minus);
        V& o = odd[j];
        o = even ? o : first - b * o;
        numbers[j] = even ? first : second;
        numbers[2 * maps_ + j] = o;
        o = even ? second - d * o : o;
      }
      for (int64_t q = 0; q < maps_; ++q) put_quads(numbers + 4 * q, l, rows + 4 * q);
    }
  }

  // The transpose, from degree m up: at l, lanes whose l - m is even have the row of l and l + 1 at hand, the others that of l - 1 and l.
  void scatter(const R* rows) const {
    V odd[2 * kMostMaps] = {};
    V numbers[4 * kMostMaps];
    R* out = static_cast<R*>(args_.out);
    const Mask even = lanes_even_at(m_);
    for (int64_t l = m_; l <= args_.L; l += 2) {
      for (int64_t q = 0; q < maps_; ++q) take_quads(rows + 4 * q, l, numbers + 4 * q);
      const V a = factors_at(l).first, c = factors_at(l - 1).first, b = factors_at(l - 1).second + factors_at(l - 2).second;
      for (int64_t j = 0; j < 2 * maps_; ++j) {
        R* to = out + columns_.run(static_cast<int>(j % maps_)).x;
        const bool minus = j >= maps_;
        const V first = numbers[j];
        V& o = odd[j];
        put_degree(to, l - 1, minus, c * (even ? o : first));
        o = numbers[2 * maps_ + j] - b * o;
        put_degree(to, l, minus, a * (even ? first : o));
      }
    }
  }

 private:
  using Quad = typename Quads<R>::type;
  using WideQuad = typename Quads<double>::type;
  typedef R Numbers __attribute__((vector_size(kOrderLanes * sizeof(R))));  // of the orders in one degree: half a vector of float

  struct LaneFactors {
    V first, second;
  };

  // Where l - m of the lane is even.
  Mask lanes_even_at(int64_t l) const {
    Mask lanes;
    for (int i = 0; i < kOrderLanes; ++i) lanes[i] = (l - m_ - i) % 2 == 0 ? -1 : 0;
    return lanes;
  }

  // Zeros where there is no such degree.
  LaneFactors factors_at(int64_t l) const {
    if (l < 0 || l >= args_.L) return {V{}, V{}};
    const LegendreFactors at = legendre_factors(args_, l, m_);
    return {load(at.first), load(at.second)};
  }

  V at_degree(const R* x, int64_t l, bool minus) const {
    Numbers v;
    memcpy(&v, x + l * l + l + (minus ? -m_ - (kOrderLanes - 1) : m_), sizeof v);
    const V numbers = __builtin_convertvector(v, V);
    return minus ? reversed<double>(numbers) : numbers;
  }

  // The lanes that have this degree.
  void put_degree(R* out, int64_t l, bool minus, V numbers) const {
    if (l < m_ || l >= args_.L) return;
    R* to = out + l * l + l;
    if (l - m_ >= kOrderLanes - 1) {
      const Numbers v = __builtin_convertvector(minus ? reversed<double>(numbers) : numbers, Numbers);
      memcpy(to + (minus ? -m_ - (kOrderLanes - 1) : m_), &v, sizeof v);
      return;
    }
    for (int64_t i = 0; i <= l - m_; ++i) to[minus ? -m_ - i : m_ + i] = static_cast<R>(numbers[i]);
  }

  // Row of lane i that a pair of degrees up to l is in; negative where the order begins later.
  int64_t step_of(int64_t l, int i) const { return (l - m_ - i) >> 1; }

  // f(lane, where four columns of its row begin) for the lanes that have one.
  template <class Row, class F>
  void for_rows(int64_t l, Row* rows, F f) const {
    for (int i = 0; i < kOrderLanes; ++i) {
      const int64_t k = step_of(l, i);
      if (k >= 0 && k < orders_[i].steps) f(i, rows + i * rows_apart_ + k * orders_[i].columns);
    }
  }

  // Four columns of the lanes to four neighbouring numbers of a row of each.
  void put_quads(V* numbers, int64_t l, R* rows) const {
    lanes_to_quads<double>(numbers);
    for_rows(l, rows, [&](int i, R* row) {
      WideQuad wide;
      memcpy(&wide, reinterpret_cast<const double*>(numbers) + 4 * i, sizeof wide);
      const Quad quad = __builtin_convertvector(wide, Quad);
      memcpy(row, &quad, sizeof quad);
    });
  }

  // The reverse; zeros for lanes without such a row.
  void take_quads(const R* rows, int64_t l, V* numbers) const {
    Quad narrow[kOrderLanes] = {};
    for_rows(l, rows, [&](int i, const R* row) { memcpy(&narrow[i], row, sizeof narrow[i]); });
    WideQuad quads[kOrderLanes];
    for (int i = 0; i < kOrderLanes; ++i) quads[i] = __builtin_convertvector(narrow[i], WideQuad);
    // Two in registers: a vector of what was just written in halves is slow to read
    if constexpr (kOrderLanes == 8)
      for (int i = 0; i < 4; ++i) numbers[i] = __builtin_shufflevector(quads[2 * i], quads[2 * i + 1], 0, 1, 2, 3, 4, 5, 6, 7);
    else
      memcpy(numbers, quads, sizeof quads);
    quads_to_lanes<double>(numbers);
  }

  const LegendreArgs& args_;
  const Columns<R>& columns_;
  const OrderColumns* orders_;
  const int64_t rows_apart_, m_, maps_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
