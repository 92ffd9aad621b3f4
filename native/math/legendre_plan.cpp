#include "math/legendre_plan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/legendre.h"
#include "math/wigner_column.h"

namespace clebsch::math {
namespace {

constexpr long double kPi = std::numbers::pi_v<long double>;

// Rings at angles that differ by this are mirror images: an error of rounding.
constexpr long double kMirrorTolerance = 1e-15L;

// A ring on the northern half and its mirror image, or one of them; the equator is `north`.
struct RingPair {
  long double theta;  // <= pi/2
  int north, south;
};

std::vector<RingPair> pair_rings(std::span<const double> theta) {
  std::vector<std::pair<long double, int>> north, south;
  for (size_t t = 0; t < theta.size(); ++t) {
    const bool upper = theta[t] <= kPi / 2 + kMirrorTolerance;
    (upper ? north : south).push_back({upper ? theta[t] : kPi - theta[t], static_cast<int>(t)});
  }
  std::sort(north.begin(), north.end());
  std::sort(south.begin(), south.end());
  std::vector<RingPair> pairs;
  size_t i = north.size(), k = south.size();
  while (i + k > 0) {  // from the equator to the poles
    const long double a = i > 0 ? north[i - 1].first : -1, b = k > 0 ? south[k - 1].first : -1;
    const bool mirrored = i > 0 && k > 0 && std::abs(a - b) <= kMirrorTolerance;
    const bool takes_north = mirrored || a > b, takes_south = mirrored || !takes_north;
    pairs.push_back(
        {mirrored ? (a + b) / 2 : std::max(a, b), takes_north ? north[i - 1].second : -1, takes_south ? south[k - 1].second : -1});
    i -= takes_north;
    k -= takes_south;
  }
  return pairs;
}

struct Slot {
  HalfAngle half;
  int rings[2];
};

HalfAngle mirrored(HalfAngle half) { return {half.sine, half.cosine}; }
long double cosine(const HalfAngle& half) { return (half.cosine - half.sine) * (half.cosine + half.sine); }
long double sine(const HalfAngle& half) { return 2 * half.cosine * half.sine; }

using Parts = std::vector<Slot>[2];

// By the end of y (kernels/legendre.h) that is nearer.
void spin_0_slots(const std::vector<RingPair>& pairs, Parts& parts) {
  for (const RingPair& pair : pairs) {
    const HalfAngle half = half_angle(pair.theta);
    parts[cosine(half) > sine(half)].push_back({half, {pair.north, pair.south}});
  }
  // A few slots on the wrong side are better than an empty vector, as long as y is not near the other end
  const size_t surplus = parts[0].size() % kSlotPad, lack = kSlotPad - surplus;
  if (surplus == 0) return;
  const auto y = [](const Slot& slot) { return cosine(slot.half) * cosine(slot.half); };
  if (parts[1].size() >= lack && y(parts[1][lack - 1]) < 0.75L) {
    parts[0].insert(parts[0].end(), parts[1].begin(), parts[1].begin() + lack);
    parts[1].erase(parts[1].begin(), parts[1].begin() + lack);
  } else if (y(parts[0][parts[0].size() - surplus]) > 0.25L) {
    parts[1].insert(parts[1].begin(), parts[0].end() - surplus, parts[0].end());
    parts[0].erase(parts[0].end() - surplus, parts[0].end());
  }
}

void spin_slots(const std::vector<RingPair>& pairs, Parts& parts) {
  for (const RingPair& pair : pairs) {
    const HalfAngle half = half_angle(pair.theta);
    if (pair.south < 0 && std::abs(pair.theta - kPi / 2) <= kMirrorTolerance) {
      parts[1].push_back({half, {pair.north, pair.north}});
      continue;
    }
    parts[1].push_back({half, {pair.north, pair.south}});
    parts[0].push_back({mirrored(half), {pair.south, pair.north}});
  }
}

void pad(std::vector<Slot>& part) {
  while (part.size() % kSlotPad != 0) part.push_back({{1, 0}, {-1, -1}});
}

// The last order that matters at theta: P_lm decays away from its turning point like exp(-S), where with mu = m/(L - 1/2), u = cos(theta)
// and a^2 = 1 - mu^2, S/(L - 1/2) = mu artanh(q) - arcosh(u/a), q = sqrt(u^2 - a^2)/(mu u), is the integral of sqrt(mu^2 - sin^2 t)/sin t.
int last_order(int L, const HalfAngle& half) {
  constexpr double kAction = 42;  // exp(-42) is about kNegligible
  const double nu = L - 0.5, u = static_cast<double>(std::abs(cosine(half))), s = static_cast<double>(sine(half));
  if (s == 0) return 0;
  const auto matters = [&](int m) {
    const double mu = m / nu, square = 1 - mu * mu, rest = u * u - square;
    if (m == 0 || rest <= 0) return true;
    const double root = std::sqrt(rest), a = std::sqrt(square);
    return nu * (mu * std::log((mu * u + root) / (a * s)) - std::acosh(u / a)) < kAction;  // 1 - q^2 = (a s/(mu u))^2
  };
  int low = 0, high = L - 1;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (matters(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

class SlotBuilder {
 public:
  SlotBuilder(int L, int spin) : L_(L), spin_(spin) {}

  LegendreSlots build(std::span<const double> theta, std::span<const double> weights) {
    add_slots(theta, weights);
    return std::move(plan_);
  }

 private:
  void add_slots(std::span<const double> theta, std::span<const double> weights) {
    Parts parts;
    const std::vector<RingPair> pairs = pair_rings(theta);
    if (spin_ == 0) {
      spin_0_slots(pairs, parts);
    } else {
      spin_slots(pairs, parts);
    }
    for (auto& part : parts) pad(part);
    plan_.split = static_cast<int>(parts[0].size());
    std::vector<Slot> slots = parts[0];
    slots.insert(slots.end(), parts[1].begin(), parts[1].end());
    plan_.slots = static_cast<int>(slots.size());
    add_slot_values(slots, weights);
    add_powers(slots);
  }

  void add_slot_values(const std::vector<Slot>& slots, std::span<const double> weights) {
    const size_t n = slots.size();
    plan_.slot_values.assign(4 * n, 0);
    plan_.slot_rings.resize(2 * n);
    for (size_t i = 0; i < n; ++i) {
      const auto& [half, rings] = slots[i];
      const bool first = static_cast<int>(i) < plan_.split;
      const long double c = cosine(half), s = sine(half);
      const long double from_end = first ? 2 * half.cosine * half.cosine : -2 * half.sine * half.sine;
      plan_.slot_values[i] = static_cast<double>(spin_ != 0 ? from_end : first ? c * c : -s * s);
      plan_.slot_values[n + i] = static_cast<double>(c);
      for (int k = 0; k < 2; ++k) {
        plan_.slot_rings[k * n + i] = rings[k];
        if (rings[k] >= 0) plan_.slot_values[(2 + k) * n + i] = weights.empty() ? 1 : weights[rings[k]];
      }
      const bool empty = rings[0] < 0 && rings[1] < 0;
      plan_.limits.push_back(empty ? -1 : spin_ == 0 ? last_order(L_, half) : L_ - 1);
    }
  }

  void add_powers(const std::vector<Slot>& slots) {
    const int bases = spin_ == 0 ? 1 : 2, highest = spin_ == 0 ? L_ - 1 : 2 * L_ - 2;
    plan_.coarse = highest / kFinePowers + 1;
    const size_t n = slots.size(), rows = plan_.coarse + kFinePowers;
    plan_.powers.resize(bases * rows * n);
    plan_.exponents.resize(bases * rows * n);
    for (size_t i = 0; i < n; ++i) {
      const HalfAngle& half = slots[i].half;
      const bool empty = slots[i].rings[0] < 0 && slots[i].rings[1] < 0;
      for (int b = 0; b < bases; ++b) {
        const long double base = spin_ == 0 ? sine(half) : b == 0 ? half.cosine : half.sine;
        add_power_column(b * rows * n + i, n, empty ? 0 : base);
      }
    }
  }

  void add_power_column(size_t at, size_t stride, long double base) {
    int step = 0, exponent = 0, change;
    long double factor = std::frexp(base, &step), value = 0.5L;
    const auto put = [&](size_t row) {
      plan_.powers[at + row * stride] = static_cast<double>(value);
      plan_.exponents[at + row * stride] = exponent;
    };
    const auto multiply = [&] {
      value = std::frexp(value * factor, &change);
      exponent = value == 0 ? 0 : exponent + step + change;
    };
    exponent = 1;
    for (int i = 0; i < kFinePowers; ++i, multiply()) put(plan_.coarse + i);
    factor = value;
    step = exponent;
    value = 0.5L;
    exponent = 1;
    for (int i = 0; i < plan_.coarse; ++i, multiply()) put(i);
  }

  const int L_, spin_;
  LegendreSlots plan_;
};

// How many steps there are in all orders.
int64_t step_count(int64_t L, int64_t spin) {
  if (spin == 0) return (L + 1) / 2 * (L / 2 + 1);
  const int64_t least = std::abs(spin), rest = L - least;
  return least * rest + rest * (rest + 1) / 2;
}

class StepBuilder {
 public:
  StepBuilder(int L, int spin) : L_(L), spin_(spin) {}

  LegendreSteps build() {
    const auto steps = static_cast<size_t>(step_count(L_, spin_));
    plan_.steps.reserve(kStepNumbers * steps);
    plan_.factors.reserve((spin_ == 0 ? kPairFactors : 1) * steps);
    for (int m = 0; m < L_; ++m) add_order(m);
    return std::move(plan_);
  }

 private:
  // d^M_MN = (-1)^{M-N} sqrt(binomial(2M, M+N)) cos^{M+N} sin^{M-N} of the half angle, with d_mn = (-1)^{m-n} d_nm = d_{-n,-m}.
  void add_order(int m) {
    const int n = -spin_, M = std::max(m, std::abs(n)), N = m >= std::abs(n) ? n : n < 0 ? -m : m;
    const int parity = spin_ + (n > m ? 0 : M - N);
    const int fewer = std::min(M + N, M - N), more = 2 * M - fewer;
    long double square = (2 * M + 1) / (4 * kPi);
    for (int k = 1; k <= fewer; ++k) square *= static_cast<long double>(more + k) / k;
    int exponent = 0;
    const double seed = static_cast<double>(std::frexp(std::sqrt(square), &exponent));
    const int row = static_cast<int>(plan_.steps.size() / kStepNumbers);
    plan_.seeds.push_back(parity % 2 == 0 ? seed : -seed);
    if (spin_ == 0) {
      plan_.orders.insert(plan_.orders.end(), {M, row, exponent - M, M, 0});
      add_double_steps(m);
    } else {
      plan_.orders.insert(plan_.orders.end(), {M, row, exponent, M + N, M - N});
      add_single_steps(M, m, n);
    }
  }

  void add_double_steps(int m) {
    const auto square_e = [m](long double l) { return (l - m) * (l + m) / ((2 * l - 1) * (2 * l + 1)); };
    long double before = 0, alpha = 1, g_before = 0;
    for (int l = m; l < L_; l += 2) {
      const long double square_0 = square_e(l), square_1 = square_e(l + 1), square_2 = square_e(l + 2);
      const long double e = std::sqrt(square_1), g = e * std::sqrt(square_2);
      const long double next = l == m ? 1 : before * g_before / g, a = alpha / (g * next);
      add_step(a, -a * (square_0 + square_1), a * (1 - (square_0 + square_1)));
      const bool odd = l + 1 < L_;
      for (long double factor : {alpha, odd ? alpha / e : 0, odd ? g * alpha / (square_1 * next) : 0})
        plan_.factors.push_back(static_cast<double>(factor));
      before = alpha;
      alpha = next;
      g_before = g;
    }
  }

  void add_single_steps(int first, int m, int n) {
    const auto e = [m, n](long double l) { return std::sqrt((l - m) * (l + m) * (l - n) * (l + n) / ((2 * l - 1) * (2 * l + 1))) / l; };
    long double before = 0, alpha = 1, e_0 = 0;
    for (int l = first; l < L_; ++l) {
      const long double e_1 = e(l + 1), f = static_cast<long double>(m) * n / (static_cast<long double>(l) * (l + 1));
      const long double next = l == first ? 1 : before * e_0 / e_1, a = alpha / (e_1 * next);
      add_step(a, -a * (1 + f), a * (1 - f));
      plan_.factors.push_back(static_cast<double>(alpha));
      before = alpha;
      alpha = next;
      e_0 = e_1;
    }
  }

  void add_step(long double a, long double first, long double second) {
    for (long double number : {a, first, second}) plan_.steps.push_back(static_cast<double>(number));
  }

  const int L_, spin_;
  LegendreSteps plan_;
};

}  // namespace

LegendreSteps legendre_steps(int L, int spin) { return StepBuilder(L, spin).build(); }

int64_t legendre_steps_bytes(int64_t L, int64_t spin) {
  const int64_t each = kStepNumbers + (spin == 0 ? kPairFactors : 1);
  return 8 * (L + each * step_count(L, spin)) + 4 * kOrderNumbers * L;
}

LegendreSlots legendre_slots(int L, int spin, std::span<const double> theta, std::span<const double> weights) {
  return SlotBuilder(L, spin).build(theta, weights);
}

int64_t legendre_slots_bytes(int64_t L, int64_t spin, int64_t rings) {
  const int64_t slots = (spin == 0 ? rings : 2 * rings) + 2 * kSlotPad, bases = spin == 0 ? 1 : 2;
  const int64_t powers = bases * (bases * L / kFinePowers + 1 + kFinePowers) * slots;
  return 8 * (4 * slots + powers) + 4 * (3 * slots + powers);
}

}  // namespace clebsch::math
