#pragma once
// CPU: numbers p_k of an order at a few vectors of slots, in registers.
#include "kernels/cpu_loop.h"
#include "kernels/legendre.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kPanelSteps = 16;  // between looks at the range of numbers: D grows by less than 2^200 in so many

using Doubles = Vector<double>;
constexpr int kSlotLanes = kWidth<double>;
typedef int32_t SlotInts __attribute__((vector_size(kSlotLanes * sizeof(int32_t))));
typedef int64_t SlotLongs __attribute__((vector_size(kVectorBytes)));

inline SlotInts load_ints(const int32_t* x) {
  SlotInts v;
  memcpy(&v, x, sizeof v);
  return v;
}

inline Doubles magnitude(Doubles x) { return reinterpret_cast<Doubles>(reinterpret_cast<SlotLongs>(x) & INT64_MAX); }

inline Doubles both(Doubles x, Doubles mask) { return reinterpret_cast<Doubles>(reinterpret_cast<SlotLongs>(x) & reinterpret_cast<SlotLongs>(mask)); }

inline bool any_lane(SlotLongs mask) {
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask(reinterpret_cast<__m512i>(mask), reinterpret_cast<__m512i>(mask)) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_pd(reinterpret_cast<__m256d>(mask)) != 0;
#else
  int64_t any = 0;
  for (int i = 0; i < kSlotLanes; ++i) any |= mask[i];
  return any != 0;
#endif
}

// p_0 at a vector of slots: legendre_seed() of kernels/legendre.h.
inline void seed_slots(const LegendreArgs& args, double seed, const LegendreOrder& order, int64_t slot, Doubles& number, Doubles& scale) {
  const int bases = args.spin == 0 ? 1 : 2;
  const int64_t rows = args.coarse + kFinePowers;
  Doubles value = Doubles{} + seed;
  SlotInts exponent = SlotInts{} + order.exponent;
  for (int b = 0; b < bases; ++b) {
    for (int64_t row : {b * rows + order.power[b] / kFinePowers, b * rows + args.coarse + order.power[b] % kFinePowers}) {
      value *= load(args.powers + row * args.slots + slot);
      exponent += load_ints(args.exponents + row * args.slots + slot);
    }
  }
  const SlotInts steps = (exponent + 384) >> 9;  // as scaled_number() does
  const SlotLongs bits = (__builtin_convertvector(exponent - (steps << 9), SlotLongs) + 1023) << 52;
  number = value * reinterpret_cast<Doubles>(bits);
  scale = value == 0.0 ? Doubles{} : __builtin_convertvector(steps, Doubles);
}

// p_k and p_{k-1} at `vectors` vectors of slots; a number is value 2^(512 scale), scale <= 0.
template <int vectors>
struct SlotNumbers {
  static constexpr int64_t kSlots = vectors * kSlotLanes;
  Doubles now[vectors], before[vectors], scale[vectors];

  void seed(const LegendreArgs& args, double number, const LegendreOrder& order, int64_t slot) {
    for (int i = 0; i < vectors; ++i) {
      seed_slots(args, number, order, slot + i * kSlotLanes, now[i], scale[i]);
      before[i] = Doubles{};
    }
  }

  // Steps without sums.
  void run(const double* steps, int64_t count, int end, const double* u) {
    for (; count > 0; --count, steps += kStepNumbers) {
      for (int i = 0; i < vectors; ++i) {
        const Doubles next = (steps[0] * load(u + i * kSlotLanes) + steps[end]) * now[i] - before[i];
        before[i] = now[i];
        now[i] = next;
      }
    }
  }

  // Whether a number adds something to sums.
  bool matters() const {
    SlotLongs any{};
    for (int i = 0; i < vectors; ++i) any |= (scale[i] == 0.0) & (size(i) > kNegligible);
    return any_lane(any);
  }

  // Whether a number is out of range.
  bool scaled() const {
    SlotLongs any{};
    for (int i = 0; i < vectors; ++i) any |= scale[i] < 0.0;
    return any_lane(any);
  }

  // Numbers that have grown take a step of the scale.
  void lift() {
    for (int i = 0; i < vectors; ++i) step_up(i, (scale[i] < 0.0) & (size(i) > kRescaleAbove));
  }

  // Where something matters: numbers that are one step of the scale below fit as well, and then need no care.
  void settle() {
    for (int i = 0; i < vectors; ++i) step_up(i, scale[i] == -1.0);
  }

  // All bits set where numbers are in range.
  Doubles mask(int i) const { return reinterpret_cast<Doubles>(scale[i] == 0.0); }

  // Runs to the first steps, kPanelSteps at a time, in which something matters; returns their first, or `count`.
  int64_t skip(const double* steps, int64_t count, int end, const double* u) {
    int64_t k = 0;
    while (k < count && !matters()) {
      SlotNumbers start;
      start.copy(*this);
      const int64_t some = minimum(kPanelSteps, count - k);
      run(steps + k * kStepNumbers, some, end, u);
      if (matters()) {
        copy(start);
        break;
      }
      lift();
      k += some;
    }
    settle();
    return k;
  }

 private:
  // Written out: the compiler copies memory in halves of vectors, which are slow to read as vectors.
  void copy(const SlotNumbers& from) {
    unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
      now[i.value] = from.now[i.value];
      before[i.value] = from.before[i.value];
      scale[i.value] = from.scale[i.value];
    });
  }

  Doubles size(int i) const {
    const Doubles a = magnitude(now[i]), b = magnitude(before[i]);
    return a > b ? a : b;
  }
  void step_up(int i, SlotLongs due) {
    const Doubles factor = due ? Doubles{} + kRescale : Doubles{} + 1.0;
    now[i] *= factor;
    before[i] *= factor;
    scale[i] += due ? Doubles{} + 1.0 : Doubles{};
  }
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
