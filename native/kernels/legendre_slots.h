#pragma once
// CPU: numbers p_k of an order at a few vectors of slots, in registers.
#include "kernels/cpu_loop.h"
#include "kernels/legendre.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kNearL = 64;         // up to here all that a map has is in near caches: to ask for it ahead costs more than it saves
constexpr int64_t kCheckedSteps = 16;  // between looks at the range of numbers: D grows by less than 2^200 in so many

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

inline Doubles both(Doubles x, Doubles mask) {
  return reinterpret_cast<Doubles>(reinterpret_cast<SlotLongs>(x) & reinterpret_cast<SlotLongs>(mask));
}

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

// p_0 of an order: legendre_seed() of kernels/legendre.h.
class Seeds {
 public:
  Seeds(const LegendreArgs& args, int64_t m, const LegendreOrder& order)
      : seed_(args.seeds[m]), exponent_(order.exponent), bases_(args.spin == 0 ? 1 : 2) {
    const int64_t rows = args.coarse + kFinePowers;
    for (int b = 0; b < bases_; ++b) {
      const int64_t at[2] = {b * rows + order.power[b] / kFinePowers, b * rows + args.coarse + order.power[b] % kFinePowers};
      for (int i = 0; i < 2; ++i) {
        powers_[2 * b + i] = args.powers + at[i] * args.slots;
        exponents_[2 * b + i] = args.exponents + at[i] * args.slots;
      }
    }
  }

  // At a vector of slots.
  CLEBSCH_INLINE void at(int64_t slot, Doubles& number, Doubles& scale) const {
    Doubles value = seed_ * load(powers_[0] + slot) * load(powers_[1] + slot);
    SlotInts exponent = exponent_ + load_ints(exponents_[0] + slot) + load_ints(exponents_[1] + slot);
    if (bases_ == 2) {
      value *= load(powers_[2] + slot) * load(powers_[3] + slot);
      exponent += load_ints(exponents_[2] + slot) + load_ints(exponents_[3] + slot);
    }
    const SlotInts steps = (exponent + 384) >> 9;  // as scaled_number() does
    const SlotLongs bits = (__builtin_convertvector(exponent - (steps << 9), SlotLongs) + 1023) << 52;
    number = value * reinterpret_cast<Doubles>(bits);
    scale = value == 0.0 ? Doubles{} : __builtin_convertvector(steps, Doubles);
  }

 private:
  double seed_;
  int32_t exponent_;
  int bases_;
  const double* powers_[4];
  const int32_t* exponents_[4];
};

// Where the numbers of an order begin to matter, as far as that is tabulated.
class Starts {
 public:
  Starts(const LegendreArgs& args, int64_t m) : near_(args.L <= kNearL) {
    if (args.first_steps == nullptr) return;
    const int64_t row = m * (args.slots / kSlotPad);
    steps_ = args.first_steps + row;
    numbers_ = args.starts + row * 2 * kSlotPad;
  }

  // Of the block of a slot, or kNoStart.
  int64_t step(int64_t slot) const { return steps_ == nullptr ? kNoStart : steps_[static_cast<uint64_t>(slot) / kSlotPad]; }
  // p_k of that step; p_{k-1} is kSlotPad numbers further.
  const double* numbers(int64_t slot) const { return numbers_ + slot / kSlotPad * 2 * kSlotPad + slot % kSlotPad; }
  // Asks for those of the next block.
  void look_ahead(int64_t slot) const {
    if (steps_ == nullptr || near_) return;
    const double* next = numbers_ + (slot / kSlotPad + 1) * 2 * kSlotPad;
    for (int64_t i = 0; i < 2 * kSlotPad; i += 8) __builtin_prefetch(next + i);
  }

 private:
  const int32_t* steps_ = nullptr;
  const double* numbers_ = nullptr;
  bool near_;
};

// What is read through the pointer from here on is not read before: where registers are few, the compiler would hold so much that sums are
// driven out of them.
template <class T>
CLEBSCH_INLINE void load_late(const T*& from) {
  __asm__ volatile("" : "+r"(from));
}

constexpr int kBlockVectors = static_cast<int>(kSlotPad) / kSlotLanes;  // of a block of slots, whose numbers have one recursion

// p_k and p_{k-1} at `vectors` vectors of slots; a number is value 2^(512 scale), scale <= 0.
template <int vectors>
struct SlotNumbers {
  Doubles now[vectors], before[vectors], scale[vectors];

