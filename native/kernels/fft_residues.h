#pragma once
// Transforms of a prime number r = 2 h + 1 of points, h odd, as two cyclic convolutions of h numbers. -1 is no square modulo r then, so
// that one of j and r - j is a residue j_p = g^(2 p), p = 0 .. h - 1, with g a primitive root. Of t_p = x_j + x_(r-j) and
// u_p = x_j - x_(r-j), j = j_p, the number of q = g^(-2 s) is
//   X_q = x_0 + E_s +- i O_s,  E_s = sum_p cos(2 pi g^(2 (p - s)) / r) t_p,  O_s = sum_p sin(2 pi g^(2 (p - s)) / r) u_p.
#include "kernels/fft_butterfly.h"
#include "kernels/fft_stages.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Of the lists of a stage: residue `number`, r - number, is at row `row` of the transforms within. Those below r / 2 come first.
struct Residue {
  int32_t row, number;
};

template <class T>
inline const Residue* residues(const Stage<T>& stage, bool results) {
  return reinterpret_cast<const Residue*>(stage.places) + (results ? (stage.r - 1) / 2 : 0);
}

// X_q = sum_j x_j e^(+- 2 pi i q j / r): load_at(j) gives x_j, store_at(q, X_q) takes the results after the last load.
template <bool plus, class T, class Load, class Store>
inline void transform_residues(const Stage<T>& stage, T* even, Load load_at, Store store_at) {
  constexpr int64_t W = kWidth<T>;
  const int64_t r = stage.r, h = (r - 1) / 2;
  T* odd = even + 2 * h * W;
  T* scratch = odd + 2 * h * W;
  const Pair<T> first = load_at(0);
  const auto* points = residues(stage, false);
  for (int64_t i = 0; i < h; ++i) {
    const int64_t row = 2 * W * points[i].row;
    const Pair<T> a = load_at(points[i].number), b = load_at(r - points[i].number);
    store_pair(even + row, even + row + W, a + b);
    store_pair(odd + row, odd + row + W, a - b);
  }
  run_stages(*stage.inner, false, false, even, scratch, 2);
  const Pair<T> sum = load_pair(even, even + W);
  for (int64_t k = 0; k < h; ++k) {
    T *e = even + 2 * k * W, *o = odd + 2 * k * W;
    const Pair<T> turned = multiply<false>(load_pair(e, e + W), stage.needs + 4 * k);
    store_pair(e, e + W, k == 0 ? turned + first : turned);
    store_pair(o, o + W, multiply<false>(load_pair(o, o + W), stage.needs + 4 * k + 2));
  }
  run_stages(*stage.inner, false, true, even, scratch, 2);
  store_at(0, first + sum);
  const auto* results = residues(stage, true);
  for (int64_t i = 0; i < h; ++i) {
    const int64_t row = 2 * W * results[i].row;
    const Pair<T> e = load_pair(even + row, even + row + W), o = load_pair(odd + row, odd + row + W);
    store_at(results[i].number, add_turned<plus>(e, o));
    store_at(r - results[i].number, add_turned<!plus>(e, o));
  }
}

// The numbers t_p + i u_p through both convolutions; gives the sum of t_p. `scale`: of all.
template <class T>
inline Vector<T> convolve_residues(const Stage<T>& stage, T* tile, T scale, Vector<T> add, T* scratch) {
  constexpr int64_t W = kWidth<T>;
  const int64_t h = (stage.r - 1) / 2;
  const T* kernel = stage.needs;
  run_stages(*stage.inner, false, false, tile, scratch);
  const Pair<T> sums = scale * load_pair(tile, tile + W);
  store_pair(tile, tile + W, Pair<T>{kernel[0] * sums.re + add, kernel[2] * sums.im});
  const T half = T(0.5) * scale;
  for (int64_t k = 1; 2 * k < h; ++k) {
    T *at_x = tile + 2 * k * W, *at_y = tile + 2 * (h - k) * W;
    const Pair<T> x = half * load_pair(at_x, at_x + W), y = half * load_pair(at_y, at_y + W);
    const Pair<T> t = multiply<false>(Pair<T>{x.re + y.re, x.im - y.im}, kernel + 4 * k);      // of t_p
    const Pair<T> u = multiply<false>(Pair<T>{x.re - y.re, x.im + y.im}, kernel + 4 * k + 2);  // of i u_p
    store_pair(at_x, at_x + W, t + u);
    store_pair(at_y, at_y + W, Pair<T>{t.re - u.re, u.im - t.im});
  }
  run_stages(*stage.inner, false, true, tile, scratch);
  return sums.re;
}

// The same of real numbers, x_j in row j step and X_q in rows q step and (r - q) step, q < r / 2; synthesis: from X_q to x_j.
template <bool synthesis, class T>
inline void transform_real_residues(const Stage<T>& stage, T* at, T* tile) {
  constexpr int64_t W = kWidth<T>;
  const int64_t r = stage.r, h = (r - 1) / 2, step = stage.s * W;
  T* scratch = tile + 2 * h * W;
  const Vector<T> first = load(at);
  const auto *from = residues(stage, false), *to = residues(stage, true);
  for (int64_t i = 0; i < h; ++i) {
    const int64_t j = from[i].number;
    const Vector<T> a = load(at + j * step), b = load(at + (r - j) * step);
    T* row = tile + 2 * W * from[i].row;
    if constexpr (synthesis)
      2 * j < r ? store_pair(row, row + W, Pair<T>{a, -b}) : store_pair(row, row + W, Pair<T>{b, a});
    else
      store_pair(row, row + W, Pair<T>{a + b, a - b});
  }
  store<T>(at, first + convolve_residues(stage, tile, synthesis ? T(2) : T(1), first, scratch));
  for (int64_t i = 0; i < h; ++i) {
    const int64_t q = to[i].number;
    const T* row = tile + 2 * W * to[i].row;
    const Vector<T> e = load(row), o = load(row + W);
    T *at_q = at + q * step, *at_other = at + (r - q) * step;
    if constexpr (synthesis) {
      store<T>(at_q, e + o);
      store<T>(at_other, e - o);
    } else {
      2 * q < r ? store_pair(at_q, at_other, Pair<T>{e, -o}) : store_pair(at_q, at_other, Pair<T>{o, e});
    }
  }
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
