#include "math/clebsch_gordan.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace clebsch::math {
namespace {

bool is_coupled(int l1, int l2, int l) { return std::abs(l1 - l2) <= l && l <= l1 + l2; }

// sqrt(l(l+1) - m(m+1)) for m = -l..l-1 at [m + l]: the matrix elements of the ladder operators.
std::vector<long double> ladder(int l) {
  std::vector<long double> result;
  for (int m = -l; m < l; ++m) result.push_back(std::sqrt(static_cast<long double>(l - m) * (l + m + 1)));
  return result;
}

// <l1 m1 l2 m2|l m1+m2> for one triple of degrees, at [m1][m2].
class CoefficientTable {
 public:
  CoefficientTable(int l1, int l2, int l)
      : l1_(l1), l2_(l2), l_(l), values_((2 * l1 + 1) * (2 * l2 + 1)), ladder1_(ladder(l1)), ladder2_(ladder(l2)) {
    for (int m = 0; m <= l; ++m) set_order(m);
  }

  double operator()(int m1, int m2) const { return values_[(m1 + l1_) * (2 * l2_ + 1) + m2 + l2_]; }

 private:
  double& at(int m1, int m2) { return values_[(m1 + l1_) * (2 * l2_ + 1) + m2 + l2_]; }

  // Fills m1 + m2 = m, and -m by <l1 -m1 l2 -m2|l -m> = (-1)^{l1+l2-l} <l1 m1 l2 m2|l m>.
  void set_order(int m) {
    const int highest = std::min(l1_, m + l2_), count = highest - std::max(-l1_, m - l2_) + 1;
    const std::vector<long double> vector = eigenvector(m, highest, count);
    const int mirror_sign = (l1_ + l2_ - l_) % 2 == 0 ? 1 : -1;
    for (int k = 0; k < count; ++k) {
      const int m1 = highest - k, m2 = m - m1;
      at(m1, m2) = static_cast<double>(vector[k]);
      at(-m1, -m2) = mirror_sign * at(m1, m2);
    }
  }

  // Component k belongs to m1 = highest - k. Sign: the first component is positive (Condon-Shortley).
  std::vector<long double> eigenvector(int m, int highest, int count) const {
    std::vector<long double> diagonal(count), off(count);  // off[k] couples k and k+1
    for (int k = 0; k < count; ++k) {
      const int m1 = highest - k, m2 = m - m1;
      diagonal[k] = l1_ * (l1_ + 1) + l2_ * (l2_ + 1) + 2 * m1 * m2 - l_ * (l_ + 1);
      if (k + 1 < count) off[k] = ladder1_[m1 - 1 + l1_] * ladder2_[m2 + l2_];
    }
    std::vector<long double> c(count);
    c[0] = 1;
    int peak = 0;  // from each end the components grow as far as the classically allowed range of m1
    for (; peak + 1 < count; ++peak) {
      c[peak + 1] = -(diagonal[peak] * c[peak] + (peak > 0 ? off[peak - 1] * c[peak - 1] : 0)) / off[peak];
      if (std::abs(c[peak + 1]) < std::abs(c[peak])) break;
    }
    const long double matched = c[peak];
    c[count - 1] = peak + 1 == count ? matched : 1;
    for (int k = count - 1; k > peak; --k) c[k - 1] = -(diagonal[k] * c[k] + (k + 1 < count ? off[k] * c[k + 1] : 0)) / off[k - 1];
    const long double scale = matched / c[peak];
    for (int k = peak; k < count; ++k) c[k] *= scale;
    long double norm = 0;
    for (long double value : c) norm += value * value;
    for (long double& value : c) value /= std::sqrt(norm);
    return c;
  }

