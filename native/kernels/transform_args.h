#pragma once
// Arguments of the harmonic transforms' kernels, a part of kernels/abi.h.
#include <cstdint>

#include "kernels/abi_types.h"

namespace clebsch {

// ---- Fourier sums on rings ------------------------------------------------------------------------------------

// The stages of a fast transform of `size` points, in place: stage i makes of every r = |radix[i]| neighbouring transforms of s points one.
// `table` is the first of its numbers, stage after stage: what the radix needs, then e^(2 pi i j k / (r s)) for k = 1 .. s - 1,
// j = 1 .. r - 1, [s-1][r-1][2]. A radix above kMaxRadix, but kNestedRadix, needs cos and sin (2 pi q j / r), q, j = 1 .. h = (r - 1) / 2,
// by panels of rows q, [panel][j][2][kPanelRows], zeros in the rows that the last one lacks. A negative radix is a prime that is done by
// convolutions along the powers of a primitive root g, with transforms of h points, whose radices follow those of the stages. It needs, and
// `places` lists,
//   h odd: sum_p f(2 pi g^(2 p) / r) e^(2 pi i p k / h) / h for f = cos and sin, k = 0 .. h - 1, [h][2][2]; {row, j} of the residues j of
//     the points and those of the results, [2][h][2] (kernels/fft_residues.h);
//   h even: sum_s b_s e^(- pi i s k / h) / 4 h with b_s = cos t - sin t, t = 2 pi g^-s / r, k = 0 .. h, then e^(pi i k / h), k = 0 .. h/2;
//     where x_j and X_j are in the memory of the convolution, j = 1 .. r - 1, [2][r-1] (kernels/fft_convolution.h).
// The table of the transform of h points comes next.
constexpr int kMaxStages = 32, kMaxRadix = 13, kNestedRadix = 31, kPanelRows = 4;
constexpr bool needs_matrix(int64_t r) { return r > kMaxRadix && r != kNestedRadix; }
constexpr int64_t matrix_size(int64_t r) {
  const int64_t h = (r - 1) / 2;
  return (h + kPanelRows - 1) / kPanelRows * h * 2 * kPanelRows;
}
constexpr bool has_odd_half(int64_t r) { return r % 4 == 3; }
constexpr int64_t convolution_size(int64_t r) {
  const int64_t h = (r - 1) / 2;
  return has_odd_half(r) ? 4 * h : 2 * (h + 1) + 2 * (h / 2 + 1);
}
struct FftPlan {
  int64_t size, table, places;
  int32_t stages, radix[kMaxStages];
};

// How the sums over a ring of n points are done: `complex` and, on real numbers, `odd` (n odd) by a transform of n points, `even` by a
// complex one of n / 2, `chirp` as a convolution by one of `size` >= 2 n - 1 points, where n has a prime factor that is too large.
enum class FourierMethod : int32_t { complex, even, odd, chirp };

// The rings that have n points and the same offset; turned: it is not 0. Places in the tables: `phases` [orders][2], e^(2 pi i m offset /
// n), for real numbers times sqrt2 (-1)^m where m > 0; `chirp` e^(pi i k^2 / n), [n][2], then the transform of that kernel over its size,
// [size][2], at the places where the transform leaves its results. rows[p]: where point p is in the transform's memory. ring_list[i]: the
// numbers of rings.
struct FourierGroup {
  FourierMethod method;
  int32_t turned;
  int64_t n, rings, ring_list, rows, phases, chirp;
  FftPlan fft;
};

// Ring r has n_r points at phi_p = 2 pi (p + offset_r) / n_r; `points` is their sum, ring after ring.
//   complex dtype, orders m = -(M-1) .. M-1:  f_p = scale sum_m x_m e^(sign i m phi_p)
//   real dtype, columns 0, +1, -1, +2, ...:   f_p = scale (x_0 + sum_(m>0) sqrt2 (-1)^m (x_(+m) cos(m phi_p) + sign x_(-m) sin(m phi_p)))
// synthesis: x [outer, rings, 2M-1, inner] -> f [outer, points, inner]; else the conjugate transpose of that map, f to x. Contiguous
// but on the CPU, where outer = 1: rings of x are ring_step and points of f point_step numbers apart, and a ring that begins at
// point p is p point_inner numbers on; some, where it is not nullptr and rings are alike: {ring of f, ring of x} of the rings of the group.
// kept: of the points of each ring, f has only so many, the others are zero in analysis; 0: all.
// `group` is host memory, valid during the call only. uniform: all rings are alike, one group without a list. ring[r] (ring[0] for all
// where uniform): {first point, n_r, place of e^(2 pi i k / n_r) [n_r][2] in the tables, place of the phases}.
struct FourierArgs {
  Dtype dtype;
  int32_t synthesis, sign, uniform, groups;
  double scale;
  int64_t outer, rings, orders, points, inner, ring_step, point_step, point_inner, kept;
  const FourierGroup* group;
  const int32_t (*some)[2];
  const int32_t (*ring)[4];
  const int32_t* ring_list;
  const int32_t* rows;
  const void* tables;
  const void* x;
  void* out;
};

// ---- Legendre functions ---------------------------------------------------------------------------------------

// The polar step of transforms on the sphere by recursion, with D_lm = (-1)^s sqrt((2l+1)/4 pi) d^l_{m,-s}(theta_t), s = spin:
//   out[o, t, m, i] = w_t sum over l >= max(|m|, |s|) of D_lm x[o, l l + l + m, i]     (analysis 0)
//   out[o, l l + l + m, i] = sum over t of w_t D_lm x[o, t, m, i], 0 for l < |s|         (analysis 1)
// between coefficients [outer, L L, inner] and rings [outer, rings, 2L-1, inner]. Complex dtypes: columns m = -(L-1)..L-1. Real ones, of
// signals in the real basis and spin 0: columns m = 0, 1, -1, 2, -2, ..., where D of |m| stands for that of m. All other fields are the
// plan of the rings, device memory laid out as kernels/legendre.h says. Numbers of x below the normal range may count as zero. On the CPU
// coefficients may have more channels, numbers from an order to the next: coefficient_step, else inner.
struct LegendreArgs {
  Dtype dtype;  // float32, float64, complex64 or complex128
  int32_t analysis, spin;
  int64_t outer, inner, coefficient_step, L, rings, slots, split, coarse;
  const int32_t* orders;       // [L][5]
  const int32_t* slot_rings;   // [2][slots]
  const int32_t* limits;       // [slots]: last order that matters
  const int32_t* exponents;    // [bases][coarse + 16][slots]: of powers
  const double* seeds;         // [L]
  const double* steps;         // [all steps][3]
  const double* factors;       // spin 0: [all steps][3], else [all steps]
  const double* slot_values;   // [4][slots]: u, cos(theta), weights of the two rings
  const double* powers;        // [bases][coarse + 16][slots]: b^(16 i), i < coarse, and b^i, i < 16, in [1/2, 1)
  const int32_t* first_steps;  // [L][slots / 16], or nullptr: the first step that matters, all steps where none does, or -1: not tabulated
  const double* starts;        // [L][slots / 16][2][16]: p_k and p_{k-1} there
  const void* x;
  void* out;
};

// ---- harmonic sums --------------------------------------------------------------------------------------------

// Both steps of transforms on the sphere: `polar`, then `longitudes` where that is a synthesis, else the other way round; polar.analysis =
// !longitudes.synthesis, orders = L, and the same outer, inner, rings and dtype. waves [outer, rings, 2L-1, inner]: device memory for what
// is between them, or nullptr on the CPU, which finds some itself. The fields of the steps that would name it are ignored.
struct HarmonicArgs {
  LegendreArgs polar;
  FourierArgs longitudes;
  void* waves;
};

// ---- resampling of rings --------------------------------------------------------------------------------------

// Functions f_m of the rings of mw or mwss to values on the L rings halfway between multiples of pi/L, whose plain sums against d^l_mn are
// the exact integrals: x [batch, rings, 2L-1, inner] -> out [batch, L, 2L-1, inner], or (transposed) the transpose. Complex dtypes have
// columns m = -(L-1) .. L-1, real ones m = 0, 1, -1, 2, -2, ... `circle` is 2L-1 (mw) or 2L (mwss), the points of the circle of which the
// rings are one half; on the other f_m(2 pi - theta) = (-1)^{m+n} f_m(theta).
//
// First waves k of f_m on the circle, |k| < L; then values on the circle of the 4L points of dh, times the weights of these, on which sums
// against d^l_mn are exact. But d^l_mn there is interpolated from fewer rings in the same way: the transpose of that takes the values to
// these, which halves the sums over degrees. Where m + n is odd, a value on a pole ring (zero in a signal, not in a cotangent) extends to
// an even function, which counts with the weights of the midpoint rule (native/math/polar_tables.cpp).
//
// fourier: the plan of waves k in complex numbers, without operands. Its groups are the points of the circle, the 2L points 2 pi (p + 1/4)
// / 2L and the 2L points 2 pi (p - 1/4) / 2L, together those of dh, and the points 2 pi (p + 1/2) / 2L. factors [3][2][2L], of the dtype's
// real type, for the points at +1/4 and those at -1/4: half the weight over circle 2L, then what a value on the north and on the south
// pole adds, with its sign turned on the far half.
struct ResamplingArgs {
  Dtype dtype;
  int32_t transposed, odd;  // odd: n is
  int64_t batch, inner, L, circle;
  FourierArgs fourier;
  const void* factors;
  const void* x;
  void* out;
  void* between;  // [batch, 3L, 2L-1, inner] on a device, else nullptr
};
constexpr int kCircle = 0, kFine = 1, kHalf = 3;  // groups

// ---- signals on the rotation group: transforms ----------------------------------------------------------------

// The polar step on SO(3), between coefficients [batch, size, channels] and waves [batch, 2N-1, rings, 2L-1, channels] of orders n and m:
//   wave (n, t, m) = sum over l >= max(|m|, |n|) of D_lmn(t) coefficient (l, m, n)     (analysis 0), or the transpose (analysis 1).
// Complex dtypes: coefficients [2N-1, L L], row l l + l + m; orders ascend; d_lmn from the table. Real ones, of signals in the real basis:
// coefficients by degree, [2l+1, min(2l+1, 2N-1)]; orders 0, +1, -1, +2, ...; d couples an order pair with itself and with the pair of
// opposite signs (kernels/wigner.h). The table has blocks [rings][l] of d_lmn of their own dtype, laid out as kernels/wigner.h says.
// every: 1, or 2 where only orders n of the parity of N - 1 count; the others are zero.
struct WignerArgs {
  Dtype dtype;  // float32, float64, complex64 or complex128
  int32_t analysis, every;
  int64_t batch, channels, L, N, rings;
  const void* table;
  const void* x;
  void* out;
};

// Fourier sums over alpha and gamma: waves [batch, 2N-1, rings, 2L-1, inner] of orders n and m to samples [batch, points of gamma, rings,
// points of alpha, inner] (alpha.synthesis 1), or the conjugate transpose. Both steps have the same dtype, gamma has a single ring; what
// else they say of sizes and steps, and their operands, is ignored. between [batch, 2N-1, rings, points of alpha, inner]: device memory
// for what is between the steps, or nullptr on the CPU, which finds some itself.
struct TorusArgs {
  FourierArgs alpha, gamma;
  int64_t batch, rings, inner;
  const void* x;
  void* out;
  void* between;
};

// Transforms from coefficients to samples of SO(3) without tables: the polar step of WignerArgs by recursion in the degree, then the sums
// of TorusArgs, whose rings have no offset and 2 orders - 1 points at least. The recursion is that of kernels/legendre.h for one degree a
// step, from p_0 at the first degree of a quad of orders (m, n), m, n >= 0 (kernels/wigner.h), without scaling: L is small enough for p_0
// to be in the range of float64. Slots are rings, padded to kSlotPad where the end of x = cos(theta) changes at `split`: the end is -1
// before and 1 after it.
struct GroupSynthesisArgs {
  WignerArgs polar;  // without a table
  TorusArgs angles;  // x is `waves`, or ignored on the CPU; out the result
  int64_t slots, split;
  const int32_t* quads;       // [N L]: first step of quad n L + m
  const int32_t* slot_rings;  // [slots], -1: none
  const double* steps;        // [all steps][3]: a, b + a end for both ends, of (m, n); b of (m, -n) is -b
  const double* factors;      // [all steps]: coefficient (l, m, n) counts times this
  const double* slot_values;  // [slots]: x - end
  const double* seeds;        // [N L][2][slots]: p_0 of (m, n) and (m, -n)
  void* waves;                // [batch, 2N-1, rings, 2L-1, channels] on a device
};

}  // namespace clebsch
