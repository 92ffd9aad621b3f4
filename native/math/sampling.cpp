#include "math/sampling.h"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace clebsch::math {
namespace {

constexpr long double kPi = std::numbers::pi_v<long double>;

// The integral over [0, pi] of the even trigonometric interpolant on a circle of `points` equidistant nodes, as a weight of the node theta:
// sum over even |k| < band of cos(k theta) 2/(1-k^2). Nodes off the poles stand for two points of the circle.
long double circle_weight(long double theta, bool pole, int points, int band) {
  const std::complex<long double> step = std::polar(1.0L, 2 * theta);
  std::complex<long double> wave = step;  // e^{i k theta}
  long double sum = 2;
  for (int k = 2; k < band; k += 2, wave *= step) sum += 4 / (1 - static_cast<long double>(k) * k) * wave.real();
  return (pole ? 1 : 2) * sum / points;
}

PolarRule mw_rule(int L) {
  PolarRule rule;
  for (int t = 0; t < L; ++t) {
    rule.theta.push_back((2 * t + 1) * kPi / (2 * L - 1));
    rule.weight.push_back(circle_weight(rule.theta[t], t == L - 1, 2 * L - 1, L));
  }
  return rule;
}

PolarRule mwss_rule(int L) {
  PolarRule rule;
  for (int t = 0; t <= L; ++t) {
    rule.theta.push_back(t * kPi / L);
    rule.weight.push_back(circle_weight(rule.theta[t], t == 0 || t == L, 2 * L, L));
  }
  return rule;
}

PolarRule midpoint_rule(int rows) {
  PolarRule rule;
  for (int t = 0; t < rows; ++t) {
    rule.theta.push_back((t + 0.5L) * kPi / rows);
    rule.weight.push_back(circle_weight(rule.theta[t], false, 2 * rows, rows));
  }
  return rule;
}

// P_n(cos theta) and its derivative by theta. The recursion runs on differences P_{k+1} - P_k with 1 - cos theta = 2 sin^2(theta/2), which
// keeps the relative accuracy of the roots next to the pole.
struct LegendreValue {
  long double value, derivative;
};

LegendreValue legendre_value(int n, long double theta) {
  const long double half_sine = std::sin(theta / 2);
  const long double versine = 2 * half_sine * half_sine;
  long double value = 1, difference = 0;
  for (int k = 0; k < n; ++k) {
    difference = (k * difference - (2 * k + 1) * versine * value) / (k + 1);
    value += difference;
  }
  return {value, n * (difference - versine * value) / std::sin(theta)};
}

// Newton in theta from Tricomi's asymptotic root.
PolarRule gauss_legendre_rule(int n) {
  PolarRule rule{std::vector<long double>(n), std::vector<long double>(n)};
  for (int i = 0; i < (n + 1) / 2; ++i) {
    long double theta = (4 * i + 3) * kPi / (4 * n + 2);
    theta += 1 / (8.0L * n * n * std::tan(theta));
    LegendreValue p = legendre_value(n, theta);
    for (int step = 0; step < 8 && std::abs(p.value) > 64 * std::numeric_limits<long double>::epsilon(); ++step) {
      theta -= p.value / p.derivative;
      p = legendre_value(n, theta);
    }
    rule.theta[i] = theta;
    rule.theta[n - 1 - i] = kPi - theta;
    rule.weight[i] = rule.weight[n - 1 - i] = 2 / (p.derivative * p.derivative);
  }
  return rule;
}

}  // namespace

int rings(Sampling sampling, int L) {
  switch (sampling) {
    case Sampling::mw:
    case Sampling::gl:
      return L;
    case Sampling::mwss:
      return L + 1;
    default:
      return 2 * L;
  }
}

int default_longitudes(Sampling sampling, int L) {
  switch (sampling) {
    case Sampling::mw:
    case Sampling::dh:
    case Sampling::gl:
      return 2 * L - 1;
    default:
      return 2 * L;
  }
}

PolarRule polar_rule(Sampling sampling, int L, int rows) {
  switch (sampling) {
    case Sampling::mw:
      return mw_rule(L);
    case Sampling::mwss:
      return mwss_rule(L);
    case Sampling::gl:
      return gauss_legendre_rule(L);
    case Sampling::equiangular:
      return midpoint_rule(rows);
    default:
      return midpoint_rule(2 * L);
  }
}

std::vector<double> nodes(Sampling sampling, int L, int rows) {
  const PolarRule rule = polar_rule(sampling, L, rows);
  return {rule.theta.begin(), rule.theta.end()};
}

std::vector<double> quadrature_weights(Sampling sampling, int L, int rows, int n_phi) {
  const PolarRule rule = polar_rule(sampling, L, rows);
  std::vector<double> weights;
  for (long double w : rule.weight) weights.push_back(static_cast<double>(w * 2 * kPi / n_phi));
  return weights;
}

}  // namespace clebsch::math
