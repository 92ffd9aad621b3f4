#pragma once
// What the polar step without tables (kernels/legendre.h, whose formulas and layouts these are) needs of a set of rings and a bandlimit.
#include <cstdint>
#include <span>
#include <vector>

namespace clebsch::math {

struct LegendrePlan {
  int L = 1, spin = 0;
  int slots = 0, split = 0, coarse = 0;
  std::vector<int32_t> orders, slot_rings, limits, exponents;
  std::vector<double> seeds, steps, factors, slot_values, powers;
};

// theta [T] in radians, in any order; weights [T], or empty for ones. |spin| < L.
LegendrePlan legendre_plan(int L, int spin, std::span<const double> theta, std::span<const double> weights);

// Bytes of the numbers of a plan for T rings, or a little more.
int64_t legendre_plan_bytes(int64_t L, int64_t spin, int64_t rings);

}  // namespace clebsch::math
