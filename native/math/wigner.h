#pragma once
// Wigner matrices of SO(3), zyz Euler angles in radians: D^l_mn(alpha, beta, gamma) = e^{-i m alpha} d^l_mn(beta) e^{-i n gamma}.
// All matrices are row-major [2l+1][2l+1], row m = -l..l, column n = -l..l; l >= 0.
#include <vector>

namespace clebsch::math {

// d^l(beta), with d^1_{10} = -sin(beta)/sqrt(2). Three-term recursion in l for each (m, n) (Varshalovich et al. 1988, section 4.8), in
// extended precision.
std::vector<double> wigner_small_d(int l, double beta);

// D^l(alpha, beta, gamma), re and im interleaved.
std::vector<double> wigner_d(int l, double alpha, double beta, double gamma);

// D^real = U^H D U, orthogonal: order m > 0 is a cosine, -m the sine. For l = 1 it is the rotation Rz(alpha) Ry(beta) Rz(gamma) in the
// order (y, z, x).
std::vector<double> wigner_d_real(int l, double alpha, double beta, double gamma);

// The matrix J with D^real(alpha, beta, gamma) = Z(alpha) J Z(beta) J Z(gamma) for all angles (after Pinchon & Hoggan 2007, J. Phys. A 40,
// 1597). Z(a) = D^real(a, 0, 0) is the only matrix that depends on an angle: Z[m][m] = cos(m a) and Z[m][-m] = -sin(m a), all else zero. J
// = D^real(pi/2, pi/2, pi/2) is the half turn about the axis y + z, which exchanges y and z; so J is symmetric and J J = 1.
std::vector<double> real_rotation_j(int l);

}  // namespace clebsch::math
