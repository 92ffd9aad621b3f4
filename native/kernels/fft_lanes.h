#pragma once
// Between tensors and tiles: a tile has a vector per row, whose lanes are neighbouring numbers of a tensor or numbers of different rings.
#include "kernels/cpu_loop.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Lanes that are neighbours in memory: `count` of them from `lane` on, the first number of row 0 at `at`, in numbers of the tensor.
struct Run {
  int64_t lane, count, at;
};

// Where the lanes of a tile are in one tensor: rows are `step` numbers apart.
template <class T>
struct LaneRuns {
  int64_t runs = 0, used = 0, step = 1;
  Run run[kWidth<RealOf<T>>];

  bool is_whole() const { return runs == 1 && used == kWidth<RealOf<T>>; }
};

// Row c of a tensor has its place in a tile; of complex numbers, that of part 0 or 1. No list: one after another.
struct TileRows {
  const int32_t* rows;
  int64_t flip;  // 1: parts are exchanged

  template <int parts>
  int64_t at(int64_t c, int64_t part = 0) const {
    return (rows ? rows[c] : parts * c) + (part ^ flip);
  }
};

template <class R, int... i>
inline Vector<R> every_second(Vector<R> a, Vector<R> b, int, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (2 * i)...);
}
template <class R, int... i>
inline Vector<R> every_other(Vector<R> a, Vector<R> b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (2 * i + 1)...);
}
template <class R, int first, int... i>
inline Vector<R> alternating(Vector<R> a, Vector<R> b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, (first + i / 2 + i % 2 * kWidth<R>)...);
}

template <class R>
using LaneNumbers = std::make_integer_sequence<int, kWidth<R>>;

// (re, im), (re, im), ... of two vectors <-> a vector of real and one of imaginary parts.
template <class R>
inline void split_pairs(Vector<R>& a, Vector<R>& b) {
  const Vector<R> re = every_second<R>(a, b, 0, LaneNumbers<R>()), im = every_other<R>(a, b, LaneNumbers<R>());
  a = re;
  b = im;
}
template <class R>
inline void join_pairs(Vector<R>& a, Vector<R>& b) {
  const Vector<R> low = alternating<R, 0>(a, b, LaneNumbers<R>()), high = alternating<R, kWidth<R> / 2>(a, b, LaneNumbers<R>());
  a = low;
  b = high;
}

// The first n numbers, zeros behind; any n >= 0.
template <class R>
inline Vector<R> load_some(const R* x, int64_t n) {
  return n >= kWidth<R> ? load(x) : n > 0 ? load_first(x, n) : Vector<R>{};
}
template <class R>
inline void store_some(R* x, Vector<R> v, int64_t n) {
  if (n >= kWidth<R>)
    store<R>(x, v);
  else if (n > 0)
    store_first<R>(x, v, n);
}

// Lanes l of a where l has not the bit d, else lanes l - d of b; or lanes l + d of a, else l of b.
template <class R, int d, bool high, int... i>
inline Vector<R> exchange(Vector<R> a, Vector<R> b, std::integer_sequence<int, i...>) {
  if constexpr (high)
    return __builtin_shufflevector(a, b, (i & d ? i + kWidth<R> : i + d)...);
  else
    return __builtin_shufflevector(a, b, (i & d ? i - d + kWidth<R> : i)...);
}

// Row i, lane j <-> row j, lane i.
template <class R, int d = 1>
inline void transpose_lanes(Vector<R>* v) {
  if constexpr (d < kWidth<R>) {
#pragma GCC unroll 16
    for (int i = 0; i < kWidth<R>; ++i) {
      if (i & d) continue;
      const Vector<R> a = v[i], b = v[i + d];
      v[i] = exchange<R, d, false>(a, b, LaneNumbers<R>());
      v[i + d] = exchange<R, d, true>(a, b, LaneNumbers<R>());
    }
    transpose_lanes<R, 2 * d>(v);
  }
}

// ---- tensor to tile -------------------------------------------------------------------------------------------

// Every lane in a row of memory of its own.
template <class T>
void gather_transposed(const T* x, const LaneRuns<T>& lanes, int64_t rows, RealOf<T>* tile, TileRows to) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>, parts = kParts<T>;
  const R* from = reinterpret_cast<const R*>(x);
  for (int64_t c = 0; c < rows * parts; c += W) {
    const int64_t count = minimum(W, rows * parts - c);
    Vector<R> v[W];
    for (int l = 0; l < W; ++l) v[l] = l < lanes.used ? load_some(from + lanes.run[l].at * parts + c, count) : Vector<R>{};
    transpose_lanes<R>(v);
    for (int64_t j = 0; j < count; ++j) store<R>(tile + to.at<parts>((c + j) / parts, (c + j) % parts) * W, v[j]);
  }
}