  int l1_, l2_, l_;
  std::vector<double> values_;
  std::vector<long double> ladder1_, ladder2_;
};

// U_{mu m} of the change of basis f_mu = sum_m U_{mu m} c_m; zero unless |mu| = |m|.
std::complex<double> basis_element(int mu, int m) {
  if (m == 0) return 1;
  const double root = std::numbers::sqrt2 / 2, phase = mu > 0 && mu % 2 != 0 ? -root : root;
  if (m > 0) return phase;
  return {0, mu > 0 ? -phase : phase};
}

// The sum over mu1 = +-m1, mu2 = +-m2, mu1 + mu2 = +-m.
double real_coefficient(const CoefficientTable& table, bool odd, int m1, int m2, int m) {
  std::complex<double> sum = 0;
  for (int mu1 : {m1, -m1}) {
    for (int mu2 : {m2, -m2}) {
      if (std::abs(mu1 + mu2) == std::abs(m))
        sum += table(mu1, mu2) * basis_element(mu1, m1) * basis_element(mu2, m2) * std::conj(basis_element(mu1 + mu2, m));
      if (m2 == 0) break;
    }
    if (m1 == 0) break;
  }
  return odd ? -sum.imag() : sum.real();
}

// f(m1, m2, m) for the entries of the real basis that may differ from zero, sorted by (m, m1, m2).
template <class F>
void for_real_orders(int l1, int l2, int l, F&& f) {
  const bool odd = (l1 + l2 + l) % 2 == 1;
  for (int m = -l; m <= l; ++m) {
    for (int m1 = -l1; m1 <= l1; ++m1) {
      const bool sine = odd != ((m < 0) != (m1 < 0));
      const int near = std::abs(std::abs(m) - std::abs(m1)), far = std::abs(m) + std::abs(m1);
      const auto [first, second] = sine ? std::pair(-far, -near) : std::pair(near, far);
      for (int m2 : {first, second}) {
        if (std::abs(m2) <= l2 && (m2 < 0) == sine) f(m1, m2, m);
        if (first == second) break;
      }
    }
  }
}

std::vector<double> dense(int l1, int l2, int l, const std::vector<Coupling>& list) {
  std::vector<double> cube((2 * l1 + 1) * (2 * l2 + 1) * (2 * l + 1));
  for (const Coupling& c : list) cube[((c.m1 + l1) * (2 * l2 + 1) + c.m2 + l2) * (2 * l + 1) + c.m + l] = c.value;
  return cube;
}

}  // namespace

std::vector<Coupling> couplings(int l1, int l2, int l) {
  std::vector<Coupling> list;
  if (!is_coupled(l1, l2, l)) return list;
  const CoefficientTable table(l1, l2, l);
  for (int m = -l; m <= l; ++m) {
    for (int m1 = std::max(-l1, m - l2); m1 <= std::min(l1, m + l2); ++m1) list.push_back({m1, m - m1, m, table(m1, m - m1)});
  }
  return list;
}

std::vector<Coupling> real_couplings(int l1, int l2, int l) {
  std::vector<Coupling> list;
  if (!is_coupled(l1, l2, l)) return list;
  const CoefficientTable table(l1, l2, l);
  const bool odd = (l1 + l2 + l) % 2 == 1;
  for_real_orders(l1, l2, l, [&](int m1, int m2, int m) { list.push_back({m1, m2, m, real_coefficient(table, odd, m1, m2, m)}); });
  return list;
}

int64_t coupling_count(int l1, int l2, int l, bool complex_basis) {
  if (!is_coupled(l1, l2, l)) return 0;
  int64_t count = 0;
  if (complex_basis) {
    const int64_t excess = l1 + l2 - l;  // |m1 + m2| > l leaves out two triangles of this side
    count = static_cast<int64_t>(2 * l1 + 1) * (2 * l2 + 1) - excess * (excess + 1);
  } else {
    for_real_orders(l1, l2, l, [&](int, int, int) { ++count; });
  }
  return count;
}

std::vector<double> clebsch_gordan(int l1, int l2, int l) { return dense(l1, l2, l, couplings(l1, l2, l)); }

std::vector<double> real_clebsch_gordan(int l1, int l2, int l) { return dense(l1, l2, l, real_couplings(l1, l2, l)); }

}  // namespace clebsch::math
