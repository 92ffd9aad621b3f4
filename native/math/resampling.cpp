#include "math/resampling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "math/sampling.h"

namespace clebsch::math {
namespace {

constexpr double kPi = std::numbers::pi;

// sum over |k| < L of cos(k distance) / circle.
double cardinal(int L, int circle, double distance) { return std::sin((L - 0.5) * distance) / (circle * std::sin(distance / 2)); }

}  // namespace

std::vector<double> resampling_factors(int L, int circle) {
  const int size = 2 * L;
  const PolarRule rule = polar_rule(Sampling::dh, L, 0);
  std::vector<double> factors(static_cast<size_t>(3 * 2 * size));
  for (int g = 0; g < 2; ++g) {
    for (int p = 0; p < size; ++p) {
      const int point = (2 * p - g + 2 * size) % (2 * size), t = std::min(point, 2 * size - 1 - point);
      const auto theta = static_cast<double>(rule.theta[t]), sign = point < size ? 1.0 : -1.0;
      // Half of the midpoint rule's weight, twice pi times pi / L sin(theta), over the 2L points of the last step
      const double midpoint = sign * kPi * kPi / L * std::sin(theta) / 2 / size;
      const auto at = [&](int kind) -> double& { return factors[static_cast<size_t>((2 * kind + g) * size + p)]; };
      at(0) = static_cast<double>(rule.weight[t]) * kPi / circle / size;
      if (circle == size) at(1) = midpoint * cardinal(L, circle, theta);
      at(2) = midpoint * cardinal(L, circle, theta - kPi);
    }
  }
  return factors;
}

}  // namespace clebsch::math