template <class T>
void gather_whole(const T* x, const LaneRuns<T>& lanes, int64_t rows, RealOf<T>* tile, TileRows to) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>;
  const R* from = reinterpret_cast<const R*>(x + lanes.run[0].at);
  const int64_t step = lanes.step * kParts<T>;
  for (int64_t c = 0; c < rows; ++c, from += step) {
    if constexpr (kParts<T> == 1) {
      store<R>(tile + to.at<1>(c) * W, load_some(from, lanes.used));
    } else {
      Vector<R> re = load_some(from, 2 * lanes.used), im = load_some(from + W, 2 * lanes.used - W);
      split_pairs<R>(re, im);
      store<R>(tile + to.at<2>(c, 0) * W, re);
      store<R>(tile + to.at<2>(c, 1) * W, im);
    }
  }
}

// Piece by piece; complex numbers are put together in their two rows first.
template <class T>
void gather_pieces(const T* x, const LaneRuns<T>& lanes, int64_t rows, RealOf<T>* tile, TileRows to) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>, parts = kParts<T>;
  for (int64_t c = 0; c < rows; ++c) {
    R* row = tile + to.at<parts>(c, to.flip) * W;
    if (lanes.used < W) {
      for (int part = 0; part < parts; ++part) store<R>(row + part * W, Vector<R>{});
    }
    for (int64_t i = 0; i < lanes.runs; ++i) {
      const Run& run = lanes.run[i];
      const R* from = reinterpret_cast<const R*>(x + run.at + c * lanes.step);
      for (int64_t k = 0; k < run.count * parts; k += W)
        store_some<R>(row + run.lane * parts + k, load_some(from + k, run.count * parts - k), run.count * parts - k);
    }
  }
  if constexpr (parts == 2) {
    for (int64_t c = 0; c < rows; ++c) {
      R* row = tile + to.at<2>(c, to.flip) * W;
      Vector<R> re = load(row), im = load(row + W);
      split_pairs<R>(re, im);
      store<R>(row + to.flip * W, re);
      store<R>(row + (1 - to.flip) * W, im);
    }
  }
}

// Rows 0 .. rows - 1 of a tensor to their places in a tile, complex numbers in parts; zeros in lanes that are not used.
template <class T>
void gather_rows(const T* x, const LaneRuns<T>& lanes, int64_t rows, RealOf<T>* tile, TileRows to) {
  if (lanes.step == 1) return gather_transposed(x, lanes, rows, tile, to);
  if (lanes.runs == 1) return gather_whole(x, lanes, rows, tile, to);
  gather_pieces(x, lanes, rows, tile, to);
}

// ---- tile to tensor -------------------------------------------------------------------------------------------

template <class T>
void scatter_transposed(const RealOf<T>* tile, TileRows from, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>, parts = kParts<T>;
  R* to = reinterpret_cast<R*>(out);
  for (int64_t c = 0; c < rows * parts; c += W) {
    const int64_t count = minimum(W, rows * parts - c);
    Vector<R> v[W];
    for (int j = 0; j < W; ++j) v[j] = j < count ? load(tile + from.at<parts>((c + j) / parts, (c + j) % parts) * W) : Vector<R>{};
    transpose_lanes<R>(v);
    for (int l = 0; l < lanes.used; ++l) store_some<R>(to + lanes.run[l].at * parts + c, v[l], count);
  }
}

template <class T>
void scatter_whole(const RealOf<T>* tile, TileRows from, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>;
  R* to = reinterpret_cast<R*>(out + lanes.run[0].at);
  const int64_t step = lanes.step * kParts<T>;
  for (int64_t c = 0; c < rows; ++c, to += step) {
    if constexpr (kParts<T> == 1) {
      store_some<R>(to, load(tile + from.at<1>(c) * W), lanes.used);
    } else {
      Vector<R> re = load(tile + from.at<2>(c, 0) * W), im = load(tile + from.at<2>(c, 1) * W);
      join_pairs<R>(re, im);
      store_some<R>(to, re, 2 * lanes.used);
      store_some<R>(to + W, im, 2 * lanes.used - W);
    }
  }
}

template <class T>
void scatter_pieces(const RealOf<T>* tile, TileRows from, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>, parts = kParts<T>;
  for (int64_t c = 0; c < rows; ++c) {
    R row[parts * W];
    if constexpr (parts == 1) {
      store<R>(row, load(tile + from.at<1>(c) * W));
    } else {
      Vector<R> re = load(tile + from.at<2>(c, 0) * W), im = load(tile + from.at<2>(c, 1) * W);
      join_pairs<R>(re, im);
      store<R>(row, re);
      store<R>(row + W, im);
    }
    for (int64_t i = 0; i < lanes.runs; ++i) {
      const Run& run = lanes.run[i];
      copy_run(out + run.at + c * lanes.step, reinterpret_cast<const T*>(row) + run.lane, run.count);
    }
  }
}

// The reverse of gather_rows.
template <class T>
void scatter_rows(const RealOf<T>* tile, TileRows from, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  if (lanes.step == 1) return scatter_transposed(tile, from, lanes, rows, out);
  if (lanes.runs == 1) return scatter_whole(tile, from, lanes, rows, out);
  scatter_pieces(tile, from, lanes, rows, out);
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
