#pragma once
// The orders of waves in the memory of a transform, on the CPU: aliases are folded, offsets and the scale multiplied in.
#include "kernels/fft_convolution.h"
#include "kernels/fft_lanes.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Orders in a tensor, and in a run of waves: row c is what the lanes have in column c.
template <class T, class Number>
struct TensorRows {
  Number* numbers;
  const LaneRuns<T>& lanes;

  template <class Put>
  CLEBSCH_INLINE void gather(int64_t rows, Put put) const {
    gather_rows(numbers, lanes, rows, put);
  }
  template <class Take>
  CLEBSCH_INLINE void scatter(int64_t rows, Take take) const {
    scatter_rows(take, lanes, rows, numbers);
  }
};

template <class T>
struct RunRows {
  using R = RealOf<T>;
  const WaveRuns& runs;
  R* numbers;

  R* row(int64_t c, int part = 0) const { return numbers + runs.place(wave_column<is_complex<T>>(c, part)); }

  template <class Put>
  CLEBSCH_INLINE void gather(int64_t rows, Put put) const {
    for (int64_t c = 0; c < rows; ++c) {
      if constexpr (is_complex<T>)
        put(c, load_pair(row(c), row(c, 1)));
      else
        put(c, load(row(c)));
    }
  }
  template <class Take>
  CLEBSCH_INLINE void scatter(int64_t rows, Take take) const {
    for (int64_t c = 0; c < rows; ++c) {
      if constexpr (is_complex<T>) {
        store_pair(row(c), row(c, 1), take(c));
      } else {
        store<R>(row(c), take(c));
      }
    }
  }
};

constexpr int64_t kMaxTiles = 8;  // that are filled together

// The orders of one group of rings.
template <class T>
struct OrderMap {
  using R = RealOf<T>;
  static constexpr int64_t W = kWidth<R>;
  int64_t tiles, tile_size;
  FourierMethod method;
  int64_t n, orders, sign, re_first, re_step, im_first, im_step;
  bool turned;
  R scale, sine;  // sine: the sign of the sines of real numbers
  const R* phases;

  // flip: real and imaginary rows of the transform are exchanged, which turns the sign of its exponent. Every row of the tensor is
  // `tiles` rows, of tiles that are `tile_size` apart.
  OrderMap(const FourierArgs& args, const FourierGroup& group, int64_t flip, int64_t tiles, int64_t tile_size)
      : tiles(tiles),
        tile_size(tile_size),
        method(group.method),
        n(group.n),
        orders(args.orders),
        sign(args.sign),
        re_first(flip),
        re_step(group.method == FourierMethod::odd ? 1 : 2),
        im_first(group.method == FourierMethod::odd ? n : 1 - flip),
        im_step(group.method == FourierMethod::odd ? -1 : 2),
        turned(group.turned != 0),
        scale(static_cast<R>(args.scale)),
        sine(static_cast<R>(args.sign)),
        phases(static_cast<const R*>(args.tables) + group.phases) {}

  // X_0 and, for even n, X_(n/2) of real numbers are real.
  bool is_single(int64_t k) const { return k == 0 || 2 * k == n; }
  int64_t real_row(int64_t k) const { return method == FourierMethod::even && 2 * k == n ? 1 : re_first + k * re_step; }
  int64_t real_row_of_pair(int64_t k) const { return re_first + k * re_step; }
  int64_t imaginary_row(int64_t k) const { return im_first + k * im_step; }

  static void put_row(R* row, Vector<R> v, bool again) { store<R>(row, again ? load(row) + v : v); }
  void clear_orders(R* tile, int64_t begin, int64_t end) const {
    for (int64_t k = begin; k < end; ++k) {
      store<R>(tile + real_row(k) * W, Vector<R>{});
      if (is_complex<T> || !is_single(k)) store<R>(tile + imaginary_row(k) * W, Vector<R>{});
    }
  }

  // ---- real numbers: X_k, k <= n / 2, of which the points are sum over k of X_k and its conjugate

  // Order m > 0 belongs to X_k or, where folded, to its conjugate.
  struct Place {
    int64_t k;
    bool folded;
  };
  Place place_of(int64_t m) const {
    const int64_t k = m < n ? m : m % n;
    return 2 * k > n ? Place{n - k, true} : Place{k, false};
  }

  CLEBSCH_INLINE void put_wave(int64_t m, Vector<R> plus, Vector<R> minus, R* tile) const {
    if (2 * m >= n) return put_folded_wave(m, plus, minus, tile);
    const R re = scale / 2 * phases[2 * m], im = scale / 2 * phases[2 * m + 1];
    store<R>(tile + real_row_of_pair(m) * W, re * plus + im * minus);
    store<R>(tile + imaginary_row(m) * W, im * plus - re * minus);
  }

