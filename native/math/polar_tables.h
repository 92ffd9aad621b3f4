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

// Complex signals: blocks for n = first_n..last_n and, within, m = -(L-1)..L-1.
std::vector<double> complex_polar_table(const PolarGrid& grid, int first_n, int last_n);
int64_t complex_polar_size(int rings, int L, int first_n, int last_n);

// Real signals in the real basis, |n| < N (sphere: N = 1), for an angular step with the waves 1, sqrt(2) (-1)^m cos(m alpha) and
// sqrt(2) (-1)^m sin(m alpha), in gamma with the sign of the sines turned. Pairs m = 0..L-1, within n = 0..N-1. With m, n > 0 a pair has
// two systems of [2 results][rings][2 x degrees]: of (++, --) for (cos cos, sin sin) and of (+-, -+) for (sin cos, cos sin). Else it has a
// block [rings][degrees], the same for its one or two signs.
std::vector<double> real_polar_table(const PolarGrid& grid, int N);
int64_t real_polar_size(int rings, int L, int N);

}  // namespace clebsch::math
