#pragma once
// CPU: values p_k of an order at a block of slots, a few steps at a time, lanes over slots.
#include "kernels/cpu_loop.h"
#include "kernels/legendre.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kGroupVectors = 4;  // of slots, which go through the recursion together
constexpr int64_t kGroupSlots = kGroupVectors * kWidth<double>;
constexpr int64_t kBlockSlots = 16 * kWidth<double>;  // so that a panel stays in the first-level cache
constexpr int64_t kMaxGroups = kBlockSlots / kSlotPad + 2;
constexpr int64_t kPanelSteps = 16;  // D grows by less than 2^200 in so many

// Slots of one part (kernels/legendre.h).
struct SlotGroup {
  int64_t first, count;
};

struct SlotRange {
  int64_t begin, end;
};

// As many groups as a block holds, from slot `first` on; returns the first slot behind them.
struct SlotBlock {
  SlotGroup groups[kMaxGroups];
  int64_t first = 0, size = 0;
  int count = 0;

  SlotBlock(const LegendreArgs& args, int64_t begin) : first(begin) {
    while (begin < args.slots) {
      const int64_t part_end = begin < args.split ? args.split : args.slots;
      const int64_t slots = minimum(kGroupSlots, part_end - begin);
      if (size + slots > kBlockSlots || count == kMaxGroups) break;
      groups[count++] = {begin, slots};
      size += slots;
      begin += slots;
    }
  }
};

// `vectors` vectors of slots through `count` steps; p_k goes to panel rows of kBlockSlots numbers.
template <int vectors, class R>
void run_steps(const double* steps, int64_t count, int end, const double* u, double* value, double* before, R* panel) {
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
      if constexpr (same_type<R, double>) {
        store(panel + i * W, p[i]);
      } else {
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

// R: what sums are made in.
template <class R>
class Panel {
 public:
  alignas(64) R numbers[kPanelSteps * kBlockSlots];  // p_k [k][slot of the block]
  SlotRange ranges[kMaxGroups];                      // slots of the block that add something in these steps
  int range_count = 0;

  // Before the first step of order m; returns whether it matters on these slots.
  bool start(const LegendreArgs& args, const SlotBlock& block, int64_t m, const LegendreOrder& order) {
    const double seed = args.seeds[m];
    bool matters = false;
    for (int g = 0; g < block.count; ++g) {
      const SlotGroup& group = block.groups[g];
      int64_t limit = -1;
      for (int64_t i = group.first; i < group.first + group.count; ++i) limit = args.limits[i] > limit ? args.limits[i] : limit;
      states_[g] = limit < m ? kSilent : kWaiting;
      if (states_[g] == kSilent) continue;
      matters = true;
      const int64_t at = group.first - block.first;
      for (int64_t i = 0; i < group.count; ++i) {
        const ScaledNumber p = legendre_seed(args, seed, order, group.first + i);
        value_[at + i] = p.value;
        scale_[at + i] = static_cast<double>(p.scale);
        before_[at + i] = 0;
      }
    }
    return matters;
  }

  // Steps first..first + count - 1, count <= kPanelSteps.
  void advance(const LegendreArgs& args, const SlotBlock& block, const LegendreOrder& order, int64_t first, int64_t count) {
    const double* steps = args.steps + (order.row + first) * kStepNumbers;
    range_count = 0;
    for (int g = 0; g < block.count; ++g) {
      if (states_[g] == kSilent) continue;
      const SlotGroup& group = block.groups[g];
      const int64_t at = group.first - block.first;
      const int end = group.first < args.split ? 1 : 2;
      switch (group.count / kWidth<double>) {
        case 4:
          run_steps<4>(steps, count, end, args.slot_values + group.first, value_ + at, before_ + at, numbers + at);
          break;
        case 2:
          run_steps<2>(steps, count, end, args.slot_values + group.first, value_ + at, before_ + at, numbers + at);
          break;
        default:
          for (int64_t i = 0; i < group.count; i += kWidth<double>)
            run_steps<1>(steps, count, end, args.slot_values + group.first + i, value_ + at + i, before_ + at + i, numbers + at + i);
      }
      if (states_[g] != kPlain) settle(g, at, group.count, count);
      if (states_[g] == kWaiting) continue;
      if (range_count > 0 && ranges[range_count - 1].end == at) {
        ranges[range_count - 1].end = at + group.count;
      } else {
        ranges[range_count++] = {at, at + group.count};
      }
    }
  }

 private:
  // Of a group: nothing matters in this order, or not yet, or in some lanes, or all numbers are in range.
  enum State { kSilent, kWaiting, kMixed, kPlain };

  void settle(int g, int64_t at, int64_t slots, int64_t count) {
    double *value = value_ + at, *before = before_ + at, *scale = scale_ + at;
    int matters = states_[g] == kMixed, scaled = 0;
    for (int64_t i = 0; i < slots; ++i) {
      const double size = __builtin_fabs(value[i]) > __builtin_fabs(before[i]) ? __builtin_fabs(value[i]) : __builtin_fabs(before[i]);
      matters |= scale[i] == 0 && size > kNegligible;
      scaled |= scale[i] < 0;
    }
    if (matters && scaled) {
      for (int64_t k = 0; k < count; ++k)
        for (int64_t i = 0; i < slots; ++i) {
          R& number = numbers[k * kBlockSlots + at + i];
          number = scale[i] == 0 ? number : 0;
        }
    }
    for (int64_t i = 0; i < slots; ++i) {
      const double size = __builtin_fabs(value[i]) > __builtin_fabs(before[i]) ? __builtin_fabs(value[i]) : __builtin_fabs(before[i]);
      // One step of the scale below, a number still fits: from then on the lane needs no care.
      const bool rescale = scale[i] < 0 && (size > kRescaleAbove || (matters && scale[i] == -1));
      const double factor = rescale ? kRescale : 1.0;
      value[i] *= factor;
      before[i] *= factor;
      scale[i] += rescale ? 1 : 0;
    }
    if (!matters) return;
    scaled = 0;
    for (int64_t i = 0; i < slots; ++i) scaled |= scale[i] < 0;
    states_[g] = scaled ? kMixed : kPlain;
  }

  alignas(64) double value_[kBlockSlots];
  alignas(64) double before_[kBlockSlots];
  alignas(64) double scale_[kBlockSlots];
  State states_[kMaxGroups];
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