  void start(const Seeds& seeds, int64_t slot) {
    unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
      seeds.at(slot + i.value * kSlotLanes, now[i.value], scale[i.value]);
      before[i.value] = Doubles{};
    });
  }

  // Of a table.
  void start(const double* numbers) {
    unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
      now[i.value] = load(numbers + i.value * kSlotLanes);
      before[i.value] = load(numbers + kSlotPad + i.value * kSlotLanes);
      scale[i.value] = Doubles{};
    });
  }

  // use(p_k) of each of `count` steps; numbers are in registers meanwhile. The next number comes first: the chain of those that depend on
  // each other must not wait for what is done with them.
  template <class Use>
  CLEBSCH_INLINE void advance(const double* steps, int64_t count, int end, const double* u, Use use) {
    Doubles p[vectors], q[vectors];
    // Written out: a loop would become a copy in halves of vectors, which are slow to read as vectors
    unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
      p[i.value] = now[i.value];
      q[i.value] = before[i.value];
    });
    const auto step = [&](Doubles* numbers, Doubles* other) CLEBSCH_ALWAYS {  // p_{k+1} takes the place of p_{k-1}
      load_late(u);
      for (int i = 0; i < vectors; ++i) other[i] = (steps[0] * load(u + i * kSlotLanes) + steps[end]) * numbers[i] - other[i];
      steps += kStepNumbers;
      use(numbers);
    };
    for (; count >= 2; count -= 2) {
      step(p, q);
      step(q, p);
    }
    if (count > 0) step(p, q);
    unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
      now[i.value] = count > 0 ? q[i.value] : p[i.value];
      before[i.value] = count > 0 ? p[i.value] : q[i.value];
    });
  }

  // Whether a number is out of range.
  bool scaled() const {
    SlotLongs any{};
    for (int i = 0; i < vectors; ++i) any |= scale[i] < 0.0;
    return any_lane(any);
  }

  // All bits set where numbers are in range.
  Doubles mask(int i) const { return reinterpret_cast<Doubles>(scale[i] == 0.0); }

  // After steps in which numbers were out of range: those that have grown take a step of the scale.
  void lift() {
    grow();
    settle();
  }

  // Whether something matters within `count` <= kCheckedSteps steps; if not, the numbers have gone through them.
  bool ready(const double* steps, int64_t count, int end, const double* u) {
    if (!matters()) {
      SlotNumbers start;
      start.copy(*this);
      advance(steps, count, end, u, [](const Doubles*) CLEBSCH_ALWAYS {});
      if (!matters()) {
        grow();
        return false;
      }
      copy(start);
    }
    settle();
    return true;
  }

 private:
  void copy(const SlotNumbers& from) {
    unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
      now[i.value] = from.now[i.value];
      before[i.value] = from.before[i.value];
      scale[i.value] = from.scale[i.value];
    });
  }

  // Whether a number adds something to sums.
  bool matters() const {
    SlotLongs any{};
    for (int i = 0; i < vectors; ++i) any |= (scale[i] == 0.0) & (size(i) > kNegligible);
    return any_lane(any);
  }

  void grow() {
    for (int i = 0; i < vectors; ++i) step_up(i, (scale[i] < 0.0) & (size(i) > kRescaleAbove));
  }

  // Where something matters: numbers that are one step of the scale below fit as well, and then need no care.
  void settle() {
    for (int i = 0; i < vectors; ++i) step_up(i, scale[i] == -1.0);
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

// The steps of an order at a few slots.
class OrderWalk {
 public:
  OrderWalk(const LegendreArgs& args, int64_t m, const LegendreOrder& order)
      : args_(args),
        m_(m),
        count_(legendre_steps(args, order.first)),
        steps_(args.steps + order.row * kStepNumbers),
        seeds_(args, m, order),
        starts_(args, m) {}

  // Of step k.
  const double* steps(int64_t k) const { return steps_ + k * kStepNumbers; }
  const double* angles(int64_t slot) const { return args_.slot_values + slot; }
  const Starts& starts() const { return starts_; }

  // add(whether numbers may be out of range, first step, count, end, numbers before the first) for the steps that matter.
  template <int vectors, class Add>
  void at(int64_t slot, Add add) const {
    if (starts_.step(slot) == kNoStart) return from_seeds<vectors>(slot, add);
    from_table<vectors>(
        slot, [&](int64_t k, int64_t count, int end, SlotNumbers<vectors>& numbers) { add(Constant<false>{}, k, count, end, numbers); });
  }

  // Where the first step is in the table: add(it, count, end, numbers before it).
  template <int vectors, class Add>
  CLEBSCH_INLINE void from_table(int64_t slot, Add add) const {
    const int64_t start = starts_.step(slot);
    if (start >= count_) return;
    SlotNumbers<vectors> numbers;
    numbers.start(starts_.numbers(slot));
    add(start, count_ - start, end_of(slot), numbers);
  }

  // Where it is not.
  template <int vectors, class Add>
  void from_seeds(int64_t slot, Add add) const {
    // Sorted towards a pole: the first slot has the highest limit
    if (args_.limits[slot] < m_) return;
    const int end = end_of(slot);
    SlotNumbers<vectors> numbers;
    numbers.start(seeds_, slot);
    int64_t k = 0;
    const auto some = [&] { return minimum(kCheckedSteps, count_ - k); };
    while (k < count_ && !numbers.ready(steps(k), some(), end, angles(slot))) k += some();
    while (k < count_ && numbers.scaled()) {
      const int64_t count = some();
      add(Constant<true>{}, k, count, end, numbers);
      numbers.lift();
      k += count;
    }
    if (k < count_) add(Constant<false>{}, k, count_ - k, end, numbers);
  }

 private:
  int end_of(int64_t slot) const { return slot < args_.split ? 1 : 2; }

  const LegendreArgs& args_;
  const int64_t m_, count_;
  const double* steps_;
  const Seeds seeds_;
  const Starts starts_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
