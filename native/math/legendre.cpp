#include "math/legendre.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace clebsch::math {
namespace {

constexpr long double kPi = std::numbers::pi_v<long double>;

// sqrt((l^2 - m^2)/(4 l^2 - 1)), the coefficient of cos(theta) P_{l-1} = a_l P_l + a_{l-1} P_{l-2}, for l = m..L-1.
std::vector<long double> recursion_coefficients(int m, int L) {
  std::vector<long double> a;
  for (int l = m; l < L; ++l) a.push_back(std::sqrt(static_cast<long double>(l - m) * (l + m) / (4.0L * l * l - 1)));
  return a;
}

// Computes P_lm(theta_t) order by order, m = 0, 1, ...: each next_order() calls sink(t, l - m, value) for all t and l = m..L-1.
class LegendreSweep {
 public:
  LegendreSweep(std::vector<long double> theta, int L) : L_(L), theta_(std::move(theta)), seed_(theta_.size(), std::sqrt(1 / (4 * kPi))) {}

  template <typename Sink>
  void next_order(Sink sink) {
    if (m_ > 0) {
      const long double factor = -std::sqrt((2 * m_ + 1) / (2.0L * m_));
      for (size_t t = 0; t < theta_.size(); ++t) seed_[t] *= factor * std::sin(theta_[t]);
    }
    const std::vector<long double> a = recursion_coefficients(m_, L_);
    for (size_t t = 0; t < theta_.size(); ++t) {
      const long double x = std::cos(theta_[t]);
      long double before = 0, value = seed_[t];
      sink(t, 0, value);
      for (int k = 1; k < L_ - m_; ++k) {
        const long double after = (x * value - a[k - 1] * before) / a[k];
        before = value;
        value = after;
        sink(t, k, value);
      }
    }
    ++m_;
  }

 private:
  int L_, m_ = 0;
  std::vector<long double> theta_, seed_;
};

// P_lm(theta_t) times scale_t for all m, in the layout of the tables.
std::vector<double> scaled_table(const std::vector<long double>& theta, const std::vector<long double>& scale, int L) {
  const int rows = static_cast<int>(theta.size());
  std::vector<double> table(table_offset(rows, L, L));
  LegendreSweep sweep(theta, L);
  for (int m = 0; m < L; ++m) {
    double* matrix = table.data() + table_offset(rows, L, m);
    sweep.next_order([&](size_t t, int k, long double value) { matrix[t * (L - m) + k] = static_cast<double>(scale[t] * value); });
  }
  return table;
}

// 2 pi weight_t P_lm(theta_t)
std::vector<double> weighted_table(PolarRule rule, int L) {
  for (long double& w : rule.weight) w *= 2 * kPi;
  return scaled_table(rule.theta, rule.weight, L);
}

// The cardinal functions of the circle through the nodes of mw (2L-1 points) or mwss (2L points), frequencies |k| < L.
class CircleInterpolation {
 public:
  CircleInterpolation(Sampling sampling, int L)
      : L_(L), points_(sampling == Sampling::mw ? 2 * L - 1 : 2 * L), theta_(polar_rule(sampling, L, 0).theta) {}

  int rings() const { return static_cast<int>(theta_.size()); }
  bool is_pole(int t) const { return t == rings() - 1 || (points_ == 2 * L_ && t == 0); }

  // What the value of f_m on ring t, with its mirror image (-1)^m f_m on the other side of the circle, contributes to f_m(theta).
  long double operator()(int t, int m, long double theta) const {
    const long double own = kernel(theta - theta_[t]);
    if (is_pole(t)) return own;
    return m % 2 == 0 ? own + kernel(theta + theta_[t]) : own - kernel(theta + theta_[t]);
  }

 private:
  long double kernel(long double angle) const {
    const long double sine = std::sin(angle / 2);
    return sine == 0 ? (2 * L_ - 1) / static_cast<long double>(points_) : std::sin((L_ - 0.5L) * angle) / (points_ * sine);
  }

