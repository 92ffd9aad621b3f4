#pragma once
// CPU: values p_k of an order at a block of slots, a few steps at a time, lanes over slots.
#include "kernels/cpu_loop.h"
#include "kernels/legendre.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kBlockSlots = 16 * kWidth<double>;  // so that a panel stays in the first-level cache
constexpr int kMaxGroups = 10;
constexpr int64_t kPanelSteps = 16;  // D grows by less than 2^200 in so many

// Slots of one part (kernels/legendre.h), which start to matter together.
struct SlotGroup {
  int64_t first, count;
};

struct SlotRange {
  int64_t begin, end;
};

// As many groups as a block holds, from slot `first` on.
struct SlotBlock {
  SlotGroup groups[kMaxGroups];
  int64_t first, size = 0;
  int count = 0;

  SlotBlock(const LegendreArgs& args, int64_t first, int64_t group_slots) : first(first) {
    for (int64_t slot = first; slot < args.slots && count < kMaxGroups;) {
      const int64_t part_end = slot < args.split ? args.split : args.slots, slots = minimum(group_slots, part_end - slot);
      if (size + slots > kBlockSlots) break;
      groups[count++] = {slot, slots};
      size += slots;
      slot += slots;
    }
  }
};

// `vectors` vectors of slots through `count` steps; p_k goes to panel rows of kBlockSlots numbers, or nowhere.
template <int vectors, bool keep, class R>
void run_vectors(const double* steps, int64_t count, int end, const double* u, double* value, double* before, R* panel) {
  using V = Vector<double>;
  constexpr int W = kWidth<double>;
  V y[vectors], p[vectors], q[vectors];
  for (int i = 0; i < vectors; ++i) {
    y[i] = load(u + i * W);
    p[i] = load(value + i * W);
    q[i] = load(before + i * W);
  }
  for (int64_t k = 0; k < count; ++k, steps += kStepNumbers, panel += kBlockSlots) {
    const double a = steps[0], b = steps[end];
    for (int i = 0; i < vectors; ++i) {
      if constexpr (keep && same_type<R, double>) {
        store(panel + i * W, p[i]);
      } else if constexpr (keep) {
        typedef R Half __attribute__((vector_size(kVectorBytes / 2)));
        const Half rounded = __builtin_convertvector(p[i], Half);
        memcpy(panel + i * W, &rounded, sizeof rounded);
      }
      const V next = (a * y[i] + b) * p[i] - q[i];
      q[i] = p[i];
      p[i] = next;
    }
  }
  for (int i = 0; i < vectors; ++i) {
    store(value + i * W, p[i]);
    store(before + i * W, q[i]);
  }
}

template <bool keep, class R>
void run_steps(const double* steps, int64_t count, int end, const double* u, double* value, double* before, R* panel, int64_t slots) {
  constexpr int64_t W = kWidth<double>;
  int64_t i = 0;
  for (; i + 4 * W <= slots; i += 4 * W) run_vectors<4, keep>(steps, count, end, u + i, value + i, before + i, panel + i);
  for (; i + 2 * W <= slots; i += 2 * W) run_vectors<2, keep>(steps, count, end, u + i, value + i, before + i, panel + i);
}

// R: what sums are made in.
template <class R>
class Panel {
 public:
  alignas(64) R numbers[kPanelSteps * kBlockSlots];  // p_k [k][slot of the block]
  SlotRange ranges[kMaxGroups];                      // slots of the block that add something in these steps
  int range_count = 0;

  Panel(const LegendreArgs& args, const SlotBlock& block) : args_(args), block_(block) {}

  // Before the first step of order m; returns whether it matters on these slots.
  bool start(int64_t m, const LegendreOrder& order) {
    row_ = order.row;
    bool matters = false;
    for (int g = 0; g < block_.count; ++g) {
      const SlotGroup& group = block_.groups[g];
      int64_t limit = -1;
      for (int64_t i = group.first; i < group.first + group.count; ++i) limit = args_.limits[i] > limit ? args_.limits[i] : limit;
      states_[g] = limit < m ? kSilent : kWaiting;
      if (states_[g] == kSilent) continue;
      matters = true;
      seed(args_.seeds[m], order, group);
    }
    return matters;
  }

  // All groups through steps first..first + count - 1, count <= kPanelSteps.
  void advance(int64_t first, int64_t count) {
    range_count = 0;
    for (int g = 0; g < block_.count; ++g) advance_group(g, first, count);
  }

  // One group; where it matters, its slots join the ranges.
  void advance_group(int g, int64_t first, int64_t count) {
    if (states_[g] == kSilent) return;
    const SlotGroup& group = block_.groups[g];
    const int64_t at = group.first - block_.first;
    if (states_[g] == kWaiting && waits(g, first, count)) return;
    run_steps<true>(args_.steps + (row_ + first) * kStepNumbers, count, end(g), args_.slot_values + group.first, value_ + at, before_ + at,
                    numbers + at, group.count);
    if (states_[g] != kPlain) settle(g, count);
    if (range_count > 0 && ranges[range_count - 1].end == at) {
      ranges[range_count - 1].end = at + group.count;
    } else {
      ranges[range_count++] = {at, at + group.count};
    }
  }

