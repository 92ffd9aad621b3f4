#pragma once
// What the polar step without tables (kernels/legendre.h, whose formulas and layouts these are) needs of a set of rings and a bandlimit.
#include <cstdint>
#include <span>
#include <vector>

namespace clebsch::math {

// What does not depend on the rings.
struct LegendreSteps {
  std::vector<int32_t> orders;
  std::vector<double> seeds, steps, factors;
};

// |spin| < L.
LegendreSteps legendre_steps(int L, int spin);
int64_t legendre_steps_bytes(int64_t L, int64_t spin);

struct LegendreSlots {
  int slots = 0, split = 0, coarse = 0;
  std::vector<int32_t> slot_rings, limits, exponents;
  std::vector<double> slot_values, powers;
};

// theta [T] in radians, in any order; weights [T], or empty for ones.
LegendreSlots legendre_slots(int L, int spin, std::span<const double> theta, std::span<const double> weights);
// Of T rings, or a little more.
int64_t legendre_slots_bytes(int64_t L, int64_t spin, int64_t rings);

}  // namespace clebsch::math