  __attribute__((noinline)) void put_folded_wave(int64_t m, Vector<R> plus, Vector<R> minus, R* tile) const {
    const auto [k, folded] = place_of(m);
    const bool single = is_single(k), again = 2 * m > n;
    const R factor = single ? scale : scale / 2, re = factor * phases[2 * m], im = factor * phases[2 * m + 1];
    put_row(tile + real_row(k) * W, re * plus + im * minus, again);
    if (single) return;
    const Vector<R> v = im * plus - re * minus;
    put_row(tile + imaginary_row(k) * W, folded ? -v : v, again);
  }

  // What +m and -m get.
  CLEBSCH_INLINE Pair<R> take_wave(int64_t m, const R* tile) const {
    if (2 * m >= n) return take_folded_wave(m, tile);
    return turn_wave(m, load(tile + real_row_of_pair(m) * W), load(tile + imaginary_row(m) * W));
  }

  CLEBSCH_INLINE Pair<R> turn_wave(int64_t m, Vector<R> x, Vector<R> y) const {
    const R re = scale * phases[2 * m], im = scale * phases[2 * m + 1];
    return {re * x + im * y, im * x - re * y};
  }

  __attribute__((noinline)) Pair<R> take_folded_wave(int64_t m, const R* tile) const {
    const auto [k, folded] = place_of(m);
    const Vector<R> x = load(tile + real_row(k) * W);
    Vector<R> y = {};
    if (!is_single(k)) y = load(tile + imaginary_row(k) * W);
    return turn_wave(m, x, folded ? -y : y);
  }

  // ---- complex numbers: X_k, k < n

  int64_t residue(int64_t m) const {
    if (m < 0) return m >= -n ? m + n : n - 1 - (-m - 1) % n;
    return m < n ? m : m % n;
  }
  // x times the factor of order m in a sum over orders, or its conjugate.
  template <bool conjugated>
  CLEBSCH_INLINE Pair<R> turn(int64_t m, Pair<R> x) const {
    if (!turned) return scale * x;
    const int64_t at = 2 * (m < 0 ? -m : m);
    const R im = scale * phases[at + 1], w[2] = {scale * phases[at], (m < 0) == (sign < 0) ? im : -im};
    return multiply<conjugated>(x, w);
  }

  // Gathers orders into tiles.
  template <class Rows>
  void put_orders(const Rows& rows, R* memory) const {
    for (int64_t t = 0; t < tiles; ++t) clear_others(memory + t * tile_size);
    if (tiles == 1)
      put<true>(rows, memory);
    else
      put<false>(rows, memory);
    for (int64_t t = 0; t < tiles; ++t) complete(memory + t * tile_size);
  }

  // What no order sets. The first order of a residue would set its row and others add to it: where there are others, rows are cleared.
  void clear_others(R* tile) const {
    const bool aliased = 2 * orders - 1 > n;
    if constexpr (!is_complex<T>)
      clear_orders(tile, orders, n / 2 + 1);
    else
      clear_orders(tile, aliased ? 0 : orders, aliased ? n : n - orders + 1);
  }
  // What follows from the orders.
  void complete(R* tile) const {
    if (!is_complex<T> && method == FourierMethod::chirp) add_conjugates(tile);
  }

  // Where orders are neither aliased nor turned: the row of order m and (part 1) of its imaginary part or, of real numbers, that of wave m,
  // and what its number counts times there.
  int64_t row_of(int64_t m, int part) const {
    if constexpr (!is_complex<T>) return m < 0 ? imaginary_row(-m) : real_row_of_pair(m);
    const int64_t k = m < 0 ? m + n : m;
    return part == 0 ? real_row_of_pair(k) : imaginary_row(k);
  }
  R factor_of(int64_t m) const {
    if (is_complex<T> || m == 0) return scale;
    return m < 0 ? -sine * factor_of(-m) : scale / 2 * phases[2 * m];
  }

  // Scatters the orders in tiles.
  template <class Rows>
  void take_orders(const R* memory, const Rows& rows) const {
    if (tiles == 1)
      take<true>(memory, rows);
    else
      take<false>(memory, rows);
  }

  template <bool one, class Rows>
  void put(const Rows& rows, R* memory) const {
    TileCursor<one> cursor(tiles);
    if constexpr (is_complex<T>) {
      const bool aliased = 2 * orders - 1 > n;
      rows.gather((2 * orders - 1) * tiles, [&](int64_t c, Pair<R> v) CLEBSCH_ALWAYS {
        const auto [row, t] = cursor.next(c);
        R* tile = memory + t * tile_size;
        const int64_t m = row - (orders - 1), k = residue(m);
        v = turn<false>(m, v);
        put_row(tile + real_row_of_pair(k) * W, v.re, aliased);
        put_row(tile + imaginary_row(k) * W, v.im, aliased);
      });
    } else {
      Vector<R> plus[one ? 1 : kMaxTiles] = {};
      rows.gather((2 * orders - 1) * tiles, [&](int64_t c, Vector<R> v) CLEBSCH_ALWAYS {
        const auto [row, t] = cursor.next(c);
        R* tile = memory + t * tile_size;
        if (row == 0)
          store<R>(tile + real_row(0) * W, scale * v);
        else if (row % 2 == 0)
          put_wave(row / 2, plus[t], sine * v, tile);
        plus[t] = v;
      });
    }
  }

