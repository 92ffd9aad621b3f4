#pragma once
// CPU: the recursion and the sums of few columns in one loop. Numbers p_k then need no memory; storing them costs more than making them.
#include "kernels/legendre_ahead.h"
#include "kernels/legendre_waves.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr bool kFewRegisters = kVectorRegisters < 32;

// The recursion is in float64. Sums over degrees are in the precision of the tensors, R; those over slots, of which much cancels and whose
// rounding the recursion of odd degrees adds up, are in float64.
// Vectors of slots: sums over degrees stay in registers, those over slots are read and written once for all vectors.
template <class R, int columns>
constexpr int kDegreeVectors = same_type<R, float> || !kFewRegisters ? 2 : 8 / columns;
constexpr int kSlotVectors = kBlockVectors < 4 ? kBlockVectors : 4;

// p_k of vectors of slots to f(i, p_k in R), vector after vector; zeros where they are out of range.
template <bool masked, class R, int vectors, class F>
CLEBSCH_INLINE void for_joined(const Doubles* p, const Doubles* masks, F f) {
  unrolled<vectors / kSpan<R>>([&](auto i) CLEBSCH_ALWAYS {
    Doubles part[kSpan<R>];
    unrolled<kSpan<R>>([&](auto s) CLEBSCH_ALWAYS {
      constexpr int at = i.value * kSpan<R> + s.value;
      part[s.value] = masked ? both(p[at], masks[at]) : p[at];
    });
    f(i.value, joined(part, R{}));
  });
}

template <bool masked, int vectors>
CLEBSCH_INLINE void get_masks(const SlotNumbers<vectors>& numbers, Doubles* masks) {
  if constexpr (masked) unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS { masks[i.value] = numbers.mask(i.value); });
}

// sums[j][i] += sum over k < count of coefficients[k][j] p_k at vector i of slots. masked: numbers may be out of range.
template <bool masked, int columns, int vectors, class R>
CLEBSCH_INLINE void fuse_degrees(const double* steps, int64_t count, int end, const double* u, SlotNumbers<vectors>& numbers,
                                 const R* coefficients, Vector<R> (&sums)[columns][vectors / kSpan<R>]) {
  constexpr int parts = vectors / kSpan<R>;
  Doubles masks[vectors];
  get_masks<masked>(numbers, masks);
  numbers.advance(steps, count, end, u, [&](const Doubles* p) CLEBSCH_ALWAYS {
    Vector<R> numbers_in_r[parts];
    for_joined<masked, R, vectors>(p, masks, [&](int i, Vector<R> v) CLEBSCH_ALWAYS { numbers_in_r[i] = v; });
    unrolled<columns>([&](auto j) CLEBSCH_ALWAYS {
      load_late(coefficients);
      for (int i = 0; i < parts; ++i) sums[j.value][i] += numbers_in_r[i] * coefficients[j.value];
    });
    coefficients += columns;
  });
}

// sums[k][j] = (fresh) or += over the vectors of slots, lane by lane, p_k values[j], k < count.
template <bool masked, bool fresh, int columns, int vectors>
__attribute__((noinline)) void fuse_slots(const double* steps, int64_t count, int end, const double* u, SlotNumbers<vectors>& numbers,
                                          const double* values, Doubles* sums) {
  Doubles masks[vectors];
  get_masks<masked>(numbers, masks);
  numbers.advance(steps, count, end, u, [&](const Doubles* p) CLEBSCH_ALWAYS {
    unrolled<columns>([&](auto j) CLEBSCH_ALWAYS {
      load_late(values);
      Doubles sum = fresh ? Doubles{} : sums[j.value];
      for (int i = 0; i < vectors; ++i) sum += (masked ? both(p[i], masks[i]) : p[i]) * load(values + (j.value * vectors + i) * kSlotLanes);
      sums[j.value] = sum;
    });
    sums += columns;
  });
}

constexpr int kLaneBytes = 16;  // of a vector, within which shuffles are cheap

