#pragma once
// Between tensors and tiles: a tile has a vector per row, whose lanes are neighbouring numbers of a tensor or numbers of different rings.
#include "kernels/cpu_loop.h"
#include "kernels/fft_butterfly.h"
#include "kernels/shuffles.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Lanes that are neighbours in memory: `count` of them from `lane` on, the first number of row 0 at `at`, in numbers of the tensor.
struct Run {
  int64_t lane, count, at;
};

// Where the lanes of a tile are in one tensor: rows are `step` numbers apart. Only the first `runs` runs hold anything.
template <class T>
struct LaneRuns {
  int64_t runs = 0, used = 0, step = 1;
  Run run[kWidth<RealOf<T>>];
};

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

// What a row of a tensor is in a tile: a vector or, of complex numbers, a pair of them.
template <class T>
using RowOf = choose<is_complex<T>, Pair<RealOf<T>>, Vector<RealOf<T>>>;

// ---- tensor to tile -------------------------------------------------------------------------------------------

// Every lane in a row of memory of its own; numbers c and after of all rows. whole: of all lanes, and as many as those.
template <bool whole, class T, class Put>
CLEBSCH_INLINE void gather_block(const RealOf<T>* from, const LaneRuns<T>& lanes, int64_t c, int64_t rows, Put put) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>, parts = kParts<T>;
  const int64_t count = (rows - c) * parts;
  Vector<R> v[W];
  unrolled<W>([&](auto l) {
    const auto at = [&] { return from + (lanes.run[l.value].at + c) * parts; };
    if constexpr (whole)
      v[l.value] = load(at());
    else
      v[l.value] = l.value < lanes.used ? load_some(at(), count) : Vector<R>{};
  });
  transpose_lanes<R>(v);
  unrolled<W / parts>([&](auto j) {
    if (!whole && j.value * parts >= count) return;
    if constexpr (parts == 1)
      put(c + j.value, v[j.value]);
    else
      put(c + j.value, Pair<R>{v[2 * j.value], v[2 * j.value + 1]});
  });
}

template <class T, class Put>
inline void gather_transposed(const T* x, const LaneRuns<T>& lanes, int64_t rows, Put put) {
  constexpr int step = kLanes<T>;
  const auto* from = reinterpret_cast<const RealOf<T>*>(x);
  int64_t c = 0;
  if (lanes.used == kWidth<RealOf<T>>)
    for (; c + step <= rows; c += step) gather_block<true>(from, lanes, c, rows, put);
  for (; c < rows; c += step) gather_block<false>(from, lanes, c, rows, put);
}

// One vector of a row in memory, of which `used` numbers count.
template <class T>
inline RowOf<T> load_row(const RealOf<T>* from, int64_t used) {
  using R = RealOf<T>;
  if constexpr (is_complex<T>) {
    Vector<R> re = load_some(from, 2 * used), im = load_some(from + kWidth<R>, 2 * used - kWidth<R>);
    split_pairs<R>(re, im);
    return {re, im};
  } else {
    return load_some(from, used);
  }
}

template <class T, class Put>
inline void gather_whole(const T* x, const LaneRuns<T>& lanes, int64_t rows, Put put) {
  const T* from = x + lanes.run[0].at;
  for (int64_t c = 0; c < rows; ++c, from += lanes.step) put(c, load_row<T>(reinterpret_cast<const RealOf<T>*>(from), lanes.used));
}

constexpr int64_t kPieceRows = 8;  // are put together before one is read: what was just written piece by piece is slow to read

template <class T, class Put>
inline void gather_pieces(const T* x, const LaneRuns<T>& lanes, int64_t rows, Put put) {
  using R = RealOf<T>;
  constexpr int64_t W = kWidth<R>, row = W * kParts<T>;
  R buffer[kPieceRows * row] = {};
  for (int64_t c = 0; c < rows; c += kPieceRows) {
    const int64_t count = minimum(kPieceRows, rows - c);
    for (int64_t i = 0; i < lanes.runs; ++i) {
      const Run& run = lanes.run[i];
      const int64_t size = run.count * kParts<T>;
      for (int64_t j = 0; j < count; ++j) {
        const R* from = reinterpret_cast<const R*>(x + run.at + (c + j) * lanes.step);
        R* to = buffer + j * row + run.lane * kParts<T>;
        for (int64_t k = 0; k < size; k += W) store_some<R>(to + k, load_some(from + k, size - k), size - k);
      }
    }
    for (int64_t j = 0; j < count; ++j) put(c + j, load_row<T>(buffer + j * row, W));
  }
}

