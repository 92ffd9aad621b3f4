#pragma once
// Numbers of the resampling of rings (see ResamplingArgs of kernels/transform_args.h).
#include <vector>

namespace clebsch::math {

// [3][2][2L]: for the points of the circle of dh at 2 pi (p + 1/4) / 2L and 2 pi (p - 1/4) / 2L, half the weight, with dphi of a single
// longitude, over circle 2L; then what a value on the north pole and on the south pole adds in columns that are odd about the poles.
std::vector<double> resampling_factors(int L, int circle);

}  // namespace clebsch::math