// Groups of units of `unit` numbers: the even units of each group of x, then those of y.
template <class R, int unit, int group>
constexpr int even_unit(int i) {
  constexpr int half = group / 2, all = kWidth<R>;
  const int at = i / unit, k = at % group, of_x = (at - k + 2 * (k % half)) * unit + i % unit;
  return k < half ? of_x : all + of_x;
}
template <class R, int unit, int group, int... i>
inline Vector<R> sum_neighbours(Vector<R> x, Vector<R> y, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(x, y, even_unit<R, unit, group>(i)...) +
         __builtin_shufflevector(x, y, (even_unit<R, unit, group>(i) + unit)...);
}

// (sum of v[0], sum of v[1], ...) of kWidth vectors: numbers of a lane first, then lanes.
template <class R, int n = kWidth<R>>
inline Vector<R> sums_of(const Vector<R>* v) {
  if constexpr (n == 1) {
    return v[0];
  } else {
    constexpr int lane = kLaneBytes / sizeof(R), lanes = kWidth<R> / lane;
    constexpr bool within = n > lanes;
    constexpr int unit = within ? 1 : lane, group = within ? lane : lanes;
    constexpr auto all = std::make_integer_sequence<int, kWidth<R>>();
    Vector<R> half[n / 2];
    for (int i = 0; i < n / 2; ++i) half[i] = sum_neighbours<R, unit, group>(v[2 * i], v[2 * i + 1], all);
    return sums_of<R, n / 2>(half);
  }
}

CLEBSCH_INLINE void store_doubles(double* to, Vector<double> v) { store<double>(to, v); }
CLEBSCH_INLINE void store_doubles(double* to, Vector<float> v) {
  for (int i = 0; i < kWidth<float>; ++i) to[i] = v[i];
}

// An order of `columns` columns, all its slots.
template <class R, int columns>
class FusedOrder {
 public:
  FusedOrder(const LegendreArgs& args, const OrderColumns& order, const Waves<R>& waves)
      : args_(args), order_(order), waves_(waves), walk_(args, order.m, order.order) {}

  // rows [steps][columns]
  void synthesize(const R* rows, GroupAhead<R>& ahead) const {
    constexpr int N = kDegreeVectors<R, columns>;
    static_assert(N <= kBlockVectors);
    for (int64_t slot = 0; slot < args_.slots; slot += N * kSlotLanes) {
      if (slot % kSlotPad == 0) {
        ahead.some();
        walk_.starts().look_ahead(slot);
      }
      walk_.starts().step(slot) == kNoStart ? from_seeds<N>(slot, rows) : from_table<N>(slot, rows);
    }
  }

  // rows [steps][columns], filled up to a whole number of vectors; sums: as many vectors.
  void analyse(double* rows, Doubles* sums, GroupAhead<R>& ahead) const {
    constexpr int W = kSlotLanes, N = kSlotVectors;
    const int64_t numbers = ceil_div(order_.steps * columns, W) * W;
    clear(sums, order_.steps * columns, numbers);
    int64_t begun = order_.steps;
    for (int64_t slot = 0; slot < args_.slots; slot += N * kSlotLanes) {
      if (slot % kSlotPad == 0) {
        ahead.some();
        walk_.starts().look_ahead(slot);
      }
      add_slots(slot, sums, begun);
    }
    clear(sums, 0, begun * columns);
    for (int64_t i = 0; i < numbers; i += W) store<double>(rows + i, sums_of<double>(sums + i));
  }

 private:
  template <int N>
  using Sums = Vector<R>[columns][N / kSpan<R>];

  template <int N>
  static CLEBSCH_INLINE void clear(Sums<N>& sums) {
    constexpr int parts = N / kSpan<R>;
    unrolled<columns * parts>([&](auto i) CLEBSCH_ALWAYS { sums[i.value / parts][i.value % parts] = Vector<R>{}; });
  }

  // Sums do not leave the registers.
  template <int N>
  __attribute__((noinline)) void from_table(int64_t slot, const R* rows) const {
    Sums<N> sums;
    clear<N>(sums);
    walk_.template from_table<N>(slot, [&](int64_t k, int64_t count, int end, SlotNumbers<N>& numbers) CLEBSCH_ALWAYS {
      fuse_degrees<false, columns, N>(walk_.steps(k), count, end, walk_.angles(slot), numbers, rows + k * columns, sums);
    });
    put<N>(slot, sums);
  }

