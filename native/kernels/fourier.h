#pragma once
// The orders of waves in the memory of a transform, on the CPU: aliases are folded, offsets and the scale multiplied in.
#include "kernels/fft.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Rows of a column of orders, wherever they are: `step` real numbers apart, parts of a complex number one row.
template <class R>
struct Columns {
  R* data;
  int64_t step;
};

// One group of rings; R is the real type.
template <class R>
struct OrderMap {
  static constexpr int64_t W = kWidth<R>;
  FourierMethod method;
  int64_t n, orders, flip;  // flip: real and imaginary rows of the transform are exchanged, which turns the sign of its exponent
  R scale;
  const R* phases;

  // X_0 and, for even n, X_(n/2) of real numbers are real.
  bool is_single(int64_t k) const { return k == 0 || 2 * k == n; }
  int64_t real_row(int64_t k) const {
    if (method == FourierMethod::odd) return k;
    if (method == FourierMethod::even) return 2 * k == n ? 1 : 2 * k;
    return 2 * k + flip;
  }
  int64_t imaginary_row(int64_t k) const {
    if (method == FourierMethod::odd) return n - k;
    return 2 * k + 1 - flip;
  }

  static void put_row(R* row, Vector<R> v, bool add) { store<R>(row, add ? load(row) + v : v); }

  // ---- real numbers: X_k, k <= n / 2, of which the points are sum over k of X_k and its conjugate

  // Order m > 0 belongs to X_k or, where folded, to its conjugate.
  struct Place {
    int64_t k;
    bool folded;
  };
  Place place_of(int64_t m) const {
    const int64_t k = m % n;
    return 2 * k > n ? Place{n - k, true} : Place{k, false};
  }

  void put_orders(Columns<const R> x, R* tile) const {
    for (int64_t k = orders; 2 * k <= n; ++k) {
      store<R>(tile + real_row(k) * W, Vector<R>{});
      if (!is_single(k)) store<R>(tile + imaginary_row(k) * W, Vector<R>{});
    }
    store<R>(tile + real_row(0) * W, scale * load(x.data));
    for (int64_t m = 1; m < orders; ++m) {
      const auto [k, folded] = place_of(m);
      const bool single = is_single(k), again = 2 * m > n;
      const R factor = single ? scale : scale / 2, re = factor * phases[2 * m], im = factor * phases[2 * m + 1];
      const Vector<R> plus = load(x.data + (2 * m - 1) * x.step), minus = load(x.data + 2 * m * x.step);
      put_row(tile + real_row(k) * W, re * plus + im * minus, again);
      if (single) continue;
      const Vector<R> v = im * plus - re * minus;
      put_row(tile + imaginary_row(k) * W, folded ? -v : v, again);
    }
  }

  void take_orders(const R* tile, Columns<R> out) const {
    store<R>(out.data, scale * load(tile + real_row(0) * W));
    for (int64_t m = 1; m < orders; ++m) {
      const auto [k, folded] = place_of(m);
      const R re = scale * phases[2 * m], im = scale * phases[2 * m + 1];
      const Vector<R> x = load(tile + real_row(k) * W);
      Vector<R> y = {};
      if (!is_single(k)) y = load(tile + imaginary_row(k) * W);
      if (folded) y = -y;
      store<R>(out.data + (2 * m - 1) * out.step, re * x + im * y);
      store<R>(out.data + 2 * m * out.step, im * x - re * y);
    }
  }

  // ---- complex numbers: X_k, k < n, orders from -(M-1) on

  // The factor of order m in a sum over orders.
  void factor_of(int64_t m, int64_t sign, R (&w)[2]) const {
    const int64_t at = 2 * (m < 0 ? -m : m);
    w[0] = scale * phases[at];
    w[1] = (m < 0) == (sign < 0) ? scale * phases[at + 1] : -scale * phases[at + 1];
  }
  int64_t residue(int64_t m) const { return m < 0 ? n - 1 - (-m - 1) % n : m % n; }

  void put_complex_orders(Columns<const R> x, int64_t sign, R* tile) const {
    for (int64_t k = orders; k <= n - orders; ++k) store_pair<R>(tile + 2 * k * W, tile + (2 * k + 1) * W, Pair<R>{});
    const int64_t low = -((n - 1) / 2), high = n / 2;
    const auto put = [&](int64_t m, bool again) {
      R w[2];
      factor_of(m, sign, w);
      const R* at = x.data + (m + orders - 1) * x.step;
      const Pair<R> v = multiply<false>(load_pair(at, at + W), w);
      const int64_t k = residue(m);
      put_row(tile + real_row(k) * W, v.re, again);
      put_row(tile + imaginary_row(k) * W, v.im, again);
    };
    const int64_t first = -(orders - 1) > low ? -(orders - 1) : low, last = minimum(orders - 1, high);
    for (int64_t m = first; m <= last; ++m) put(m, false);
    for (int64_t m = last + 1; m < orders; ++m) put(m, true);
    for (int64_t m = first - 1; m > -orders; --m) put(m, true);
  }

  void take_complex_orders(const R* tile, int64_t sign, Columns<R> out) const {
    for (int64_t m = 1 - orders; m < orders; ++m) {
      R w[2];
      factor_of(m, sign, w);
      const int64_t k = residue(m);
      const Pair<R> v = multiply<true>(load_pair(tile + real_row(k) * W, tile + imaginary_row(k) * W), w);
      R* at = out.data + (m + orders - 1) * out.step;
      store_pair(at, at + W, v);
    }
  }
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
