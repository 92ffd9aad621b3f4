#pragma once
// Where the recursion of kernels/legendre.h begins to matter, so that sums need not look for it again in every call.
#include <cstdint>
#include <vector>

#include "kernels/transform_args.h"

namespace clebsch::math {

// The arrays of LegendreArgs.
struct LegendreStarts {
  std::vector<int32_t> first_steps;
  std::vector<double> numbers;
};

// args: the plan of the rings, in host memory; operands are ignored.
LegendreStarts legendre_starts(const LegendreArgs& args);
// slots: a multiple of kSlotPad.
int64_t legendre_starts_bytes(int64_t L, int64_t slots);

}  // namespace clebsch::math