  template <int N>
  __attribute__((noinline)) void from_seeds(int64_t slot, const R* rows) const {
    Sums<N> sums;
    clear<N>(sums);
    walk_.template from_seeds<N>(slot, [&](auto masked, int64_t k, int64_t count, int end, SlotNumbers<N>& numbers) {
      fuse_degrees<masked.value, columns, N>(walk_.steps(k), count, end, walk_.angles(slot), numbers, rows + k * columns, sums);
    });
    put<N>(slot, sums);
  }

  template <int N>
  CLEBSCH_INLINE void put(int64_t slot, const Sums<N>& sums) const {
    args_.spin == 0 ? put_columns<N, true>(slot, sums) : put_columns<N, false>(slot, sums);
  }

  template <int N, bool paired>
  CLEBSCH_INLINE void put_columns(int64_t slot, const Sums<N>& sums) const {
    constexpr int filled = paired ? columns / 2 : columns;
    for_slot_vectors<N / kSpan<R>>(args_, waves_, slot, [&](auto i, const SlotWaves<R>& at) CLEBSCH_ALWAYS {
      unrolled<filled>([&](auto j) CLEBSCH_ALWAYS {
        if (j.value < order_.width)
          at.template put<paired>(order_.sign_of(j.value), waves_.column[j.value], sums[j.value][i.value],
                                  sums[(filled + j.value) % columns][i.value]);
      });
    });
  }

  static void clear(Doubles* sums, int64_t begin, int64_t end) {
    memset(sums + begin, 0, static_cast<size_t>(end - begin) * sizeof(Doubles));
  }

  // Sums of the steps from `begun` on hold something.
  void add_slots(int64_t slot, Doubles* sums, int64_t& begun) const {
    constexpr int N = kSlotVectors;
    alignas(64) double values[columns * N * kSlotLanes];
    bool taken = false;
    walk_.template at<N>(slot, [&](auto masked, int64_t k, int64_t count, int end, SlotNumbers<N>& numbers) {
      if (!taken) take(slot, values);
      taken = true;
      const auto add = [&](auto fresh) {
        fuse_slots<masked.value, fresh.value, columns, N>(walk_.steps(k), count, end, walk_.angles(slot), numbers, values,
                                                          sums + k * columns);
      };
      const bool first = !masked.value && begun == k + count;
      if (!first && k < begun) clear(sums, k * columns, begun * columns);
      if (k < begun) begun = k;
      first ? add(Constant<!masked.value>{}) : add(Constant<false>{});
    });
  }

  // Of each column and vector of slots, those of odd degrees behind those of even ones.
  void take(int64_t slot, double* values) const {
    args_.spin == 0 ? take_columns<true>(slot, values) : take_columns<false>(slot, values);
    if (order_.width == order_.filled) return;
    for (int64_t first = 0; first < columns; first += order_.filled)
      for (int64_t i = (first + order_.width) * kSlotVectors; i < (first + order_.filled) * kSlotVectors; ++i)
        store<double>(values + i * kSlotLanes, Doubles{});
  }

  template <bool paired>
  void take_columns(int64_t slot, double* values) const {
    constexpr int64_t parts = kSlotVectors / kSpan<R>;
    for_slot_vectors<parts>(args_, waves_, slot, [&](auto i, const SlotWaves<R>& at) CLEBSCH_ALWAYS {
      for (int64_t j = 0; j < order_.width; ++j) {
        Vector<R> even, odd{};
        at.template take<paired>(order_.sign_of(j), waves_.column[j], even, odd);
        store_doubles(values + (j * parts + i.value) * kWidth<R>, even);
        if (paired) store_doubles(values + ((order_.filled + j) * parts + i.value) * kWidth<R>, odd);
      }
    });
  }

  const LegendreArgs& args_;
  const OrderColumns& order_;
  const Waves<R>& waves_;
  const OrderWalk walk_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
