#pragma once
// CPU: the recursion and the sums of few columns in one loop. Numbers p_k then need no memory; storing them costs more than making them.
#include "kernels/legendre_ahead.h"
#include "kernels/legendre_waves.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr bool kFewRegisters = kVectorRegisters < 32;
constexpr int kFusedColumns = 8;  // at most

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
__attribute__((noinline)) void fuse_degrees(const double* steps, int64_t count, int end, const double* u, SlotNumbers<vectors>& numbers,
                                            const R* coefficients, Vector<R> (&sums)[columns][vectors / kSpan<R>]) {
  constexpr int parts = vectors / kSpan<R>;
  Vector<R> sum[columns][parts];
  Doubles masks[vectors];
  get_masks<masked>(numbers, masks);
  unrolled<columns * parts>([&](auto i) CLEBSCH_ALWAYS { sum[i.value / parts][i.value % parts] = sums[i.value / parts][i.value % parts]; });
  numbers.advance(steps, count, end, u, [&](const Doubles* p) CLEBSCH_ALWAYS {
    Vector<R> numbers_in_r[parts];
    for_joined<masked, R, vectors>(p, masks, [&](int i, Vector<R> v) CLEBSCH_ALWAYS { numbers_in_r[i] = v; });
    unrolled<columns>([&](auto j) CLEBSCH_ALWAYS {
      load_late(coefficients);
      for (int i = 0; i < parts; ++i) sum[j.value][i] += numbers_in_r[i] * coefficients[j.value];
    });
    coefficients += columns;
  });
  unrolled<columns * parts>([&](auto i) CLEBSCH_ALWAYS { sums[i.value / parts][i.value % parts] = sum[i.value / parts][i.value % parts]; });
}

// sums[k][j] += over the vectors of slots, lane by lane, p_k values[j], k < count.
template <bool masked, int columns, int vectors>
__attribute__((noinline)) void fuse_slots(const double* steps, int64_t count, int end, const double* u, SlotNumbers<vectors>& numbers,
                                          const double* values, Doubles* sums) {
  Doubles masks[vectors];
  get_masks<masked>(numbers, masks);
  numbers.advance(steps, count, end, u, [&](const Doubles* p) CLEBSCH_ALWAYS {
    unrolled<columns>([&](auto j) CLEBSCH_ALWAYS {
      load_late(values);
      Doubles sum = sums[j.value];
      for (int i = 0; i < vectors; ++i) sum += (masked ? both(p[i], masks[i]) : p[i]) * load(values + (j.value * vectors + i) * kSlotLanes);
      sums[j.value] = sum;
    });
    sums += columns;
  });
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
      : args_(args),
        order_(order),
        waves_(waves),
        steps_(args.steps + order.order.row * kStepNumbers),
        seeds_(args, order.m, order.order),
        starts_(args, order.m) {}

  // rows [steps][columns]
  void synthesize(const R* rows, GroupAhead<R>& ahead) const {
    constexpr int N = kDegreeVectors<R, columns>, parts = N / kSpan<R>;
    for (int64_t slot = 0; slot < args_.slots; slot += N * kSlotLanes) {
      Vector<R> sums[columns][parts];
      if (slot % kSlotPad == 0) {
        ahead.some();
        starts_.look_ahead(slot);
      }
      unrolled<columns * parts>([&](auto i)
                                    CLEBSCH_ALWAYS { sums[i.value / parts][i.value % parts] = Vector<R>{}; });  // by memory it is slow
      walk<N>(slot, [&](auto masked, int64_t k, int64_t count, int end, SlotNumbers<N>& numbers) {
        fuse_degrees<masked.value, columns, N>(steps_ + k * kStepNumbers, count, end, args_.slot_values + slot, numbers, rows + k * columns,
                                               sums);
      });
      put<N>(slot, sums);
    }
  }

  // rows [steps][columns], filled up to a whole number of vectors; sums: as many vectors.
  void analyse(double* rows, Doubles* sums, GroupAhead<R>& ahead) const {
    constexpr int W = kSlotLanes, N = kSlotVectors;
    const int64_t numbers = ceil_div(order_.steps * columns, W) * W;
    memset(sums, 0, static_cast<size_t>(numbers) * sizeof(Doubles));
    for (int64_t slot = 0; slot < args_.slots; slot += N * kSlotLanes) {
      if (slot % kSlotPad == 0) ahead.some();
      add_slots(slot, sums);
    }
    for (int64_t i = 0; i < numbers; i += W) store<double>(rows + i, sums_of<double>(sums + i));
  }

 private:
  // add(whether numbers may be out of range, first step, count, end, numbers before the first) for the steps that matter at a few slots.
  template <int N, class Add>
  void walk(int64_t slot, Add add) const {
    const int64_t start = starts_.step(slot);
    if (start == kNoStart) return walk_from_seeds<N>(slot, add);
    if (start >= order_.steps) return;
    SlotNumbers<N> numbers;
    numbers.start(starts_.numbers(slot));
    add(Constant<false>{}, start, order_.steps - start, end_of(slot), numbers);
  }
  int end_of(int64_t slot) const { return slot < args_.split ? 1 : 2; }

  template <int N, class Add>
  void walk_from_seeds(int64_t slot, Add add) const {
    // Sorted towards a pole: the first slot has the highest limit
    if (args_.limits[slot] < order_.m) return;
    const int end = end_of(slot);
    const double* u = args_.slot_values + slot;
    SlotNumbers<N> numbers;
    numbers.start(seeds_, slot);
    int64_t k = 0;
    const auto some = [&] { return minimum(kPanelSteps, order_.steps - k); };
    while (k < order_.steps && !numbers.ready(steps_ + k * kStepNumbers, some(), end, u)) k += some();
    while (k < order_.steps && numbers.scaled()) {
      const int64_t count = some();
      add(Constant<true>{}, k, count, end, numbers);
      numbers.lift();
      k += count;
    }
    if (k < order_.steps) add(Constant<false>{}, k, order_.steps - k, end, numbers);
  }

  template <int N>
  void put(int64_t slot, const Vector<R> (&sums)[columns][N / kSpan<R>]) const {
    static_assert(N <= kBlockVectors);
    put_waves<N / kSpan<R>>(args_, order_, waves_, slot, [&](int64_t j, int i) { return sums[j][i]; });
  }

  void add_slots(int64_t slot, Doubles* sums) const {
    constexpr int N = kSlotVectors;
    alignas(64) double values[columns * N * kSlotLanes];
    bool taken = false;
    walk<N>(slot, [&](auto masked, int64_t k, int64_t count, int end, SlotNumbers<N>& numbers) {
      if (!taken) take(slot, values);
      taken = true;
      fuse_slots<masked.value, columns, N>(steps_ + k * kStepNumbers, count, end, args_.slot_values + slot, numbers, values,
                                           sums + k * columns);
    });
  }

  void take(int64_t slot, double* values) const {
    constexpr int parts = kSlotVectors / kSpan<R>;
    const int64_t used = (args_.spin == 0 ? 2 : 1) * order_.width;
    take_waves<parts>(args_, order_, waves_, slot,
                      [&](int64_t j, int i, Vector<R> v) { store_doubles(values + (j * parts + i) * kWidth<R>, v); });
    for (int64_t i = used * kSlotVectors; i < columns * kSlotVectors; ++i) store<double>(values + i * kSlotLanes, Doubles{});
  }

  const LegendreArgs& args_;
  const OrderColumns& order_;
  const Waves<R>& waves_;
  const double* steps_;
  const Seeds seeds_;
  const Starts starts_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
