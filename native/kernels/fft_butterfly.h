#pragma once
// Small discrete Fourier transforms on registers: every lane of a vector holds another transform.
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// A complex number in every lane.
template <class T>
struct Pair {
  Vector<T> re, im;
};

template <class T>
CLEBSCH_INLINE Pair<T> operator+(Pair<T> a, Pair<T> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class T>
CLEBSCH_INLINE Pair<T> operator-(Pair<T> a, Pair<T> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class T>
CLEBSCH_INLINE Pair<T> operator*(T factor, Pair<T> a) {
  return {factor * a.re, factor * a.im};
}
// a + i b or a - i b.
template <bool plus, class T>
CLEBSCH_INLINE Pair<T> add_turned(Pair<T> a, Pair<T> b) {
  if constexpr (plus)
    return {a.re - b.im, a.im + b.re};
  else
    return {a.re + b.im, a.im - b.re};
}
// a w or, where conjugated, a conj(w); w = (re, im).
template <bool conjugated, class T>
CLEBSCH_INLINE Pair<T> multiply(Pair<T> a, const T* w) {
  if constexpr (conjugated)
    return {a.re * w[0] + a.im * w[1], a.im * w[0] - a.re * w[1]};
  else
    return {a.re * w[0] - a.im * w[1], a.im * w[0] + a.re * w[1]};
}
template <class T>
CLEBSCH_INLINE Pair<T> load_pair(const T* re, const T* im) {
  return {load(re), load(im)};
}
template <class T>
CLEBSCH_INLINE void store_pair(T* re, T* im, Pair<T> a) {
  store<T>(re, a.re);
  store<T>(im, a.im);
}

// cos and sin of 2 pi k / n, by their series from an angle within pi / 4.
constexpr long double kPi = 3.14159265358979323846264338327950288L;
struct Root {
  double cos, sin;
};
constexpr Root unit_root(int k, int n) {
  const int quarters = (4 * k + n / 2) / n;
  const long double x = kPi / 2 * (4 * k - quarters * n) / n;
  long double c = 1, s = x, term_c = 1, term_s = x;
  for (int i = 1; i < 16; ++i) {
    c += term_c *= -x * x / ((2 * i - 1) * (2 * i));
    s += term_s *= -x * x / ((2 * i) * (2 * i + 1));
  }
  const auto re = static_cast<double>(c), im = static_cast<double>(s);
  constexpr int kQuarters = 4;
  switch (quarters % kQuarters) {
    case 0:
      return {re, im};
    case 1:
      return {-im, re};
    case 2:
      return {-re, -im};
    default:
      return {im, -re};
  }
}

// The sums of an odd transform, n = 2 h + 1, from t_j = x_j + x_(n-j) and u_j = x_j - x_(n-j) at j - 1: for q = 1 .. h
//   f(Constant<q>{}, x_0 + sum_j cos(2 pi q j / n) t_j, sum_j sin(2 pi q j / n) u_j).
template <int n, class T, class F>
CLEBSCH_INLINE void odd_sums(Vector<T> x0, const Vector<T>* t, const Vector<T>* u, F f) {
  constexpr int h = (n - 1) / 2;
  unrolled<h>([&](auto q) {
    Vector<T> a = x0, b = {};
    unrolled<h>([&](auto j) {
      constexpr Root root = unit_root((q.value + 1) * (j.value + 1) % n, n);
      a += static_cast<T>(root.cos) * t[j.value];
      if constexpr (j.value == 0)
        b = static_cast<T>(root.sin) * u[0];
      else
        b += static_cast<T>(root.sin) * u[j.value];
    });
    f(Constant<q.value + 1>{}, a, b);
  });
}

template <int n, bool plus, class T>
CLEBSCH_INLINE void transform_odd(Pair<T>* x) {
  constexpr int h = (n - 1) / 2;
  Vector<T> t_re[h], t_im[h], u_re[h], u_im[h];
  Pair<T> sum = x[0];
  unrolled<h>([&](auto j) {
    const Pair<T> a = x[j.value + 1], b = x[n - 1 - j.value];
    t_re[j.value] = a.re + b.re;
    t_im[j.value] = a.im + b.im;
    u_re[j.value] = a.re - b.re;
    u_im[j.value] = a.im - b.im;
    sum = {sum.re + t_re[j.value], sum.im + t_im[j.value]};
  });
  const Pair<T> x0 = x[0];
  x[0] = sum;
  odd_sums<n, T>(x0.re, t_re, u_im, [&](auto q, Vector<T> a, Vector<T> b) {
    x[q.value].re = plus ? a - b : a + b;
    x[n - q.value].re = plus ? a + b : a - b;
  });
  odd_sums<n, T>(x0.im, t_im, u_re, [&](auto q, Vector<T> a, Vector<T> b) {
    x[q.value].im = plus ? a + b : a - b;
    x[n - q.value].im = plus ? a - b : a + b;
  });
}

template <bool plus, class T>
CLEBSCH_INLINE void transform_4(Pair<T>& x0, Pair<T>& x1, Pair<T>& x2, Pair<T>& x3) {
  const Pair<T> s0 = x0 + x2, d0 = x0 - x2, s1 = x1 + x3, d1 = x1 - x3;
  x0 = s0 + s1;
  x1 = add_turned<plus>(d0, d1);
  x2 = s0 - s1;
  x3 = add_turned<!plus>(d0, d1);
}

template <bool plus, class T>
CLEBSCH_INLINE void transform_8(Pair<T>* x) {
  transform_4<plus>(x[0], x[2], x[4], x[6]);
  transform_4<plus>(x[1], x[3], x[5], x[7]);
  const T half = static_cast<T>(unit_root(1, 8).cos);
  const Pair<T> a1 = half * add_turned<plus>(x[3], x[3]), a3 = half * add_turned<plus>(x[7], x[7]);
  const Pair<T> e0 = x[0], e1 = x[2], e2 = x[4], e3 = x[6], o0 = x[1], o2 = x[5];
  x[0] = e0 + o0;
  x[4] = e0 - o0;
  x[1] = e1 + a1;
  x[5] = e1 - a1;
  x[2] = add_turned<plus>(e2, o2);
  x[6] = add_turned<!plus>(e2, o2);
  x[3] = add_turned<plus>(e3, a3);
  x[7] = add_turned<!plus>(e3, a3);
}

// X_q = sum_j x_j e^(+- 2 pi i q j / n), in place.
template <int n, bool plus, class T>
CLEBSCH_INLINE void transform_small(Pair<T>* x) {
  if constexpr (n == 2) {
    const Pair<T> d = x[0] - x[1];
    x[0] = x[0] + x[1];
    x[1] = d;
  } else if constexpr (n == 4) {
    transform_4<plus>(x[0], x[1], x[2], x[3]);
  } else if constexpr (n == 8) {
    transform_8<plus>(x);
  } else {
    transform_odd<n, plus>(x);
  }
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
