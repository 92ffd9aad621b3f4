#pragma once
// Tables of the polar step of the transforms on the sphere and on SO(3). With d the matrix of wigner.h, a block belongs to orders (m, n)
// and is [rings][degrees], degrees l = max(|m|, |n|)..L-1. Entries of the inverse transform are factor_l d^l_mn(theta_t); those of the
// forward transform, K, integrate against them: coefficient_l = sum_t K[t][l] f_mn(theta_t), where f_mn is the mean over the angles of f
// times e^{-i m alpha} e^{-i n gamma}, exactly for a signal of bandlimit L.
#include <cstdint>
#include <vector>

#include "math/sampling.h"

namespace clebsch::math {

// sphere: f = sum c_lm sY_lm with n = -s, factor (-1)^n sqrt((2l+1)/4 pi). group: f = sum c_lmn (2l+1)/(8 pi^2) conj(D^l_mn)
enum class Domain { sphere, group };

struct PolarGrid {
  Domain domain;
  bool inverse;
  Sampling sampling;
  int L;
  int rows;  // counts for equiangular only
};

// On the sphere: blocks m = first_m..L-1 of one order n.
std::vector<double> sphere_table(const PolarGrid& grid, int first_m, int n);
int64_t sphere_table_size(int rings, int L, int first_m, int n);

// On SO(3): n = 0..N-1, within m = 0..L-1, a block of (m, n) and, where both are positive, one of (m, -n) (kernels/wigner.h).
std::vector<double> group_table(const PolarGrid& grid, int N);
int64_t group_table_size(int rings, int L, int N);
// Rows of the coefficients of a map there.
int64_t group_coefficients(bool complex, int L, int N);

}  // namespace clebsch::math
