#pragma once
// CPU: a transform of 2 h real numbers by one of h complex ones, Z, of its even and odd numbers; w = e^(pi i k / h).
#include "kernels/fft_butterfly.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// X_k = E + conj(w) O and X_(h-k) = conj(E - conj(w) O) with E = (Z_k + conj Z_(h-k)) / 2 and O = (Z_k - conj Z_(h-k)) / 2 i.
template <class T>
CLEBSCH_INLINE void split_halves(Pair<T>& x, Pair<T>& y, const T* w) {
  const T half = T(0.5);
  const Pair<T> e = half * Pair<T>{x.re + y.re, x.im - y.im};
  const Pair<T> o = multiply<true>(half * Pair<T>{x.im + y.im, y.re - x.re}, w);
  x = e + o;
  y = {e.re - o.re, o.im - e.im};
}

// Z_k = (X_k + conj X_(h-k)) + i w (X_k - conj X_(h-k)), likewise Z_(h-k): the sums over all X_k give even numbers + i odd numbers.
template <class T>
CLEBSCH_INLINE void join_halves(Pair<T>& x, Pair<T>& y, const T* w) {
  const Pair<T> e = {x.re + y.re, x.im - y.im}, o = multiply<false>(Pair<T>{x.re - y.re, x.im + y.im}, w);
  x = {e.re - o.im, e.im + o.re};
  y = {e.re + o.im, o.re - e.im};
}

// X_0 and X_h from Z_0, and twice Z_0 from these.
template <class T>
CLEBSCH_INLINE Pair<T> exchange_ends(Pair<T> z) {
  return {z.re + z.im, z.re - z.im};
}

// f(X_k, X_(h-k)) in place for the numbers in rows 2 k and 2 k + 1.
template <class T, class F>
CLEBSCH_INLINE void for_halves(T* tile, int64_t h, F f) {
  constexpr int64_t W = kWidth<T>;
  for (int64_t k = 1; 2 * k <= h; ++k) {
    T* at_x = tile + 2 * k * W;
    T* at_y = tile + 2 * (h - k) * W;
    Pair<T> x = load_pair(at_x, at_x + W), y = load_pair(at_y, at_y + W);
    f(k, x, y);
    store_pair(at_x, at_x + W, x);
    store_pair(at_y, at_y + W, y);
  }
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
