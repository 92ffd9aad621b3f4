#pragma once
// CPU: coefficients of real signals of one channel to rows of columns and back, lanes over neighbouring orders, which are adjacent in every
// degree. The same as gather and scatter of kernels/legendre_columns.h for each order of the lanes.
#include "kernels/legendre_columns.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kOrderLanes = kWidth<double>;
constexpr int kMostMaps = kMostColumns / 4;

// What holds the numbers of kOrderLanes orders: half a vector of float.
template <class R>
struct OrderLanes {
  typedef R type __attribute__((vector_size(kOrderLanes * sizeof(R))));
};
template <class R>
using OrderVector = typename OrderLanes<R>::type;

template <class V, int... i>
inline V reversed_lanes(V v, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(v, v, (kOrderLanes - 1 - i)...);
}
template <class V, int... i>
inline V interleaved_low(V a, V b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (i / 2 + i % 2 * kOrderLanes)...);
}
template <class V, int... i>
inline V interleaved_high(V a, V b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (kOrderLanes / 2 + i / 2 + i % 2 * kOrderLanes)...);
}
template <class V, int... i>
inline V every_second_lane(V a, V b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (2 * i)...);
}
template <class V, int... i>
inline V every_other_lane(V a, V b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (2 * i + 1)...);
}
using LaneIndices = std::make_integer_sequence<int, kOrderLanes>;

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
    R numbers[4 * kMostMaps][kOrderLanes];
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
        put_numbers(numbers[j], even ? first : second);
        put_numbers(numbers[2 * maps_ + j], o);
        o = even ? second - d * o : o;
      }
      for (int64_t q = 0; q < maps_; ++q) put_quads(numbers + 4 * q, l, rows + 4 * q);
    }
  }

  // The transpose, from degree m up: at l, lanes whose l - m is even have the row of l and l + 1 at hand, the others that of l - 1 and l.
  void scatter(const R* rows) const {
    V odd[2 * kMostMaps] = {};
    R numbers[4 * kMostMaps][kOrderLanes];
    R* out = static_cast<R*>(args_.out);
    const Mask even = lanes_even_at(m_);
    for (int64_t l = m_; l <= args_.L; l += 2) {
      for (int64_t q = 0; q < maps_; ++q) take_quads(rows + 4 * q, l, numbers + 4 * q);
      const V a = factors_at(l).first, c = factors_at(l - 1).first, b = factors_at(l - 1).second + factors_at(l - 2).second;
      for (int64_t j = 0; j < 2 * maps_; ++j) {
        R* to = out + columns_.run(static_cast<int>(j % maps_)).x;
        const bool minus = j >= maps_;
        const V first = take_numbers(numbers[j]);
        V& o = odd[j];
        put_degree(to, l - 1, minus, c * (even ? o : first));
        o = take_numbers(numbers[2 * maps_ + j]) - b * o;
        put_degree(to, l, minus, a * (even ? first : o));
      }
    }
  }

 private:
  typedef R Quad __attribute__((vector_size(4 * sizeof(R))));
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

  static V at_degree(const R* x, int64_t l, bool minus, int64_t m) {
    OrderVector<R> v;
    memcpy(&v, x + l * l + l + (minus ? -m - (kOrderLanes - 1) : m), sizeof v);
    const V numbers = __builtin_convertvector(v, V);
    return minus ? reversed_lanes(numbers, LaneIndices()) : numbers;
  }
  V at_degree(const R* x, int64_t l, bool minus) const { return at_degree(x, l, minus, m_); }

  // The lanes that have this degree.
  void put_degree(R* out, int64_t l, bool minus, V numbers) const {
    if (l < m_ || l >= args_.L) return;
    R* to = out + l * l + l;
    OrderVector<R> v = __builtin_convertvector(numbers, OrderVector<R>);
    if (l - m_ >= kOrderLanes - 1) {
      if (minus) v = reversed_lanes(v, LaneIndices());
      memcpy(to + (minus ? -m_ - (kOrderLanes - 1) : m_), &v, sizeof v);
      return;
    }
    for (int64_t i = 0; i <= l - m_; ++i) to[minus ? -m_ - i : m_ + i] = v[i];
  }

  static void put_numbers(R* to, V numbers) {
    const OrderVector<R> v = __builtin_convertvector(numbers, OrderVector<R>);
    memcpy(to, &v, sizeof v);
  }
  static V take_numbers(const R* from) {
    OrderVector<R> v;
    memcpy(&v, from, sizeof v);
    return __builtin_convertvector(v, V);
  }

  // Row of lane i that a pair of degrees up to l is in; negative where the order begins later.
  int64_t step_of(int64_t l, int i) const { return (l - m_ - i) >> 1; }

  // Four columns of the lanes to four neighbouring numbers of a row of each.
  void put_quads(const R (*numbers)[kOrderLanes], int64_t l, R* rows) const {
    OrderVector<R> v[4];
    memcpy(v, numbers, sizeof v);
    if constexpr (kOrderLanes >= 4) transpose_quads(v);
    for (int i = 0; i < kOrderLanes; ++i) {
      const int64_t k = step_of(l, i);
      if (k < 0) continue;
      R* to = rows + i * rows_apart_ + k * orders_[i].columns;
      if constexpr (kOrderLanes >= 4)
        memcpy(to, reinterpret_cast<const R*>(v) + 4 * i, 4 * sizeof(R));
      else
        for (int j = 0; j < 4; ++j) to[j] = v[j][i];
    }
  }

  void take_quads(const R* rows, int64_t l, R (*numbers)[kOrderLanes]) const {
    Quad quads[kOrderLanes];
    for (int i = 0; i < kOrderLanes; ++i) {
      const int64_t k = step_of(l, i);
      quads[i] = Quad{};
      if (k >= 0 && k < orders_[i].steps) memcpy(&quads[i], rows + i * rows_apart_ + k * orders_[i].columns, sizeof(Quad));
    }
    if constexpr (kOrderLanes >= 4) {
      OrderVector<R> v[4];
      join_quads(quads, v);
      transpose_back(v);
      memcpy(numbers, v, sizeof v);
    } else {
      for (int i = 0; i < kOrderLanes; ++i)
        for (int j = 0; j < 4; ++j) numbers[j][i] = quads[i][j];
    }
  }

  static void join_quads(const Quad* quads, OrderVector<R>* v) {
    for (int i = 0; i < 4; ++i) {
      if constexpr (kOrderLanes == 8)
        v[i] = __builtin_shufflevector(quads[2 * i], quads[2 * i + 1], 0, 1, 2, 3, 4, 5, 6, 7);
      else
        memcpy(&v[i], &quads[i], sizeof v[i]);
    }
  }

  // [4][lanes] to [lanes][4].
  static void transpose_quads(OrderVector<R>* v) {
    const OrderVector<R> a = interleaved_low(v[0], v[2], LaneIndices()), b = interleaved_high(v[0], v[2], LaneIndices());
    const OrderVector<R> c = interleaved_low(v[1], v[3], LaneIndices()), d = interleaved_high(v[1], v[3], LaneIndices());
    v[0] = interleaved_low(a, c, LaneIndices());
    v[1] = interleaved_high(a, c, LaneIndices());
    v[2] = interleaved_low(b, d, LaneIndices());
    v[3] = interleaved_high(b, d, LaneIndices());
  }

  static void transpose_back(OrderVector<R>* v) {
    const OrderVector<R> a = every_second_lane(v[0], v[1], LaneIndices()), c = every_other_lane(v[0], v[1], LaneIndices());
    const OrderVector<R> b = every_second_lane(v[2], v[3], LaneIndices()), d = every_other_lane(v[2], v[3], LaneIndices());
    v[0] = every_second_lane(a, b, LaneIndices());
    v[2] = every_other_lane(a, b, LaneIndices());
    v[1] = every_second_lane(c, d, LaneIndices());
    v[3] = every_other_lane(c, d, LaneIndices());
  }

  const LegendreArgs& args_;
  const Columns<R>& columns_;
  const OrderColumns* orders_;
  const int64_t rows_apart_, m_, maps_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
