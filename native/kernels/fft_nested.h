#pragma once
// Transforms of a prime number n = 6 k + 1 of points, k odd and no multiple of 3: as in kernels/fft_residues.h by cyclic convolutions of 3
// k numbers, but those as sums over (p mod 3, p mod k). With M_a the k x k circulant matrix of the kernel at a = 0, 1, 2, M the mean of the
// three, and t_a the numbers there, the results are
//   y_0 = C + A, y_1 = C + B, y_2 = C - A - B,  C = M (t_0 + t_1 + t_2),
//   A = P + (M_1 - M_0) (t_1 - t_2), B = P + (M_2 - M_0) (t_0 - t_2), P = (M_0 - M) (t_0 + t_1 - 2 t_2):
// four products in place of nine (a short convolution of Winograd 1978, nested as by Agarwal and Cooley 1977).
#include "kernels/fft_butterfly.h"
#include "kernels/transform_args.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int order_modulo(int x, int n) {
  int order = 1;
  for (int y = x; y != 1; y = y * x % n) ++order;
  return order;
}

template <int k>
struct NestedTables {
  static constexpr int n = 6 * k + 1, h = 3 * k;
  double kernel[2][4][k] = {};              // of cos and sin: M, M_0 - M, M_1 - M_0, M_2 - M_0
  int point[3][k] = {}, result[3][k] = {};  // the residues of t_p and of y_s

  constexpr NestedTables() {
    int generator = 2;
    while (order_modulo(generator, n) != h) ++generator;
    for (int p = 0, power = 1; p < h; ++p, power = power * generator % n) {
      point[p % 3][p % k] = power;
      result[(h - p) % h % 3][(h - p) % h % k] = power;
    }
    for (int f = 0; f < 2; ++f)
      for (int b = 0; b < k; ++b) {
        double m[3] = {};
        for (int a = 0; a < 3; ++a) m[a] = f == 0 ? unit_root(point[a][b], n).cos : unit_root(point[a][b], n).sin;
        const double mean = (m[0] + m[1] + m[2]) / 3, kernels[4] = {mean, m[0] - mean, m[1] - m[0], m[2] - m[0]};
        for (int i = 0; i < 4; ++i) kernel[f][i][b] = kernels[i];
      }
  }
};

template <int k>
constexpr NestedTables<k> kNested{};

// y_b += sum_c kernel[c - b] x_c, x in neighbouring rows.
template <int k, int f, int i, class T>
CLEBSCH_INLINE void add_circulant(const T* x, Vector<T> (&y)[k]) {
  unrolled<k>([&](auto c) {
    const Vector<T> at_c = load(x + c.value * kWidth<T>);
    unrolled<k>([&](auto b) { y[b.value] += static_cast<T>(kNested<k>.kernel[f][i][(k + c.value - b.value) % k]) * at_c; });
  });
}

// From t_0, t_1, t_2 at b to what the four products need, k rows apart. Gives the sum.
template <int k, class T>
CLEBSCH_INLINE Vector<T> put_terms(T* rows, int b, const Vector<T> (&t)[3]) {
  constexpr int64_t step = k * kWidth<T>;
  const Vector<T> d0 = t[0] - t[2], d1 = t[1] - t[2], sum = t[0] + t[1] + t[2];
  T* at = rows + b * kWidth<T>;
  store<T>(at, sum);
  store<T>(at + step, d0 + d1);
  store<T>(at + 2 * step, d1);
  store<T>(at + 3 * step, d0);
  return sum;
}

// y_s + add in place of the terms, a k + b the row of y at (a, b). f: 0 with the kernel of cosines, 1 of sines.
template <int k, int f, class T>
void convolve_nested(T* rows, Vector<T> add) {
  constexpr int64_t W = kWidth<T>, step = k * W;
  Vector<T> a[k] = {}, b[k], c[k];
  add_circulant<k, f, 1>(rows + step, a);
  for (int i = 0; i < k; ++i) b[i] = a[i];
  add_circulant<k, f, 2>(rows + 2 * step, a);
  add_circulant<k, f, 3>(rows + 3 * step, b);
  for (int i = 0; i < k; ++i) c[i] = add;
  add_circulant<k, f, 0>(rows, c);
  for (int i = 0; i < k; ++i) {
    store<T>(rows + i * W, c[i] + a[i]);
    store<T>(rows + step + i * W, c[i] + b[i]);
    store<T>(rows + 2 * step + i * W, c[i] - (a[i] + b[i]));
  }
}

