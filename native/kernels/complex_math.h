#pragma once
// Functions of a complex variable, host and device; principal branches. Scaled so that neither overflow nor underflow of an
// intermediate spoils a representable result.
#include "kernels/real_math.h"

namespace clebsch::num {

// sqrt(a^2 + b^2); the C library's own would ask for glibc 2.35.
template <class T>
CLEBSCH_HD T hypot(T a, T b) {
  const T x = fabs(a), y = fabs(b), larger = x > y ? x : y, smaller = x > y ? y : x;
  if (x == infinity<T>() || y == infinity<T>()) return infinity<T>();
  if (larger == 0) return larger + smaller;  // NaN where the other is
  const T ratio = smaller / larger;
  return larger * sqrt(1 + ratio * ratio);
}

template <class T>
CLEBSCH_HD T abs(Complex<T> z) {
  return hypot(z.re, z.im);
}

// Smith's method, Comm. ACM 5 (1962) 435.
template <class T>
CLEBSCH_HD Complex<T> divide(Complex<T> a, Complex<T> b) {
  if (fabs(b.re) >= fabs(b.im)) {
    const T ratio = b.re == 0 ? b.re : b.im / b.re, denominator = b.re + b.im * ratio;
    return {(a.re + a.im * ratio) / denominator, (a.im - a.re * ratio) / denominator};
  }
  const T ratio = b.re / b.im, denominator = b.re * ratio + b.im;
  return {(a.re * ratio + a.im) / denominator, (a.im * ratio - a.re) / denominator};
}

// The larger part is sqrt((|z| + |re|) / 2), without cancellation; the other follows from 2 re im. The scale, an even power of 2, is exact.
template <class T>
CLEBSCH_HD Complex<T> sqrt(Complex<T> z) {
  if (z.re == 0 && z.im == 0) return {0, z.im};
  if (fabs(z.im) == infinity<T>()) return {infinity<T>(), z.im};
  const T largest = fabs(z.re) > fabs(z.im) ? fabs(z.re) : fabs(z.im);
  const T scale = largest > 1 ? T(0x1p-4) : T(0x1p+100), back = largest > 1 ? T(0x1p+2) : T(0x1p-50);
  const T re = fabs(z.re) * scale, im = fabs(z.im) * scale;
  const T larger = sqrt((hypot(re, im) + re) * T(0.5));
  const T smaller = fabs(z.re) == infinity<T>() ? T(0) : im / (2 * larger);
  return {(z.re < 0 ? smaller : larger) * back, copysign((z.re < 0 ? larger : smaller) * back, z.im)};
}

template <class T>
CLEBSCH_HD Complex<T> exp(Complex<T> z) {
  const T r = exp(z.re);
  if (z.im == 0) return {r, z.im};
  return {r * cos(z.im), r * sin(z.im)};
}

template <class T>
CLEBSCH_HD Complex<T> log(Complex<T> z) {
  const T x = fabs(z.re), y = fabs(z.im), large = x > y ? x : y, small = x > y ? y : x;
  const T angle = atan2(z.im, z.re);
  if (large > T(0.5) && large < 2) return {T(0.5) * log1p((large - 1) * (large + 1) + small * small), angle};  // |z| near 1
  if (large == 0 || large == infinity<T>()) return {log(large), angle};
  const T ratio = small / large;
  return {log(large) + T(0.5) * log1p(ratio * ratio), angle};
}

template <class T>
CLEBSCH_HD Complex<T> sin(Complex<T> z) {
  return {sin(z.re) * cosh(z.im), cos(z.re) * sinh(z.im)};
}

template <class T>
CLEBSCH_HD Complex<T> cos(Complex<T> z) {
  return {cos(z.re) * cosh(z.im), -sin(z.re) * sinh(z.im)};
}

// Kahan, "Branch cuts for complex elementary functions" (1987): stable near the poles, no overflow for large |re|.
template <class T>
CLEBSCH_HD Complex<T> tanh(Complex<T> z) {
  if (fabs(z.re) > 22) {
    const T decay = exp(-fabs(z.re));
    return {copysign(T(1), z.re), 4 * sin(z.im) * cos(z.im) * decay * decay};
  }
  const T t = tan(z.im), beta = 1 + t * t, s = sinh(z.re), rho = sqrt(1 + s * s), denominator = 1 + beta * s * s;
  return {beta * rho * s / denominator, t / denominator};
}

template <class T>
CLEBSCH_HD Complex<T> pow(Complex<T> a, Complex<T> b) {
  if (b.re == 0 && b.im == 0) return {1, 0};
  if (a.re == 0 && a.im == 0 && b.re > 0) return {0, 0};
  return exp(b * log(a));
}

}  // namespace clebsch::num