  template <bool one, class Rows>
  void take(const R* memory, const Rows& rows) const {
    TileCursor<one> cursor(tiles);
    if constexpr (is_complex<T>) {
      const auto take_row = [&](int64_t c) CLEBSCH_ALWAYS -> RowOf<T> {
        const auto [row, t] = cursor.next(c);
        const R* tile = memory + t * tile_size;
        const int64_t m = row - (orders - 1), k = residue(m);
        return turn<true>(m, load_pair(tile + real_row_of_pair(k) * W, tile + imaginary_row(k) * W));
      };
      rows.scatter((2 * orders - 1) * tiles, take_row);
    } else {
      Vector<R> minus[one ? 1 : kMaxTiles] = {};
      const auto take_row = [&](int64_t c) CLEBSCH_ALWAYS -> RowOf<T> {
        const auto [row, t] = cursor.next(c);
        const R* tile = memory + t * tile_size;
        if (row == 0) return scale * load(tile + real_row(0) * W);
        if (row % 2 == 0) return minus[t];
        const Pair<R> wave = take_wave((row + 1) / 2, tile);
        minus[t] = sine * wave.im;
        return wave.re;
      };
      rows.scatter((2 * orders - 1) * tiles, take_row);
    }
  }

  // ---- real numbers in runs, method `even`, orders < n / 2: between waves and the rows of the transform of h = n / 2 numbers at once

  bool joins() const { return method == FourierMethod::even && 2 * orders - 1 < n; }

  // roots: e^(2 pi i k / n). The columns of an order are neighbours (kernels/wave_runs.h).
  template <bool phased>
  void join_orders(const RunRows<T>& rows, const R* roots, R* tile) const {
    const Pair<R> zero = {Vector<R>{}, Vector<R>{}};
    const auto wave = [&](int64_t m) CLEBSCH_ALWAYS {
      if (m >= orders) return zero;
      const R* at = rows.row(2 * m - 1);
      const Vector<R> plus = load(at), minus = sine * load(at + kSlotPad);
      const R re = scale / 2 * phases[2 * m];
      if constexpr (!phased) return Pair<R>{re * plus, -re * minus};
      const R im = scale / 2 * phases[2 * m + 1];
      return Pair<R>{re * plus + im * minus, im * plus - re * minus};
    };
    store_pair(tile, tile + W, exchange_ends(Pair<R>{scale * load(rows.row(0)), zero.im}));
    for (int64_t k = 1, h = n / 2; 2 * k <= h; ++k) {
      Pair<R> x = wave(k), y = wave(h - k);
      join_halves(x, y, roots + 2 * k);
      store_pair(tile + 2 * k * W, tile + (2 * k + 1) * W, x);
      store_pair(tile + 2 * (h - k) * W, tile + (2 * (h - k) + 1) * W, y);
    }
  }

  template <bool phased>
  void split_orders(const R* tile, const R* roots, const RunRows<T>& rows) const {
    const auto put_waves = [&](int64_t m, Pair<R> x) CLEBSCH_ALWAYS {
      if (m >= orders) return;
      const R re = scale * phases[2 * m], im = phased ? scale * phases[2 * m + 1] : 0;
      R* at = rows.row(2 * m - 1);
      store<R>(at, phased ? re * x.re + im * x.im : re * x.re);
      store<R>(at + kSlotPad, sine * (phased ? im * x.re - re * x.im : -re * x.im));
    };
    store<R>(rows.row(0), scale * exchange_ends(load_pair(tile, tile + W)).re);
    for (int64_t k = 1, h = n / 2; 2 * k <= h; ++k) {
      Pair<R> x = load_pair(tile + 2 * k * W, tile + (2 * k + 1) * W), y = load_pair(tile + 2 * (h - k) * W, tile + (2 * (h - k) + 1) * W);
      split_halves(x, y, roots + 2 * k);
      put_waves(k, x);
      put_waves(h - k, y);
    }
  }

  // All n numbers, where the transform does not know that they come from real ones.
  void add_conjugates(R* tile) const {
    for (int64_t k = 0; 2 * k <= n; ++k) {
      R* im = tile + imaginary_row(k) * W;
      if (is_single(k)) {
        store<R>(im, Vector<R>{});
      } else {
        store<R>(tile + real_row(n - k) * W, load(tile + real_row(k) * W));
        store<R>(tile + imaginary_row(n - k) * W, -load(im));
      }
    }
  }
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
