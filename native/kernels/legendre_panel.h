#pragma once
// CPU: values p_k of an order at a block of slots, a few steps at a time, lanes over slots.
#include "kernels/legendre_slots.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kBlockSlots = 16 * kWidth<double>;  // so that a panel stays in the first-level cache
constexpr int kMaxGroups = 10;

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
    const Seeds seeds(args_, m, order);
    for (int g = 0; g < block_.count; ++g) {
      // Sorted towards a pole: the first slot has the highest limit
      const bool silent = args_.limits[block_.groups[g].first] < m;
      states_[g] = silent ? kSilent : kWaiting;
      if (silent) continue;
      matters = true;
      seed(seeds, block_.groups[g]);
      if (any_matters(g)) activate(g);
    }
    return matters;
  }

  // All groups through steps first..first + count - 1, count <= kPanelSteps.
  void advance(int64_t first, int64_t count) {
    range_count = 0;
    for (int g = 0; g < block_.count; ++g)
      if (ready(g, first, count)) advance_group(g, first, count);
  }

 private:
  // Of a group: nothing matters in this order, or not yet; something does but some numbers are out of range; or all are in range.
  enum State { kSilent, kWaiting, kMixed, kPlain };

  int64_t place(int g) const { return block_.groups[g].first - block_.first; }
  int end(int g) const { return block_.groups[g].first < args_.split ? 1 : 2; }

  // Whether the group matters in these steps; if not, it has gone through them.
  bool ready(int g, int64_t first, int64_t count) {
    if (states_[g] != kWaiting) return states_[g] != kSilent;
    const int64_t slots = block_.groups[g].count, at = place(g);
    double value[kBlockSlots], before[kBlockSlots];
    copy_elements(value, value_ + at, slots);
    copy_elements(before, before_ + at, slots);
    run<false>(g, first, count);
    if (any_matters(g)) {
      copy_elements(value_ + at, value, slots);
      copy_elements(before_ + at, before, slots);
      activate(g);
      return true;
    }
    rescale(at, slots, [](double scale, double size) { return (scale < 0) & (size > kRescaleAbove); });
    return false;
  }

  // A group that is ready, through steps whose numbers join the panel.
  void advance_group(int g, int64_t first, int64_t count) {
    const int64_t slots = block_.groups[g].count, at = place(g);
    run<true>(g, first, count);
    if (states_[g] == kMixed) settle(g, count);
    if (range_count > 0 && ranges[range_count - 1].end == at) {
      ranges[range_count - 1].end = at + slots;
    } else {
      ranges[range_count++] = {at, at + slots};
    }
  }

  template <bool keep>
  void run(int g, int64_t first, int64_t count) {
    const int64_t at = place(g);
    run_steps<keep>(args_.steps + (row_ + first) * kStepNumbers, count, end(g), args_.slot_values + block_.groups[g].first, value_ + at,
                    before_ + at, numbers + at, block_.groups[g].count);
  }

  void seed(const Seeds& seeds, const SlotGroup& group) {
    for (int64_t slot = group.first, at = slot - block_.first; slot < group.first + group.count; slot += kSlotLanes, at += kSlotLanes) {
      Doubles value, scale;
      seeds.at(slot, value, scale);
      store<double>(value_ + at, value);
      store<double>(before_ + at, Doubles{});
      store<double>(scale_ + at, scale);
    }
  }

  double size(int64_t i) const {
    const double a = __builtin_fabs(value_[i]), b = __builtin_fabs(before_[i]);
    return a > b ? a : b;
  }

  bool any_matters(int g) const {
    int matters = 0;
    for (int64_t i = place(g); i < place(g) + block_.groups[g].count; ++i) matters |= (scale_[i] == 0) & (size(i) > kNegligible);
    return matters;
  }

  bool any_scaled(int g) const {
    int scaled = 0;
    for (int64_t i = place(g); i < place(g) + block_.groups[g].count; ++i) scaled |= scale_[i] < 0;
    return scaled;
  }

  // Numbers that are one step of the scale below fit as well, and then need no care.
  void activate(int g) {
    states_[g] = kPlain;
    if (!any_scaled(g)) return;
    rescale(place(g), block_.groups[g].count, [](double scale, double) { return scale == -1; });
    if (any_scaled(g)) states_[g] = kMixed;
  }

  // After steps in which some numbers were out of range.
  void settle(int g, int64_t count) {
    const int64_t slots = block_.groups[g].count, at = place(g);
    for (int64_t k = 0; k < count; ++k) {
      R* row = numbers + k * kBlockSlots;
      for (int64_t i = at; i < at + slots; ++i) row[i] = scale_[i] == 0 ? row[i] : 0;
    }
    rescale(at, slots, [](double scale, double size) { return (scale < 0) & (size > kRescaleAbove); });
    activate(g);
  }

  // One step up where due(scale, size).
  template <class F>
  void rescale(int64_t at, int64_t slots, F due) {
    for (int64_t i = at; i < at + slots; ++i) {
      const bool up = due(scale_[i], size(i));
      const double factor = up ? kRescale : 1.0;
      value_[i] *= factor;
      before_[i] *= factor;
      scale_[i] += up ? 1.0 : 0.0;
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
