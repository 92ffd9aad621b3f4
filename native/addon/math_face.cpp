#include "addon/math_face.h"

#include "math/clebsch_gordan.h"
#include "math/wigner.h"

namespace clebsch::addon {
namespace {

void check_bandlimit(const char* op, int L, int rows) {
  require(L >= 1 && L <= 4096 && rows >= 0 && rows <= 16384, ErrorCode::value, op, "expected L in 1..4096 and at most 16384 rows, got L ",
          L, ", rows ", rows);
}

void check_degree(const char* op, int l) { require(l >= 0 && l <= 4096, ErrorCode::value, op, "expected a degree in 0..4096, got ", l); }

std::vector<double> nodes(const Call& c, const std::string& sampling, int L, int rows) {
  check_bandlimit(c.op, L, rows);
  return math::nodes(ops::sampling_of(sampling), L, rows);
}

std::vector<double> quadrature_weights(const Call& c, const std::string& sampling, int L, int rows, int n_phi) {
  check_bandlimit(c.op, L, rows);
  require(n_phi >= 1, ErrorCode::value, c.op, "expected at least one longitude, got ", n_phi);
  return math::quadrature_weights(ops::sampling_of(sampling), L, rows, n_phi);
}

std::vector<double> wigner_small_d(const Call& c, int l, double beta) {
  check_degree(c.op, l);
  return math::wigner_small_d(l, beta);
}

std::vector<double> wigner_d(const Call& c, int l, double alpha, double beta, double gamma, bool complex_basis) {
  check_degree(c.op, l);
  return complex_basis ? math::wigner_d(l, alpha, beta, gamma) : math::wigner_d_real(l, alpha, beta, gamma);
}

std::vector<double> clebsch_gordan(const Call& c, int l1, int l2, int l, bool complex_basis) {
  for (int degree : {l1, l2, l}) check_degree(c.op, degree);
  require(std::abs(l1 - l2) <= l && l <= l1 + l2, ErrorCode::value, c.op, "expected |l1 - l2| <= l <= l1 + l2, got ", l1, ", ", l2, ", ",
          l);
  return complex_basis ? math::clebsch_gordan(l1, l2, l) : math::real_clebsch_gordan(l1, l2, l);
}

// The non-zero coefficients alone, as rows (m1, m2, m, value): dense tables of high degrees are large.
std::vector<double> couplings(const Call& c, int l1, int l2, int l, bool complex_basis) {
  for (int degree : {l1, l2, l}) check_degree(c.op, degree);
  std::vector<double> rows;
  for (const math::Coupling& t : complex_basis ? math::couplings(l1, l2, l) : math::real_couplings(l1, l2, l))
    rows.insert(rows.end(), {double(t.m1), double(t.m2), double(t.m), t.value});
  return rows;
}

constexpr Row kMath[] = {
    {"nodes", bound<&nodes>},
    {"quadratureWeights", bound<&quadrature_weights>},
    {"wignerSmallD", bound<&wigner_small_d>},
    {"wignerD", bound<&wigner_d>},
    {"clebschGordan", bound<&clebsch_gordan>},
    {"couplings", bound<&couplings>},
    {"sphereTable", bound<&ops::sphere_table>},
    {"groupTable", bound<&ops::group_table>},
    {"rotationTable", bound<&ops::rotation_table>},
};

}  // namespace

std::span<const Row> math_face() { return kMath; }

}  // namespace clebsch::addon
