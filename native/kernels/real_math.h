#pragma once
// Functions of a real variable in float and double, host and device. The functions that networks live on (exp, log and their kin) are
// branch-free series after range reduction, so that loops over them become vector code; they err by about 1 ulp. The rest is libm.
// log uses only + - * /: without contraction to fused multiply-adds it gives the same bits everywhere (random.h builds on that).
#include <math.h>

#include "kernels/scalar.h"

namespace clebsch::num {

// The C functions and not std::, whose inline overloads are weak symbols.
#define CLEBSCH_LIBM(name)                                \
  CLEBSCH_HD float name(float x) { return ::name##f(x); } \
  CLEBSCH_HD double name(double x) { return ::name(x); }
#define CLEBSCH_LIBM2(name)                                           \
  CLEBSCH_HD float name(float x, float y) { return ::name##f(x, y); } \
  CLEBSCH_HD double name(double x, double y) { return ::name(x, y); }
CLEBSCH_LIBM(sqrt)
CLEBSCH_LIBM(sin)
CLEBSCH_LIBM(cos)
CLEBSCH_LIBM(tan)
CLEBSCH_LIBM(asin)
CLEBSCH_LIBM(acos)
CLEBSCH_LIBM(atan)
CLEBSCH_LIBM(sinh)
CLEBSCH_LIBM(cosh)
CLEBSCH_LIBM(erf)
CLEBSCH_LIBM(floor)
CLEBSCH_LIBM(ceil)
CLEBSCH_LIBM(rint)
CLEBSCH_LIBM(fabs)
CLEBSCH_LIBM2(pow)
CLEBSCH_LIBM2(atan2)
CLEBSCH_LIBM2(copysign)
#undef CLEBSCH_LIBM
#undef CLEBSCH_LIBM2

// Binary format of T, and ln 2 in two parts: hi has so few bits that a product with an exponent is exact.
template <class T>
struct Format;
template <>
struct Format<float> {
  using Bits = uint32_t;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float ln2_hi = 0.693359375f, ln2_lo = -2.12194440e-4f;
  static constexpr float exp_min = -104, exp_max = 89;  // beyond, exp is 0 or infinity
};
template <>
struct Format<double> {
  using Bits = uint64_t;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  static constexpr double exp_min = -746, exp_max = 710;
};

template <class T>
CLEBSCH_HD typename Format<T>::Bits to_bits(T x) {
  return __builtin_bit_cast(typename Format<T>::Bits, x);
}
template <class T>
CLEBSCH_HD T from_bits(typename Format<T>::Bits x) {
  return __builtin_bit_cast(T, x);
}

template <class T>
CLEBSCH_HD T infinity() {
  return static_cast<T>(__builtin_inff());
}
template <class T>
CLEBSCH_HD T not_a_number() {
  return static_cast<T>(__builtin_nanf(""));
}

// c + x (rest0 + x (rest1 + ...)).
template <class T>
CLEBSCH_HD T horner(T, double c) {
  return static_cast<T>(c);
}
template <class T, class... Rest>
CLEBSCH_HD T horner(T x, double c, Rest... rest) {
  return static_cast<T>(c) + x * horner(x, rest...);
}

// ---- exponentials ---------------------------------------------------------------------------------------------

// x = n ln 2 + r, |r| <= ln 2 / 2. n + 2^(mantissa + 1) + 2^mantissa is `shifted`, whose low bits are the integer n.
template <class T>
struct ExpReduction {
  T r;
  typename Format<T>::Bits n;
};

template <class T>
CLEBSCH_HD ExpReduction<T> reduce_exp(T x) {
  using F = Format<T>;
  constexpr T shift = static_cast<T>(typename F::Bits(3) << (F::mantissa - 1));
  const T shifted = x * static_cast<T>(1.4426950408889634) + shift;
  const T n = shifted - shift;
  return {(x - n * F::ln2_hi) - n * F::ln2_lo, to_bits(shifted) - to_bits(shift)};
}

// 2^n as a product of two halves: the result may be subnormal, or overflow, though neither factor does.
template <class T>
CLEBSCH_HD T scale_by_power(T x, typename Format<T>::Bits n) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const Bits half = ((n + 4 * F::bias) >> 1) - 2 * F::bias;
  return x * from_bits<T>((half + F::bias) << F::mantissa) * from_bits<T>((n - half + F::bias) << F::mantissa);
}

// exp(r) - 1 for |r| <= ln 2 / 2.
CLEBSCH_HD float expm1_series(float r) { return r + r * r * horner(r, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040); }
CLEBSCH_HD double expm1_series(double r) {
  return r + r * r *
                 horner(r, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320, 1. / 362880, 1. / 3628800, 1. / 39916800,
                        1. / 479001600, 1. / 6227020800);
}

// Comparisons are written so that NaN passes through.
template <class T>
CLEBSCH_HD T clamp(T x, T low, T high) {
  return x < low ? low : (x > high ? high : x);
}

template <class T>
CLEBSCH_HD T exp(T x) {
  const ExpReduction<T> e = reduce_exp(clamp<T>(x, Format<T>::exp_min, Format<T>::exp_max));
  return scale_by_power(1 + expm1_series(e.r), e.n);
}

template <class T>
CLEBSCH_HD T expm1(T x) {
  using F = Format<T>;
  const ExpReduction<T> e = reduce_exp(clamp<T>(x, -F::mantissa, F::exp_max));
  const T inverse_power = from_bits<T>((F::bias - e.n) << F::mantissa);  // 2^-n, 0 for n > bias
  return scale_by_power(expm1_series(e.r) + (1 - inverse_power), e.n);
}

template <class T>
CLEBSCH_HD T tanh(T x) {
  const T e = expm1(-2 * fabs(x));
  return copysign(-e / (2 + e), x);
}

template <class T>
CLEBSCH_HD T sigmoid(T x) {
  const T e = exp(-fabs(x));
  return (x < 0 ? e : T(1)) / (1 + e);
}

// ---- logarithms -----------------------------------------------------------------------------------------------

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for positive normal x.
template <class T>
struct LogReduction {
  T k, f;
};

template <class T>
CLEBSCH_HD LogReduction<T> reduce_log(T x) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  constexpr T integers = static_cast<T>(Bits(1) << F::mantissa);  // adding it to a small integer shows that integer in the low bits
  const Bits bits = to_bits(x);
  const Bits biased = (bits + (Bits(F::bias) << F::mantissa) - to_bits(static_cast<T>(0.70710678118654752))) >> F::mantissa;
  const T k = from_bits<T>(biased | to_bits(integers)) - (integers + F::bias);
  return {k, from_bits<T>(bits - ((biased - F::bias) << F::mantissa)) - 1};
}

// 2 atanh(s) - 2 s over s, with z = s^2 <= (sqrt(2) - 1)^4.
CLEBSCH_HD float atanh_series(float z) { return z * horner(z, 2. / 3, 2. / 5, 2. / 7, 2. / 9, 2. / 11); }
CLEBSCH_HD double atanh_series(double z) {
  return z * horner(z, 2. / 3, 2. / 5, 2. / 7, 2. / 9, 2. / 11, 2. / 13, 2. / 15, 2. / 17, 2. / 19, 2. / 21, 2. / 23);
}

// k ln 2 + log(1 + f) + c with a small correction c. log(1 + f) = 2 atanh(s), s = f / (2 + f), in the form of fdlibm's e_log.c,
// where the leading term f is exact.
template <class T>
CLEBSCH_HD T sum_log(T k, T f, T c) {
  using F = Format<T>;
  const T s = f / (2 + f);
  const T h = f * f * T(0.5);
  const T tail = s * (h + atanh_series(s * s)) + (k * F::ln2_lo + c);
  return k * F::ln2_hi - ((h - tail) - f);
}

template <class T>
CLEBSCH_HD T log(T x) {
  using F = Format<T>;
  constexpr T smallest_normal = static_cast<T>(sizeof(T) == 4 ? 0x1p-126 : 0x1p-1022);
  constexpr T power = static_cast<T>(typename F::Bits(1) << F::mantissa);
  const bool subnormal = x < smallest_normal;
  const LogReduction<T> l = reduce_log(subnormal ? x * power : x);
  const T y = sum_log<T>(subnormal ? l.k - F::mantissa : l.k, l.f, 0);
  const T special = x == 0 ? -infinity<T>() : not_a_number<T>();
  return x > 0 ? (x < infinity<T>() ? y : x) : special;
}

// log(1 + x) where 1 + x is positive and finite; NaN gives NaN. What rounding takes from 1 + x is put back.
template <class T>
CLEBSCH_HD T log1p_inside(T x) {
  const T u = 1 + x;
  const LogReduction<T> l = reduce_log(u);
  return sum_log<T>(l.k, l.f, (x - (u - 1)) / u);
}

template <class T>
CLEBSCH_HD T log1p(T x) {
  const T special = x == -1 ? -infinity<T>() : not_a_number<T>();
  return x > -1 ? (x < infinity<T>() ? log1p_inside(x) : x) : special;
}

template <class T>
CLEBSCH_HD T softplus(T x) {
  return (x < 0 ? T(0) : x) + log1p_inside(exp(-fabs(x)));
}

}  // namespace clebsch::num