  int L_, points_;
  std::vector<long double> theta_;
};

// Interpolation from the rings to the Gauss-Legendre nodes of the northern half, for orders m of one parity. P_lm is even or odd about the
// equator as l - m is, so the southern node is folded into the northern one: fold[t][i][parity of l-m].
std::vector<double> folded_interpolation(const CircleInterpolation& interpolation, const PolarRule& gauss, int parity) {
  const int n = static_cast<int>(gauss.theta.size()), half = (n + 1) / 2;
  std::vector<double> fold;
  for (int t = 0; t < interpolation.rings(); ++t) {
    for (int i = 0; i < half; ++i) {
      const long double share = 2 * i + 1 == n ? 0.5L : 1.0L;  // the node on the equator is its own mirror image
      const long double north = interpolation(t, parity, gauss.theta[i]), south = interpolation(t, parity, gauss.theta[n - 1 - i]);
      fold.push_back(static_cast<double>(share * (north + south)));
      fold.push_back(static_cast<double>(share * (north - south)));
    }
  }
  return fold;
}

// out[t][k] = sum_i fold[t][i][k mod 2] panel[i][k]
void multiply_folded(const double* fold, const double* panel, int rows, int half, int columns, double* out) {
  for (int t = 0; t < rows; ++t, out += columns) {
    for (int i = 0; i < half; ++i) {
      const double even = fold[(t * half + i) * 2], odd = fold[(t * half + i) * 2 + 1];
      const double* p = panel + static_cast<int64_t>(i) * columns;
      int k = 0;
      for (; k + 1 < columns; k += 2) {
        out[k] += even * p[k];
        out[k + 1] += odd * p[k + 1];
      }
      if (k < columns) out[k] += even * p[k];
    }
  }
}

// For odd m a value on a pole ring extends to an even function, whose product with the odd P_lm the Gauss rule does not integrate. (It is
// zero in a signal, not in a cotangent.) There the integrand cos(k theta) P_lm(theta) sin(theta) is even and of degree < 2L, so the
// midpoint rule of L nodes is exact.
void set_odd_order_pole(const CircleInterpolation& interpolation, int L, int pole, std::vector<double>& table) {
  const std::vector<long double> theta = polar_rule(Sampling::equiangular, L, L).theta;
  std::vector<long double> weight;
  for (long double angle : theta) weight.push_back(2 * kPi * kPi / L * std::sin(angle) * interpolation(pole, 1, angle));
  LegendreSweep sweep(theta, L);
  for (int m = 0; m < L; ++m) {
    std::vector<long double> sums(L - m);
    sweep.next_order([&](size_t i, int k, long double value) { sums[k] += weight[i] * value; });
    if (m % 2 == 1)
      std::copy(sums.begin(), sums.end(), table.begin() + table_offset(interpolation.rings(), L, m) + static_cast<int64_t>(pole) * (L - m));
  }
}

std::vector<double> interpolated_forward_table(Sampling sampling, int L) {
  const CircleInterpolation interpolation(sampling, L);
  const int rows = interpolation.rings(), half = (L + 1) / 2;
  PolarRule gauss = polar_rule(Sampling::gl, L, 0);
  const std::vector<double> fold[2] = {folded_interpolation(interpolation, gauss, 0), folded_interpolation(interpolation, gauss, 1)};
  gauss.theta.resize(half);
  gauss.weight.resize(half);
  const std::vector<double> panels = weighted_table(gauss, L);
  std::vector<double> table(table_offset(rows, L, L));
  for (int m = 0; m < L; ++m) {
    multiply_folded(fold[m % 2].data(), panels.data() + table_offset(half, L, m), rows, half, L - m,
                    table.data() + table_offset(rows, L, m));
  }
  for (int t = 0; t < rows; ++t) {
    if (interpolation.is_pole(t)) set_odd_order_pole(interpolation, L, t, table);
  }
  return table;
}

}  // namespace

std::vector<double> inverse_table(Sampling sampling, int L, int rows) {
  const std::vector<long double> theta = polar_rule(sampling, L, rows).theta;
  return scaled_table(theta, std::vector<long double>(theta.size(), 1), L);
}

std::vector<double> forward_table(Sampling sampling, int L, int rows) {
  if (sampling == Sampling::mw || sampling == Sampling::mwss) return interpolated_forward_table(sampling, L);
  return weighted_table(polar_rule(sampling, L, rows), L);
}

}  // namespace clebsch::math
