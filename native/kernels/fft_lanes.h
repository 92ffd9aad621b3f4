#pragma once
// Between tensors and tiles: a tile has a vector per row, whose lanes are neighbouring numbers of a tensor or numbers of different rings.
#include "kernels/cpu_loop.h"
#include "kernels/fft_butterfly.h"

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

// Which elements of two vectors a shuffle takes; a chunk is what 16 bytes hold, on which all instruction sets shuffle cheaply.
template <class R>
constexpr int kChunk = 16 / sizeof(R);
// Of every chunk, units of `size` elements from a and b in turn, of its low or its high half.
template <class R, int size, bool high>
struct Unpack {
  static constexpr int of(int i) {
    const int e = i % kChunk<R>, unit = e / size, from = unit / 2 + (high ? kChunk<R> / size / 2 : 0);
    return i - e + from * size + e % size + unit % 2 * kWidth<R>;
  }
};
// First of a, then of b: half of their chunks, from chunk `first` on, `step` apart.
template <class R, int first, int step>
struct Chunks {
  static constexpr int of(int i) {
    const int half = kWidth<R> / 2, chunk = i % half / kChunk<R>;
    return (first + chunk * step) * kChunk<R> + i % kChunk<R> + i / half * kWidth<R>;
  }
};
template <class R, class Which, int... i>
inline Vector<R> shuffle(Vector<R> a, Vector<R> b, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(a, b, Which::of(i)...);
}
template <class R, class Low, class High>
CLEBSCH_INLINE void shuffle_both(Vector<R>& a, Vector<R>& b) {
  const Vector<R> low = shuffle<R, Low>(a, b, LaneNumbers<R>()), high = shuffle<R, High>(a, b, LaneNumbers<R>());
  a = low;
  b = high;
}

// Row i, lane j <-> row j, lane i: first within chunks, then whole chunks.
template <class R>
CLEBSCH_INLINE void transpose_lanes(Vector<R>* v) {
  constexpr int W = kWidth<R>, L = kChunk<R>, N = W / L;
  unrolled<N>([&](auto group) {
    Vector<R>* r = v + group.value * L;
    unrolled<L / 2>([&](auto i) { shuffle_both<R, Unpack<R, 1, false>, Unpack<R, 1, true>>(r[2 * i.value], r[2 * i.value + 1]); });
    if constexpr (L == 4) {
      shuffle_both<R, Unpack<R, 2, false>, Unpack<R, 2, true>>(r[0], r[2]);
      shuffle_both<R, Unpack<R, 2, false>, Unpack<R, 2, true>>(r[1], r[3]);
      std::swap(r[1], r[2]);
    }
  });
  unrolled<L>([&](auto j) {
    if constexpr (N == 2) {
      shuffle_both<R, Chunks<R, 0, 1>, Chunks<R, 1, 1>>(v[j.value], v[L + j.value]);
    } else if constexpr (N == 4) {
      Vector<R>&a = v[j.value], &b = v[L + j.value], &c = v[2 * L + j.value], &d = v[3 * L + j.value];
      shuffle_both<R, Chunks<R, 0, 1>, Chunks<R, 2, 1>>(a, b);
      shuffle_both<R, Chunks<R, 0, 1>, Chunks<R, 2, 1>>(c, d);
      shuffle_both<R, Chunks<R, 0, 2>, Chunks<R, 1, 2>>(a, c);
      shuffle_both<R, Chunks<R, 0, 2>, Chunks<R, 1, 2>>(b, d);
      std::swap(b, c);
    }
  });
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
