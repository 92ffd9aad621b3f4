#pragma once
// Layouts of the polar step on SO(3), for both devices.
//
// With d_mn = d^l_mn(theta_t) times factors of the degree and the ring: d_{-m,-n} = (-1)^{m-n} d_mn, so that the table has m >= 0 alone.
// Order pairs (m, n) with m, n >= 0 and the signs of both are a quad. Its table is a block `direct` of d_mn and, where m, n > 0, a block
// `crossed` of d_{m,-n}, each [rings][degrees], degrees l = max(m, n) .. L-1. Quads follow each other by n, then m.
//
// In the real basis, with the waves 1, sqrt2 (-1)^m cos(m alpha), sqrt2 (-1)^m sin(m alpha), in gamma with the sign of the sines turned,
// the wave of a pair is cosines times its coefficient plus e sines times that of the pair with both signs turned, where
//   cosines, sines = (d_mn +- (-1)^n d_{m,-n}) / 2,   e = 1 where m and n have one sign, else -1,
// so that sums and differences of such two coefficients need one product each: see QuadSigns of kernels/wigner.cpp.
#include "kernels/scalar.h"

namespace clebsch {

CLEBSCH_HD int64_t wigner_first(int64_t m, int64_t n) { return m > n ? m : n; }

// The first number of the table of the quad m, n >= 0.
CLEBSCH_HD int64_t wigner_table_start(const WignerArgs& args, int64_t m, int64_t n) {
  const int64_t L = args.L;
  if (n == 0) return args.rings * (m * L - m * (m - 1) / 2);
  const int64_t quads_before = L * (L + 1) / 2 + (n - 1) * L * L - (n - 1) * n * (2 * n - 1) / 6;
  if (m == 0) return args.rings * quads_before;
  const int64_t flat = m < n + 1 ? m : n + 1;  // orders 0 .. n have degrees from n on
  const int64_t within = (L - n) * (2 * flat - 1) + (m > n + 1 ? (m - 1 - n) * (2 * L - m - n) : 0);
  return args.rings * (quads_before + within);
}

CLEBSCH_HD bool wigner_is_complex(const WignerArgs& args) { return args.dtype == Dtype::complex64 || args.dtype == Dtype::complex128; }

CLEBSCH_HD bool wigner_takes(const WignerArgs& args, int64_t n) { return args.every == 1 || (args.N - 1 - n) % 2 == 0; }

// Rows of the coefficients of a map.
CLEBSCH_HD int64_t wigner_size(const WignerArgs& args) {
  const int64_t L = args.L, N = args.N;
  if (wigner_is_complex(args)) return (2 * N - 1) * L * L;
  return N * (4 * N * N - 1) / 3 + (2 * N - 1) * (L * L - N * N);
}

// Row of coefficient (l, m, n).
CLEBSCH_HD int64_t wigner_row(const WignerArgs& args, int64_t l, int64_t m, int64_t n) {
  const int64_t L = args.L, N = args.N;
  if (wigner_is_complex(args)) return (n + N - 1) * L * L + l * l + l + m;
  if (l < N) return l * (4 * l * l - 1) / 3 + (m + l) * (2 * l + 1) + n + l;
  return N * (4 * N * N - 1) / 3 + (2 * N - 1) * (l * l - N * N) + (m + l) * (2 * N - 1) + n + N - 1;
}

// Column of an order among 2 count - 1.
CLEBSCH_HD int64_t wigner_column(const WignerArgs& args, int64_t order, int64_t count) {
  if (wigner_is_complex(args)) return order + count - 1;
  return order > 0 ? 2 * order - 1 : -2 * order;
}

// Place of a wave among those of a map.
CLEBSCH_HD int64_t wigner_wave(const WignerArgs& args, int64_t t, int64_t m, int64_t n) {
  return (wigner_column(args, n, args.N) * args.rings + t) * (2 * args.L - 1) + wigner_column(args, m, args.L);
}

}  // namespace clebsch
