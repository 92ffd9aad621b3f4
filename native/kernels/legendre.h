#pragma once
// Formulas and layouts of the polar step on the fly, for both devices.
//
// With n = -spin, D_l = (-1)^n sqrt((2l+1)/4 pi) d^l_mn(theta), m >= 0 and x = cos(theta):
//   x D_l = e_{l+1} D_{l+1} + f_l D_l + e_l D_{l-1},  e_l^2 = (l^2-m^2)(l^2-n^2) / (l^2 (4l^2-1)),  f_l = m n / (l (l+1)).
// Spin 0 goes in steps of two degrees (Ishioka 2018, J. Meteor. Soc. Japan 96, 241): with l = m + 2k,
//   x^2 D_l = g_l D_{l+2} + (e_{l+1}^2 + e_l^2) D_l + g_{l-2} D_{l-2},  g_l = e_{l+1} e_{l+2}.
// Either way D = alpha_k p_k, where the alphas are chosen to make the last coefficient of the recursion one:
//   p_{k+1} = (a_k y + b_k) p_k - p_{k-1},  p_{-1} = 0, p_0 = D of the first degree,  y = x^2 or x.
// To keep the digits of y near both of its ends, a slot has u = y - end, end = 0 or 1 for x^2 and -1 or 1 for x, and b_k + a_k end is
// tabulated for both.
//
// Spin 0, odd degrees: sum_k s_k D_{m+2k+1} = x sum_k o_k p_k, because x D_l is a sum of D_{l+1} and D_{l-1}:
//   o_k = A_k s_k - B_k o_{k+1},  A_k = alpha_k / e_{l+1},  B_k = (e_{l+2}/e_{l+1}) (alpha_k/alpha_{k+1}),  l = m + 2k.
// So an order is two sums over the same p_k. They are the even and the odd part about the equator.
//
// Order -m: D_{l,-m}(theta) = (-1)^m D_lm(theta) for spin 0, else (-1)^{l+n} D_lm(pi - theta).
//
// A slot is an angle at which p is evaluated, with two rings (-1: none): for spin 0, x >= 0, the rings at theta and pi - theta; else the
// rings at theta, which has order m, and at pi - theta, which has order -m. Slots [0, split) have the first end, the others the second;
// both parts are padded with empty slots to a multiple of kSlotPad, and sorted from the equator to the poles.
//
// p leaves the range of float64: a number is value * 2^(512 scale), scale <= 0. D grows with l until it oscillates, so that a slot with
// scale < 0, or below kNegligible, adds nothing to sums yet. Beyond an order (`limits`) a slot adds nothing at all. Where plans have room
// for them, `starts` has the numbers of each order and block of kSlotPad slots at the first step at which one matters (`first_steps`).
#include <string.h>

#include "kernels/scalar.h"

namespace clebsch {

constexpr int64_t kSlotPad = 16;
constexpr int64_t kFinePowers = 16;
constexpr int64_t kStepNumbers = 3;   // a, b + a end for the first end, and for the second
constexpr int64_t kPairFactors = 3;   // alpha, A, B; A and B are 0 where there is no odd degree
constexpr int64_t kOrderNumbers = 5;  // of LegendreOrder
constexpr double kRescaleAbove = 0x1p128, kRescale = 0x1p-512;
constexpr double kNegligible = 0x1p-60;  // D is of order one: sums round off more than what is below
constexpr int32_t kNoStart = -1;         // in first_steps: float64 does not hold the numbers of the block together

// A row of args.orders: the first degree l0 = max(m, |n|), where its steps begin, and p_0 = seed 2^exponent b0^power0 b1^power1, with
// b0 = sin(theta) and power1 = 0 for spin 0, else b0 = cos(theta/2), b1 = sin(theta/2).
struct LegendreOrder {
  int32_t first, row, exponent, power[2];
};

CLEBSCH_HD LegendreOrder legendre_order(const LegendreArgs& args, int64_t m) {
  const int32_t* row = args.orders + m * kOrderNumbers;
  return {row[0], row[1], row[2], {row[3], row[4]}};
}

// Steps k of an order.
CLEBSCH_HD int64_t legendre_steps(const LegendreArgs& args, int64_t first) {
  const int64_t degrees = args.L - first;
  return args.spin == 0 ? (degrees + 1) / 2 : degrees;
}

// Spin 0: alpha, A and B of every step of an order.
CLEBSCH_HD const double* legendre_pair_factors(const LegendreArgs& args, const LegendreOrder& order) {
  return args.factors + int64_t{order.row} * kPairFactors;
}

CLEBSCH_HD bool legendre_is_complex(const LegendreArgs& args) { return args.dtype == Dtype::complex64 || args.dtype == Dtype::complex128; }

// Sign of order -m at degree l.
CLEBSCH_HD int legendre_mirror_sign(const LegendreArgs& args, int64_t m, int64_t l) {
  if (!legendre_is_complex(args)) return 1;  // cosine and sine of a real signal share D
  return ((args.spin == 0 ? m : l + args.spin) & 1) ? -1 : 1;
}

// Column of order +-m among the 2L-1.
CLEBSCH_HD int64_t legendre_column(const LegendreArgs& args, int64_t m, bool minus) {
  if (legendre_is_complex(args)) return minus ? args.L - 1 - m : args.L - 1 + m;
  return m == 0 ? 0 : 2 * m - (minus ? 0 : 1);
}

// 2^e, -1022 <= e <= 1023.
CLEBSCH_HD double power_of_two(int64_t e) {
  const int64_t bits = (e + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

struct ScaledNumber {
  double value;
  int64_t scale;
};

CLEBSCH_HD ScaledNumber scaled_number(double value, int64_t exponent) {
  const int64_t scale = (exponent + 384) >> 9;  // leaves an exponent in [-384, 128)
  return {value * power_of_two(exponent - 512 * scale), value == 0 ? 0 : scale};
}

// p_0 at a slot.
CLEBSCH_HD ScaledNumber legendre_seed(const LegendreArgs& args, double seed, const LegendreOrder& order, int64_t slot) {
  double value = seed;
  int64_t exponent = order.exponent;
  const int64_t bases = args.spin == 0 ? 1 : 2, rows = args.coarse + kFinePowers;
  for (int64_t b = 0; b < bases; ++b) {
    const int64_t coarse = (b * rows + order.power[b] / kFinePowers) * args.slots + slot;
    const int64_t fine = (b * rows + args.coarse + order.power[b] % kFinePowers) * args.slots + slot;
    value *= args.powers[coarse] * args.powers[fine];
    exponent += int64_t{args.exponents[coarse]} + args.exponents[fine];
  }
  return scaled_number(value, exponent);
}

}  // namespace clebsch
