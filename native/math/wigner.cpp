#include "math/wigner.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace clebsch::math {
namespace {

double parity_sign(int n) { return n % 2 == 0 ? 1 : -1; }

// beta by the cosine and sine of its half, so that beta = pi/2 can be exact.
struct HalfAngle {
  long double cosine, sine;
};

// d^l_mn for l = m >= |n|: (-1)^{m-n} sqrt(binomial(2m, m+n)) cos^{m+n}(beta/2) sin^{m-n}(beta/2). Multiplied factor by factor, because
// binomial and powers alone leave the range.
long double stretched_d(int m, int n, HalfAngle half) {
  const int fewer = std::min(m + n, m - n), more = 2 * m - fewer;
  long double value = parity_sign(m - n) * std::pow(n >= 0 ? half.cosine : half.sine, more - fewer);
  for (int k = 1; k <= fewer; ++k) value *= std::sqrt(static_cast<long double>(more + k) / k) * half.cosine * half.sine;
  return value;
}

// sqrt(k^2 - m^2) at [k][m], m < k <= l, and the reciprocals.
struct RootTable {
  explicit RootTable(int l) : stride(l + 1), root((l + 1) * stride), inverse((l + 1) * stride) {
    for (int k = 1; k <= l; ++k) {
      for (int m = 0; m < k; ++m) {
        root[k * stride + m] = std::sqrt(static_cast<long double>(k - m) * (k + m));
        inverse[k * stride + m] = 1 / root[k * stride + m];
      }
    }
  }
  int stride;
  std::vector<long double> root, inverse;
};

// d^l_mn for m >= |n|, from degree m up to l:
// r_{k+1,m} r_{k+1,n} d^{k+1} = (2k+1) ((k+1) cos(beta) - m n/k) d^k - (k+1)/k r_{k,m} r_{k,n} d^{k-1}.
long double recursed_d(int l, int m, int n, HalfAngle half, const RootTable& roots) {
  const long double x = (half.cosine - half.sine) * (half.cosine + half.sine);
  long double before = 0, value = stretched_d(m, n, half);
  for (int k = m; k < l; ++k) {
    const long double reciprocal = k > 0 ? 1.0L / k : 0;  // degree 0 has m = n = 0 and no predecessor
    const long double* root = &roots.root[k * roots.stride];
    const long double* inverse = &roots.inverse[(k + 1) * roots.stride];
    const long double after =
        ((2 * k + 1) * ((k + 1) * x - m * n * reciprocal) * value - (k + 1) * reciprocal * root[m] * root[std::abs(n)] * before) *
        (inverse[m] * inverse[std::abs(n)]);
    before = value;
    value = after;
  }
  return value;
}

std::vector<double> small_d(int l, HalfAngle half) {
  const int size = 2 * l + 1;
  std::vector<double> d(size * size);
  const RootTable roots(l);
  const auto set = [&](int m, int n, double value) { d[(m + l) * size + n + l] = value; };
  for (int m = 0; m <= l; ++m) {
    for (int n = -m; n <= m; ++n) {
      const double value = static_cast<double>(recursed_d(l, m, n, half, roots)), exchanged = parity_sign(m - n) * value;
      set(m, n, value);
      set(-n, -m, value);
      set(n, m, exchanged);
      set(-m, -n, exchanged);
    }
  }
  return d;
}

// cos(m a), sin(m a) for m = 0..l.
struct Rotor {
  Rotor(int l, double a) {
    for (int m = 0; m <= l; ++m) {
      const long double angle = static_cast<long double>(m) * a;
      cosine.push_back(static_cast<double>(std::cos(angle)));
      sine.push_back(static_cast<double>(std::sin(angle)));
    }
  }
  std::vector<double> cosine, sine;
};

// The quarter turn, exactly.
Rotor quarter_turn(int l) {
  Rotor rotor(l, 0);
  for (int m = 0; m <= l; ++m) {
    rotor.cosine[m] = m % 2 == 1 ? 0 : 1 - m % 4;
    rotor.sine[m] = m % 2 == 0 ? 0 : 2 - m % 4;
  }
  return rotor;
}

// Z(alpha) (U^H d U) Z(gamma). A rotation about y does not mix cosines and sines: for orders M, N >= 0 the middle factor is diag(cosines,
// sines).
std::vector<double> real_matrix(int l, const Rotor& alpha, HalfAngle half, const Rotor& gamma) {
  const int size = 2 * l + 1;
  const std::vector<double> d = small_d(l, half);
  std::vector<double> result(size * size);
  const auto at = [&](int m, int n) -> double& { return result[(m + l) * size + n + l]; };
  for (int m = 0; m <= l; ++m) {
    for (int n = 0; n <= l; ++n) {
      const double direct = parity_sign(m + n) * d[(m + l) * size + n + l], crossed = parity_sign(m) * d[(m + l) * size - n + l];
      const double scale = (m == 0 ? std::numbers::sqrt2 / 2 : 1) * (n == 0 ? std::numbers::sqrt2 / 2 : 1);
      const double cosines = scale * (direct + crossed), sines = m == 0 || n == 0 ? 0 : direct - crossed;
      const double ca = alpha.cosine[m], sa = alpha.sine[m], cg = gamma.cosine[n], sg = gamma.sine[n];
      if (m > 0 && n > 0) at(-m, -n) = ca * sines * cg - sa * cosines * sg;
      if (m > 0) at(-m, n) = sa * cosines * cg + ca * sines * sg;
      if (n > 0) at(m, -n) = -ca * cosines * sg - sa * sines * cg;
      at(m, n) = ca * cosines * cg - sa * sines * sg;
    }
  }
  return result;
}

HalfAngle half_angle(double beta) { return {std::cos(beta / 2.0L), std::sin(beta / 2.0L)}; }

}  // namespace

std::vector<double> wigner_small_d(int l, double beta) { return small_d(l, half_angle(beta)); }

std::vector<double> wigner_d(int l, double alpha, double beta, double gamma) {
  const std::vector<double> d = wigner_small_d(l, beta);
  std::vector<double> result;
  result.reserve(2 * d.size());
  for (int m = -l; m <= l; ++m) {
    for (int n = -l; n <= l; ++n) {
      const long double value = d[(m + l) * (2 * l + 1) + n + l],
                        angle = -(static_cast<long double>(m) * alpha + static_cast<long double>(n) * gamma);
      result.push_back(static_cast<double>(value * std::cos(angle)));
      result.push_back(static_cast<double>(value * std::sin(angle)));
    }
  }
  return result;
}

std::vector<double> wigner_d_real(int l, double alpha, double beta, double gamma) {
  return real_matrix(l, Rotor(l, alpha), half_angle(beta), Rotor(l, gamma));
}

std::vector<double> real_rotation_j(int l) {
  const long double half = std::sqrt(0.5L);
  return real_matrix(l, quarter_turn(l), {half, half}, quarter_turn(l));
}

}  // namespace clebsch::math
