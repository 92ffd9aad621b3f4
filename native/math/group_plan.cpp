#include "math/group_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/legendre.h"
#include "math/wigner_column.h"

namespace clebsch::math {
namespace {

constexpr long double kPi = std::numbers::pi_v<long double>;

struct Slots {
  std::vector<HalfAngle> angles;
  std::vector<int32_t> rings;

  void add(const std::vector<long double>& theta, bool south) {
    for (size_t t = 0; t < theta.size(); ++t) {
      if ((theta[t] > kPi / 2) != south) continue;
      angles.push_back(half_angle(theta[t]));
      rings.push_back(static_cast<int32_t>(t));
    }
    for (; rings.size() % kSlotPad != 0; rings.push_back(-1)) angles.push_back({1, 0});
  }
};

// The steps of orders (m, n) of the recursion for sqrt((2l+1)/4 pi) d^l_mn (kernels/legendre.h), whose numbers are d over `factors`.
void add_steps(int m, int n, int L, GroupPlan& plan) {
  const int first = std::max(m, n);
  const auto e = [m, n](long double l) { return std::sqrt((l - m) * (l + m) * (l - n) * (l + n) / ((2 * l - 1) * (2 * l + 1))) / l; };
  long double before = 0, alpha = 1, e_0 = 0;
  for (int l = first; l < L; ++l) {
    const long double e_1 = e(l + 1), f = m * n == 0 ? 0 : static_cast<long double>(m) * n / (static_cast<long double>(l) * (l + 1));
    const long double next = l == first ? 1 : before * e_0 / e_1, a = alpha / (e_1 * next);
    for (long double number : {a, -a * (1 + f), a * (1 - f)}) plan.steps.push_back(static_cast<double>(number));
    // (2l+1)/(8 pi^2) over sqrt((2l+1)/4 pi)
    plan.factors.push_back(static_cast<double>(alpha * std::sqrt((2 * l + 1) * 4 * kPi) / (8 * kPi * kPi)));
    before = alpha;
    alpha = next;
    e_0 = e_1;
  }
}

}  // namespace

GroupPlan group_plan(Sampling sampling, int L, int N) {
  const std::vector<long double> theta = polar_rule(sampling, L, 0).theta;
  GroupPlan plan;
  Slots slots;
  slots.add(theta, true);
  plan.split = static_cast<int>(slots.rings.size());
  slots.add(theta, false);
  plan.slots = static_cast<int>(slots.rings.size());
  plan.slot_rings = slots.rings;
  for (int i = 0; i < plan.slots; ++i) {
    const HalfAngle& half = slots.angles[i];
    plan.slot_values.push_back(static_cast<double>(i < plan.split ? 2 * half.cosine * half.cosine : -2 * half.sine * half.sine));
  }
  const WignerColumns columns(slots.angles, L);
  for (int n = 0; n < N; ++n) {
    for (int m = 0; m < L; ++m) {
      plan.quads.push_back(static_cast<int32_t>(plan.factors.size()));
      add_steps(m, n, L, plan);
      const long double factor = std::sqrt((2 * std::max(m, n) + 1) / (4 * kPi));
      for (int order : {n, -n}) {
        const std::vector<long double> d = columns.first(m, order);
        for (int i = 0; i < plan.slots; ++i) plan.seeds.push_back(slots.rings[i] < 0 ? 0 : static_cast<double>(factor * d[i]));
      }
    }
  }
  plan.quads.push_back(static_cast<int32_t>(plan.factors.size()));
  return plan;
}

int64_t group_plan_bytes(int64_t rings, int64_t L, int64_t N) {
  const int64_t slots = rings + 2 * kSlotPad, steps = N * L * (L + 1) / 2;
  return 8 * (4 * steps + slots + 2 * N * L * slots) + 4 * (N * L + 1 + slots);
}

}  // namespace clebsch::math
