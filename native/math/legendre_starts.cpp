#include "math/legendre_starts.h"

#include <cmath>

#include "kernels/cpu_loop.h"
#include "kernels/legendre.h"

namespace clebsch::math {
namespace {

constexpr int64_t kBlockNumbers = 2 * kSlotPad;

// p_k and p_{k-1} of an order at the slots of a block, and above which size something is to be done: kNegligible where a number is in
// range.
class BlockWalk {
 public:
  BlockWalk(const LegendreArgs& args, int64_t m, int64_t slot)
      : end_(slot < args.split ? 1 : 2), u_(args.slot_values + slot), order_(legendre_order(args, m)) {
    step_ = args.steps + int64_t{order_.row} * kStepNumbers;
    for (int64_t i = 0; i < kSlotPad; ++i) {
      const ScaledNumber seed = legendre_seed(args, args.seeds[m], order_, slot + i);
      now_[i] = seed.value;
      before_[i] = 0;
      scale_[i] = seed.scale;
      set_bound(i);
    }
  }

  // The first of `steps` steps whose numbers matter at some slot, or `steps`.
  int32_t find(int64_t steps) {
    for (int64_t k = 0; k < steps; ++k) {
      if (exceeds() && grow()) return static_cast<int32_t>(k);
      advance();
    }
    return static_cast<int32_t>(steps);
  }

  // Numbers before the step found, [2][kSlotPad], all in range; returns whether the range holds them.
  bool put(double* numbers) const {
    for (int64_t i = 0; i < kSlotPad; ++i) {
      if (scale_[i] < -1) return false;
      const double factor = scale_[i] == 0 ? 1 : kRescale;
      numbers[i] = factor * now_[i];
      numbers[kSlotPad + i] = factor * before_[i];
    }
    return true;
  }

 private:
  void set_bound(int64_t i) { bound_[i] = scale_[i] == 0 ? kNegligible : kRescaleAbove; }

  bool exceeds() const {
    bool any = false;
    for (int64_t i = 0; i < kSlotPad; ++i) any |= std::abs(now_[i]) > bound_[i];
    return any;
  }

  // Numbers that have grown take a step of the scale; returns whether one in range matters.
  bool grow() {
    bool matters = false;
    for (int64_t i = 0; i < kSlotPad; ++i) {
      if (!(std::abs(now_[i]) > bound_[i])) continue;
      if (scale_[i] == 0) {
        matters = true;
        continue;
      }
      now_[i] *= kRescale;
      before_[i] *= kRescale;
      ++scale_[i];
      set_bound(i);
    }
    return matters;
  }

  void advance() {
    const double a = step_[0], b = step_[end_];
    for (int64_t i = 0; i < kSlotPad; ++i) {
      const double next = (a * u_[i] + b) * now_[i] - before_[i];
      before_[i] = now_[i];
      now_[i] = next;
    }
    step_ += kStepNumbers;
  }

  const int end_;
  const double* const u_;
  const LegendreOrder order_;
  const double* step_;
  double now_[kSlotPad], before_[kSlotPad], bound_[kSlotPad];
  int64_t scale_[kSlotPad];
};

// Of order m: [slots / kSlotPad] and [slots / kSlotPad][kBlockNumbers].
void starts_of_order(const LegendreArgs& args, int64_t m, int32_t* first_steps, double* numbers) {
  const int64_t steps = legendre_steps(args, legendre_order(args, m).first);
  for (int64_t slot = 0; slot < args.slots; slot += kSlotPad, ++first_steps, numbers += kBlockNumbers) {
    *first_steps = static_cast<int32_t>(steps);
    if (args.limits[slot] < m) continue;  // slots are sorted: the first one has the highest limit
    BlockWalk walk(args, m, slot);
    *first_steps = walk.find(steps);
    if (*first_steps < steps && !walk.put(numbers)) *first_steps = kNoStart;
  }
}

}  // namespace

LegendreStartCounts legendre_start_counts(int64_t L, int64_t slots) {
  const int64_t blocks = L * (slots / kSlotPad);
  return {blocks, blocks * kBlockNumbers};
}

void legendre_starts(const LegendreArgs& args, int32_t* first_steps, double* numbers) {
  const auto [blocks, size] = legendre_start_counts(1, args.slots);
  parallel_for(args.L, grain_of(size), [&, blocks = blocks, size = size](int64_t begin, int64_t end) {
    for (int64_t m = begin; m < end; ++m) starts_of_order(args, m, first_steps + m * blocks, numbers + m * size);
  });
}

}  // namespace clebsch::math
