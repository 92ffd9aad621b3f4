#pragma once
// Transforms of an odd number of points that registers do not hold: all sums, by cosines and sines of a table.
#include "kernels/cpu_loop.h"
#include "kernels/fft_butterfly.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kFoldSums = 8;  // in registers: as many multiply-adds as are under way at a time

// sums[i][c] += sum over j < h of the matrix at (row i, j) times x_j[c]; x_j are 2 parts vectors apart.
template <int rows, int parts, class T>
CLEBSCH_INLINE void fold_matrix(int64_t h, const T* panel, const T* x, Vector<T> (&sums)[rows][parts]) {
  constexpr int W = kWidth<T>, P = kPanelRows;
  for (int64_t j = 0; j < h; ++j, panel += 2 * P, x += 2 * parts * W) {
    Vector<T> at_j[parts];
    for (int c = 0; c < parts; ++c) at_j[c] = load(x + c * W);
    for (int i = 0; i < rows; ++i)
      for (int c = 0; c < parts; ++c) sums[i][c] += panel[i / P * (h * 2 * P) + i % P] * at_j[c];
  }
}

// For rows q0 .. q0 + rows - 1 of the matrices cos and sin, from a panel on, and each part c:
//   a = x0[c] + sum_j cos[q][j] t_j[c],  b = sum_j sin[q][j] u_j[c],  given as f(q, a, b).
// folded: t_0, u_0, t_1, u_1, ..., each of `parts` vectors.
template <int rows, int parts, class T, class F>
CLEBSCH_INLINE void fold_rows(int64_t h, int64_t q0, const T* matrices, const Vector<T>* x0, const T* folded, F f) {
  constexpr int W = kWidth<T>, P = kPanelRows;
  const T* panel = matrices + q0 / P * (h * 2 * P);
  Vector<T> a[rows][parts], b[rows][parts];
  for (int i = 0; i < rows; ++i)
    for (int c = 0; c < parts; ++c) {
      a[i][c] = x0[c];
      b[i][c] = Vector<T>{};
    }
  fold_matrix<rows, parts>(h, panel, folded, a);
  fold_matrix<rows, parts>(h, panel + P, folded + parts * W, b);
  for (int i = 0; i < rows; ++i)
    if (q0 + i < h) f(q0 + i, a[i], b[i]);
}

// The same for all rows.
template <int parts, class T, class F>
inline void fold_sums(int64_t h, const T* matrices, const Vector<T>* x0, const T* folded, F f) {
  constexpr int most = kFoldSums / parts, P = kPanelRows;
  const int64_t end = ceil_div(h, P) * P;
  int64_t q = 0;
  for (; q + most <= end; q += most) fold_rows<most, parts>(h, q, matrices, x0, folded, f);
  if (most > P && q < end) fold_rows<P, parts>(h, q, matrices, x0, folded, f);
}

// X_q = sum_j x_j e^(+- 2 pi i q j / n): load_at(j) gives x_j, store_at(q, X_q) takes the results after the last load.
template <bool plus, class T, class Load, class Store>
inline void transform_prime(int64_t n, const T* matrices, T* folded, Load load_at, Store store_at) {
  constexpr int W = kWidth<T>;
  const int64_t h = (n - 1) / 2;
  const Pair<T> first = load_at(0);
  Pair<T> sum = first;
  for (int64_t j = 0; j < h; ++j) {
    const Pair<T> a = load_at(j + 1), b = load_at(n - 1 - j), t = a + b, u = a - b;
    sum = sum + t;
    T* at = folded + 4 * j * W;
    store_pair(at, at + W, t);
    store_pair(at + 2 * W, at + 3 * W, u);
  }
  store_at(0, sum);
  const Vector<T> x0[2] = {first.re, first.im};
  fold_sums<2>(h, matrices, x0, folded, [&](int64_t q, const Vector<T>* a, const Vector<T>* b) {
    const Pair<T> even = {a[0], a[1]}, odd = {b[0], b[1]};
    store_at(q + 1, add_turned<plus>(even, odd));
    store_at(n - 1 - q, add_turned<!plus>(even, odd));
  });
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
