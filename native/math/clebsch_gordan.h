#pragma once
// Clebsch-Gordan coefficients <l1 m1 l2 m2|l m>, Condon-Shortley phase: real and orthonormal. Degrees are integers >= 0.
#include <cstdint>
#include <vector>

namespace clebsch::math {

struct Coupling {
  int m1, m2, m;
  double value;
};

// z_lm = sum value x_{l1 m1} y_{l2 m2} over all pairs with m1 + m2 = m, |m| <= l; sorted by (m, m1). Empty unless |l1-l2| <= l <= l1+l2.
// For each m the coefficients are an eigenvector of J^2, a tridiagonal matrix in m1; its recursion runs from both ends to a common maximum
// (Schulten & Gordon 1975, J. Math. Phys. 16, 1961), which is stable for all degrees.
std::vector<Coupling> couplings(int l1, int l2, int l);

// The same in the real basis, where f = U c: C[m1,m2,m] = i^s sum <l1 mu1 l2 mu2|l mu> U_{mu1 m1} U_{mu2 m2} conj(U_{mu m}) with s =
// (l1+l2+l) mod 2. Order m > 0 is a cosine, -m the sine. C vanishes unless |m| is |m1|+|m2| or ||m1|-|m2|| and the number of sines has the
// parity of s; only the other entries are listed, sorted by (m, m1, m2).
std::vector<Coupling> real_couplings(int l1, int l2, int l);

// Length of that list, without its values.
int64_t coupling_count(int l1, int l2, int l, bool complex_basis);

// Dense [2l1+1][2l2+1][2l+1], zeros included.
std::vector<double> clebsch_gordan(int l1, int l2, int l);
std::vector<double> real_clebsch_gordan(int l1, int l2, int l);

}  // namespace clebsch::math
