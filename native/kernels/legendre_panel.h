#pragma once
// CPU: values p_k of an order at a few blocks of slots, some steps at a time, lanes over slots.
#include "kernels/legendre_slots.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kPanelSlots = 16 * kSlotLanes;  // so that a panel stays in the first-level cache
constexpr int kPanelBlocks = static_cast<int>(kPanelSlots / kSlotPad);

struct SlotRange {
  int64_t begin, end;
};

// R: what sums are made in.
template <class R>
class Panel {
 public:
  alignas(64) R numbers[kPanelSteps * kPanelSlots];  // p_k [k][slot of the panel]
  SlotRange ranges[kPanelBlocks];                    // slots of the panel that add something in these steps
  int range_count = 0;

  // Slots [first, first + size).
  Panel(const LegendreArgs& args, int64_t first, int64_t size) : args_(args), first_(first), blocks_(static_cast<int>(size / kSlotPad)) {}

  // Before the first step of order m; returns whether it matters on these slots.
  bool start(int64_t m, const LegendreOrder& order) {
    steps_ = args_.steps + order.row * kStepNumbers;
    const Seeds seeds(args_, m, order);
    const Starts starts(args_, m);
    const int64_t steps = legendre_steps(args_, order.first);
    bool matters = false;
    for (int b = 0; b < blocks_; ++b) {
      states_[b] = begin(b, m, seeds, starts, steps);
      matters |= states_[b] == kWaiting;
    }
    return matters;
  }

  // Through steps first .. first + count - 1, count <= kPanelSteps.
  void advance(int64_t first, int64_t count) {
    const double* steps = steps_ + first * kStepNumbers;
    range_count = 0;
    for (int b = 0; b < blocks_; ++b) {
      if (states_[b] == kSilent) continue;
      const int64_t silent = states_[b] == kActive ? 0 : silent_steps(b, first, steps, count);
      if (silent == count) continue;
      states_[b] = kActive;
      fill(b, steps, silent, count);
    }
  }

 private:
  // Of a block: nothing matters in this order, or not yet, or something does.
  enum State { kSilent, kWaiting, kActive };

  int64_t slot(int b) const { return first_ + b * kSlotPad; }
  int end(int b) const { return slot(b) < args_.split ? 1 : 2; }
  const double* angles(int b) const { return args_.slot_values + slot(b); }

  // The numbers of a block from which an order of `steps` steps goes on.
  State begin(int b, int64_t m, const Seeds& seeds, const Starts& starts, int64_t steps) {
    first_steps_[b] = starts.step(slot(b));
    if (first_steps_[b] == kNoStart) {
      // Sorted towards a pole: the first slot has the highest limit
      if (args_.limits[slot(b)] < m) return kSilent;
      numbers_[b].start(seeds, slot(b));
    } else {
      if (first_steps_[b] >= steps) return kSilent;
      numbers_[b].start(starts.numbers(slot(b)));
    }
    return kWaiting;
  }

  // Of `count` steps, those before a waiting block matters.
  int64_t silent_steps(int b, int64_t first, const double* steps, int64_t count) {
    if (first_steps_[b] != kNoStart) return minimum(first_steps_[b] - first, count);
    return numbers_[b].ready(steps, count, end(b), angles(b)) ? 0 : count;
  }

  // The rows of a block; zeros in the first `silent` ones and where numbers are out of range.
  void fill(int b, const double* steps, int64_t silent, int64_t count) {
    auto& own = numbers_[b];
    R* row = numbers + b * kSlotPad;
    for (int64_t k = 0; k < silent; ++k, row += kPanelSlots) memset(row, 0, kSlotPad * sizeof(R));
    const bool scaled = own.scaled();
    own.advance(steps + silent * kStepNumbers, count - silent, end(b), angles(b), [&](const Doubles* p) CLEBSCH_ALWAYS {
      for (int i = 0; i < kBlockVectors; ++i) store_numbers(row + i * kSlotLanes, scaled ? both(p[i], own.mask(i)) : p[i]);
      row += kPanelSlots;
    });
    if (scaled) own.lift();
    const int64_t begin = b * kSlotPad;
    if (range_count > 0 && ranges[range_count - 1].end == begin) {
      ranges[range_count - 1].end += kSlotPad;
    } else {
      ranges[range_count++] = {begin, begin + kSlotPad};
    }
  }

  const LegendreArgs& args_;
  const int64_t first_;
  const int blocks_;
  const double* steps_ = nullptr;
  SlotNumbers<kBlockVectors> numbers_[kPanelBlocks];
  int64_t first_steps_[kPanelBlocks];
  State states_[kPanelBlocks];
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