  bool silent(int g) const { return states_[g] == kSilent; }
  // Whether all numbers of the group are in range from now on.
  bool plain(int g) const { return states_[g] == kPlain; }
  int end(int g) const { return block_.groups[g].first < args_.split ? 1 : 2; }
  // p_k and p_{k-1} of the next step.
  const double* value(int g) const { return value_ + block_.groups[g].first - block_.first; }
  const double* before(int g) const { return before_ + block_.groups[g].first - block_.first; }

 private:
  // Of a group: nothing matters in this order, or not yet, or in some lanes, or all numbers are in range.
  enum State { kSilent, kWaiting, kMixed, kPlain };

  void seed(double seed, const LegendreOrder& order, const SlotGroup& group) {
    const int64_t at = group.first - block_.first, rows = args_.coarse + kFinePowers;
    const int bases = args_.spin == 0 ? 1 : 2;
    int32_t exponent[kBlockSlots];
    for (int64_t i = 0; i < group.count; ++i) {
      value_[at + i] = seed;
      before_[at + i] = 0;
      exponent[i] = order.exponent;
    }
    for (int b = 0; b < bases; ++b) {
      for (int64_t row : {b * rows + order.power[b] / kFinePowers, b * rows + args_.coarse + order.power[b] % kFinePowers}) {
        const double* powers = args_.powers + row * args_.slots + group.first;
        const int32_t* exponents = args_.exponents + row * args_.slots + group.first;
        for (int64_t i = 0; i < group.count; ++i) value_[at + i] *= powers[i];
        for (int64_t i = 0; i < group.count; ++i) exponent[i] += exponents[i];
      }
    }
    for (int64_t i = 0; i < group.count; ++i) {
      const ScaledNumber number = scaled_number(value_[at + i], exponent[i]);
      value_[at + i] = number.value;
      scale_[at + i] = static_cast<double>(number.scale);
    }
  }

  double size(int64_t i) const {
    const double a = __builtin_fabs(value_[i]), b = __builtin_fabs(before_[i]);
    return a > b ? a : b;
  }

  // Takes a group that waits through the steps if nothing of it comes to matter there.
  bool waits(int g, int64_t first, int64_t count) {
    const SlotGroup& group = block_.groups[g];
    const int64_t at = group.first - block_.first;
    double value[kBlockSlots], before[kBlockSlots];
    copy_elements(value, value_ + at, group.count);
    copy_elements(before, before_ + at, group.count);
    run_steps<false>(args_.steps + (row_ + first) * kStepNumbers, count, end(g), args_.slot_values + group.first, value_ + at, before_ + at,
                     numbers, group.count);
    int matters = 0;
    for (int64_t i = at; i < at + group.count; ++i) matters |= (scale_[i] == 0) & (size(i) > kNegligible);
    if (matters) {
      copy_elements(value_ + at, value, group.count);
      copy_elements(before_ + at, before, group.count);
      return false;
    }
    rescale(at, group.count, false);
    return true;
  }

  // After steps in which some lanes mattered.
  void settle(int g, int64_t count) {
    const int64_t slots = block_.groups[g].count, at = block_.groups[g].first - block_.first;
    int scaled = 0;
    for (int64_t i = at; i < at + slots; ++i) scaled |= scale_[i] < 0;
    if (scaled) {
      for (int64_t k = 0; k < count; ++k) {
        R* row = numbers + k * kBlockSlots;
        for (int64_t i = at; i < at + slots; ++i) row[i] = scale_[i] == 0 ? row[i] : 0;
      }
      rescale(at, slots, true);
      scaled = 0;
      for (int64_t i = at; i < at + slots; ++i) scaled |= scale_[i] < 0;
    }
    states_[g] = scaled ? kMixed : kPlain;
  }

  // all: a number fits one step of the scale below as well, and its lane then needs no care any more.
  void rescale(int64_t at, int64_t slots, bool all) {
    for (int64_t i = at; i < at + slots; ++i) {
      const bool due = (scale_[i] < 0) & ((size(i) > kRescaleAbove) | (all & (scale_[i] == -1)));
      const double factor = due ? kRescale : 1.0;
      value_[i] *= factor;
      before_[i] *= factor;
      scale_[i] += due ? 1.0 : 0.0;
    }
  }

  const LegendreArgs& args_;
  const SlotBlock& block_;
  int64_t row_ = 0;
  alignas(64) double value_[kBlockSlots];
  alignas(64) double before_[kBlockSlots];
  alignas(64) double scale_[kBlockSlots];
  State states_[kMaxGroups];
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
