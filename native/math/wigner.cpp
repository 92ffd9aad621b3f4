#include "math/wigner.h"

#include <cmath>
#include <numbers>

#include "math/wigner_column.h"

namespace clebsch::math {
namespace {

double parity_sign(int n) { return n % 2 == 0 ? 1 : -1; }

std::vector<double> small_d(int l, HalfAngle half) {
  const int size = 2 * l + 1;
  std::vector<double> d(size * size);
  const WignerColumns columns({half}, l + 1);
  const auto set = [&](int m, int n, double value) { d[(m + l) * size + n + l] = value; };
  for (int m = 0; m <= l; ++m) {
    for (int n = -m; n <= m; ++n) {
      double value = 0;
      columns.visit(m, n, [&](int, const long double* d) { value = static_cast<double>(*d); });
      const double exchanged = parity_sign(m - n) * value;
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
