#pragma once
// Tables of the real spin-0 transform, diagonal in the order m: one matrix [rings][L-m] per m = 0..L-1.
#include <cstdint>
#include <vector>

#include "math/sampling.h"

namespace clebsch::math {

// Where the matrix of order m begins in a table; with m = L, the length of the table.
inline int64_t table_offset(int rings, int L, int m) { return static_cast<int64_t>(rings) * m * (2 * L - m + 1) / 2; }

// P_lm(theta_t) at [t][l-m] of matrix m, where Y_lm = P_lm(theta) e^{i m phi}: orthonormal, with the Condon-Shortley phase.
// f_m(theta_t) = sum_l P_lm(theta_t) f_lm. L >= 1; `rows` counts for equiangular only.
std::vector<double> inverse_table(Sampling sampling, int L, int rows);

// K at [t][l-m] of matrix m with f_lm = sum_t K[t][l-m] f_m(theta_t), where f_m(theta_t) = 1/nPhi sum_p f(theta_t, phi_p) e^{-i m phi_p};
// exact for a signal of bandlimit L (equiangular: rows >= 2L-1). K = 2 pi weight P_lm where the weights integrate a product of two
// harmonics; for mw and mwss the integral of P_lm and the trigonometric interpolant of f_m, which is extended to the circle by
// f_m(2 pi - theta) = (-1)^m f_m(theta). These two take L^4/4 multiply-adds: 0.1 s at L = 128, seconds at L = 512.
std::vector<double> forward_table(Sampling sampling, int L, int rows);

}  // namespace clebsch::math
