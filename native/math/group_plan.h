#pragma once
// What transforms to samples of SO(3) without tables (GroupSynthesisArgs of kernels/transform_args.h, whose layouts these are) need.
#include <cstdint>
#include <vector>

#include "math/sampling.h"

namespace clebsch::math {

// Up to this bandlimit p_0 is in the range of float64 at every node of the samplings.
constexpr int kMostGroupL = 64;

struct GroupPlan {
  int slots = 0, split = 0;
  std::vector<int32_t> quads, slot_rings;  // quads: one more, the number of all steps, at the end
  std::vector<double> steps, factors, slot_values, seeds;
};

// Degrees l < L <= kMostGroupL, orders |n| < N, factors (2l+1)/(8 pi^2).
GroupPlan group_plan(Sampling sampling, int L, int N);

// Bytes of its numbers, or a little more.
int64_t group_plan_bytes(int64_t rings, int64_t L, int64_t N);

}  // namespace clebsch::math
