#pragma once
// Where the recursion of kernels/legendre.h begins to matter, so that sums need not look for it again in every call.
#include <cstdint>

#include "kernels/transform_args.h"

namespace clebsch::math {

// Elements of LegendreArgs::first_steps and starts.
struct LegendreStartCounts {
  int64_t first_steps, numbers;
};
LegendreStartCounts legendre_start_counts(int64_t L, int64_t slots);

// Fills both on the thread pool. args: the plan of the rings, in host memory; operands are ignored. Numbers of blocks without a start are
// left as they are.
void legendre_starts(const LegendreArgs& args, int32_t* first_steps, double* numbers);

}  // namespace clebsch::math
