#pragma once
// Iso-latitude samplings of the sphere, and of the polar angle beta of SO(3): rings, nodes and quadrature weights.
#include <vector>

namespace clebsch::math {

// mw, mwss: McEwen & Wiaux 2011 (IEEE Trans. Signal Process. 59, 5876) and its symmetric form. dh: Driscoll & Healy 1994 on the nodes
// (2t+1) pi/(4L). gl: Gauss-Legendre. equiangular: theta_t = (t + 1/2) pi/rows. soft: the 2L rows of Kostelec & Rockmore 2008.
enum class Sampling { mw, mwss, dh, gl, equiangular, soft };

// Nodes theta [rings] in [0, pi] from the north pole, and weights [rings] of the integral of f(theta) sin(theta) dtheta. In extended
// precision, because P_lm(theta) magnifies an error of theta by l.
struct PolarRule {
  std::vector<long double> theta, weight;
};

// Number of rings for bandlimit L >= 1; 2L for equiangular, whose number is otherwise free.
int rings(Sampling sampling, int L);

// Number of longitudes for bandlimit L >= 1 unless the caller chooses another: 2L for mwss, equiangular and soft, else 2L-1.
int default_longitudes(Sampling sampling, int L);

// The rule for bandlimit L >= 1; `rows` >= 1 counts for equiangular only. The weights integrate polynomials in cos(theta) exactly, of
// degree < L (mw, mwss), < 2L (dh, gl, soft) or < rows (equiangular): Gauss for gl, else the integral of the trigonometric interpolant
// (Fejer, Clenshaw & Curtis).
PolarRule polar_rule(Sampling sampling, int L, int rows);

// theta_t [rings] in radians.
std::vector<double> nodes(Sampling sampling, int L, int rows);

// Weights [rings] of single samples, dphi = 2 pi/n_phi included: integral of f over the sphere = sum_t w_t sum_p f_tp.
std::vector<double> quadrature_weights(Sampling sampling, int L, int rows, int n_phi);

}  // namespace clebsch::math
