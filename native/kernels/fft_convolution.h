#pragma once
// Transforms of a prime number r of points, h even, as cyclic convolutions of r - 1 = 2 h real numbers: along powers of a primitive root,
//   d_q = sum over j = 1 .. r - 1 of x_j (cos - sin)(2 pi q j / r)
// is one. With X_q = sum x_j e^(- 2 pi i q j / r) of real numbers, d_q = Re X_q + Im X_q and d_(r-q) = Re X_q - Im X_q.
#include "kernels/fft_halves.h"
#include "kernels/fft_stages.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// x_j at their places become d_q / 2 + add at theirs; gives the sum of all x_j.
template <class T>
inline Vector<T> convolve(const Stage<T>& stage, T* tile, Vector<T> add, T* scratch) {
  constexpr int64_t W = kWidth<T>;
  const int64_t h = (stage.r - 1) / 2;
  const T* kernel = stage.needs;
  const T* roots = kernel + 2 * (h + 1);
  run_stages(*stage.inner, false, false, tile, scratch);
  const Pair<T> ends = exchange_ends(load_pair(tile, tile + W));
  store_pair(tile, tile + W, exchange_ends(Pair<T>{ends.re * kernel[0] + add, ends.im * kernel[2 * h]}));
  for_halves(tile, h, [&](int64_t k, Pair<T>& x, Pair<T>& y) CLEBSCH_ALWAYS {
    split_halves(x, y, roots + 2 * k);
    x = multiply<false>(x, kernel + 2 * k);
    y = multiply<false>(y, kernel + 2 * (h - k));
    join_halves(x, y, roots + 2 * k);
  });
  run_stages(*stage.inner, false, true, tile, scratch);
  return ends.re;
}

// X_q = sum_j x_j e^(+- 2 pi i q j / r): load_at(j) gives x_j, store_at(q, X_q) takes the results after the last load.
template <bool plus, class T, class Load, class Store>
inline void transform_convolved(const Stage<T>& stage, T* tile, Load load_at, Store store_at) {
  constexpr int64_t W = kWidth<T>;
  const int64_t r = stage.r;
  T* other = tile + (r - 1) * W;
  T* scratch = other + (r - 1) * W;
  const Pair<T> first = load_at(0);
  for (int64_t j = 1; j < r; ++j) {
    const int64_t row = stage.places[j - 1] * W;
    store_pair(tile + row, other + row, load_at(j));
  }
  const Vector<T> re = convolve(stage, tile, T(0.5) * first.re, scratch), im = convolve(stage, other, T(0.5) * first.im, scratch);
  store_at(0, Pair<T>{first.re + re, first.im + im});
  const int32_t* places = stage.places + (r - 1);
  for (int64_t q = 1; 2 * q < r; ++q) {
    const int64_t low = places[q - 1] * W, high = places[r - 1 - q] * W;
    const Vector<T> a = load(tile + low), b = load(tile + high), c = load(other + low), d = load(other + high);
    const Pair<T> even = {a + b, c + d}, odd = {d - c, a - b};  // of real parts Re X, of imaginary parts Im X
    store_at(plus ? r - q : q, even + odd);
    store_at(plus ? q : r - q, even - odd);
  }
}

// The same of real numbers, x_j in row j step and X_q in rows q step and (r - q) step; synthesis: from X_q to x_j.
template <bool synthesis, class T>
inline void transform_real_convolved(const Stage<T>& stage, T* at, T* tile) {
  constexpr int64_t W = kWidth<T>;
  const int64_t r = stage.r, step = stage.s * W;
  T* scratch = tile + (r - 1) * W;
  const Vector<T> first = load(at);
  const int32_t* places = stage.places + (synthesis ? r - 1 : 0);
  for (int64_t q = 1; synthesis && 2 * q < r; ++q) {
    const Vector<T> re = load(at + q * step), im = load(at + (r - q) * step), sum = re + im, difference = re - im;
    store<T>(tile + stage.places[q - 1] * W, sum + sum);
    store<T>(tile + stage.places[r - 1 - q] * W, difference + difference);
  }
  for (int64_t j = 1; !synthesis && j < r; ++j) store<T>(tile + places[j - 1] * W, load(at + j * step));
  const Vector<T> sum = convolve(stage, tile, synthesis ? first : T(0.5) * first, scratch);
  store<T>(at, first + (synthesis ? T(0.5) * sum : sum));
  for (int64_t j = 1; synthesis && j < r; ++j) store<T>(at + j * step, load(tile + places[j - 1] * W));
  for (int64_t q = 1; !synthesis && 2 * q < r; ++q) {
    const Vector<T> a = load(tile + stage.places[r - 2 + q] * W), b = load(tile + stage.places[2 * (r - 1) - q] * W);
    store<T>(at + q * step, a + b);
    store<T>(at + (r - q) * step, a - b);
  }
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