// Row c of a tensor as row `row` of one of `tiles` tiles, for calls in turn; one: there is one tile.
template <bool one>
class TileCursor {
 public:
  struct At {
    int64_t row, tile;
  };
  explicit TileCursor(int64_t tiles) : tiles_(tiles) {}
  CLEBSCH_INLINE At next(int64_t c) {
    if constexpr (one) return {c, 0};
    const At at = next_;
    if (++next_.tile == tiles_) next_ = {at.row + 1, 0};
    return at;
  }

 private:
  int64_t tiles_;
  At next_ = {0, 0};
};

// put(c, row) for the rows 0 .. rows - 1 of a tensor in turn; lanes that are not used hold zeros.
template <class T, class Put>
inline void gather_rows(const T* x, const LaneRuns<T>& lanes, int64_t rows, Put put) {
  if (lanes.step == 1) return gather_transposed(x, lanes, rows, put);
  if (lanes.runs == 1) return gather_whole(x, lanes, rows, put);
  gather_pieces(x, lanes, rows, put);
}

// ---- tile to tensor -------------------------------------------------------------------------------------------

template <bool whole, class T, class Take>
CLEBSCH_INLINE void scatter_block(Take take, const LaneRuns<T>& lanes, int64_t c, int64_t rows, RealOf<T>* to) {
  using R = RealOf<T>;
  constexpr int W = kWidth<R>, parts = kParts<T>;
  const int64_t count = (rows - c) * parts;
  Vector<R> v[W] = {};
  unrolled<W / parts>([&](auto j) {
    if (!whole && j.value * parts >= count) return;
    if constexpr (parts == 1) {
      v[j.value] = take(c + j.value);
    } else {
      const Pair<R> row = take(c + j.value);
      v[2 * j.value] = row.re;
      v[2 * j.value + 1] = row.im;
    }
  });
  transpose_lanes<R>(v);
  unrolled<W>([&](auto l) {
    const auto at = [&] { return to + (lanes.run[l.value].at + c) * parts; };
    if constexpr (whole)
      store<R>(at(), v[l.value]);
    else if (l.value < lanes.used)
      store_some<R>(at(), v[l.value], count);
  });
}

template <class T, class Take>
inline void scatter_transposed(Take take, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  constexpr int step = kLanes<T>;
  auto* to = reinterpret_cast<RealOf<T>*>(out);
  int64_t c = 0;
  if (lanes.used == kWidth<RealOf<T>>)
    for (; c + step <= rows; c += step) scatter_block<true>(take, lanes, c, rows, to);
  for (; c < rows; c += step) scatter_block<false>(take, lanes, c, rows, to);
}

template <class T>
inline void store_row(RealOf<T>* to, RowOf<T> row, int64_t used) {
  using R = RealOf<T>;
  if constexpr (is_complex<T>) {
    join_pairs<R>(row.re, row.im);
    store_some<R>(to, row.re, 2 * used);
    store_some<R>(to + kWidth<R>, row.im, 2 * used - kWidth<R>);
  } else {
    store_some<R>(to, row, used);
  }
}

template <class T, class Take>
inline void scatter_whole(Take take, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  T* to = out + lanes.run[0].at;
  for (int64_t c = 0; c < rows; ++c, to += lanes.step) store_row<T>(reinterpret_cast<RealOf<T>*>(to), take(c), lanes.used);
}

template <class T, class Take>
inline void scatter_pieces(Take take, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  using R = RealOf<T>;
  constexpr int64_t W = kWidth<R>, row = W * kParts<T>;
  R buffer[kPieceRows * row];
  for (int64_t c = 0; c < rows; c += kPieceRows) {
    const int64_t count = minimum(kPieceRows, rows - c);
    for (int64_t j = 0; j < count; ++j) store_row<T>(buffer + j * row, take(c + j), W);
    for (int64_t i = 0; i < lanes.runs; ++i) {
      const Run& run = lanes.run[i];
      const int64_t size = run.count * kParts<T>;
      for (int64_t j = 0; j < count; ++j) {
        const R* from = buffer + j * row + run.lane * kParts<T>;
        R* to = reinterpret_cast<R*>(out + run.at + (c + j) * lanes.step);
        for (int64_t k = 0; k < size; k += W) store_some<R>(to + k, load_some(from + k, size - k), size - k);
      }
    }
  }
}

// The rows 0 .. rows - 1 of a tensor from take(c), called in turn.
template <class T, class Take>
inline void scatter_rows(Take take, const LaneRuns<T>& lanes, int64_t rows, T* out) {
  if (lanes.step == 1) return scatter_transposed(take, lanes, rows, out);
  if (lanes.runs == 1) return scatter_whole(take, lanes, rows, out);
  scatter_pieces(take, lanes, rows, out);
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