// X_q = sum_j x_j e^(+- 2 pi i q j / n): load_at(j) gives x_j, store_at(q, X_q) takes the results after the last load.
template <int k, bool plus, class T, class Load, class Store>
inline void transform_nested(T* rows, Load load_at, Store store_at) {
  constexpr int n = NestedTables<k>::n;
  constexpr int64_t W = kWidth<T>, part = 4 * k * W, odd = 2 * part;
  const Pair<T> first = load_at(0);
  Pair<T> all = first;
  unrolled<k>([&](auto b) {
    Vector<T> t[2][3], u[2][3];
    unrolled<3>([&](auto a) {
      constexpr int j = kNested<k>.point[a.value][b.value];
      const Pair<T> x = load_at(j), y = load_at(n - j), sum = x + y, difference = x - y;
      t[0][a.value] = sum.re;
      t[1][a.value] = sum.im;
      u[0][a.value] = difference.re;
      u[1][a.value] = difference.im;
    });
    all = all + Pair<T>{put_terms<k>(rows, b.value, t[0]), put_terms<k>(rows + part, b.value, t[1])};
    put_terms<k>(rows + odd, b.value, u[0]);
    put_terms<k>(rows + odd + part, b.value, u[1]);
  });
  convolve_nested<k, 0>(rows, first.re);
  convolve_nested<k, 0>(rows + part, first.im);
  convolve_nested<k, 1>(rows + odd, Vector<T>{});
  convolve_nested<k, 1>(rows + odd + part, Vector<T>{});
  store_at(0, all);
  unrolled<3 * k>([&](auto i) {
    constexpr int q = kNested<k>.result[i.value / k][i.value % k];
    const T* at = rows + i.value * W;
    const Pair<T> e = load_pair(at, at + part), o = load_pair(at + odd, at + odd + part);
    store_at(q, add_turned<plus>(e, o));
    store_at(n - q, add_turned<!plus>(e, o));
  });
}

// The same of real numbers, x_j in row j and X_q in rows q and n - q, q < n / 2; rows are `step` numbers apart. synthesis: from X_q to x_j.
template <int k, bool synthesis, class T>
inline void transform_real_nested(T* at, int64_t step, T* rows) {
  constexpr int n = NestedTables<k>::n;
  constexpr int64_t W = kWidth<T>, odd = 4 * k * W;
  const Vector<T> first = load(at);
  Vector<T> all = first;
  unrolled<k>([&](auto b) {
    Vector<T> t[3], u[3];
    unrolled<3>([&](auto a) {
      constexpr int j = kNested<k>.point[a.value][b.value];
      const Vector<T> x = load(at + j * step), y = load(at + (n - j) * step);
      if constexpr (synthesis) {
        constexpr bool lower = 2 * j < n;
        t[a.value] = lower ? x + x : y + y;
        u[a.value] = lower ? -(y + y) : x + x;
      } else {
        t[a.value] = x + y;
        u[a.value] = x - y;
      }
    });
    all += put_terms<k>(rows, b.value, t);
    put_terms<k>(rows + odd, b.value, u);
  });
  convolve_nested<k, 0>(rows, first);
  convolve_nested<k, 1>(rows + odd, Vector<T>{});
  store<T>(at, all);
  unrolled<3 * k>([&](auto i) {
    constexpr int q = kNested<k>.result[i.value / k][i.value % k];
    const Vector<T> e = load(rows + i.value * W), o = load(rows + odd + i.value * W);
    constexpr bool lower = 2 * q < n;
    store<T>(at + q * step, synthesis ? e + o : lower ? e : o);
    store<T>(at + (n - q) * step, synthesis ? e - o : lower ? -o : e);
  });
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
