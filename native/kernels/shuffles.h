#pragma once
// CPU: elements of vectors to other places.
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Which elements of two vectors a shuffle takes: of(i) is that of lane i, those of the second vector counted on.
template <class R, int first>
struct EverySecond {
  static constexpr int of(int i) { return first + 2 * i; }
};
template <class R, int first>
struct Alternating {
  static constexpr int of(int i) { return first + i / 2 + i % 2 * kWidth<R>; }
};
template <class R>
struct Reversed {
  static constexpr int of(int i) { return kWidth<R> - 1 - i; }
};
// A chunk is what 16 bytes hold, on which all instruction sets shuffle cheaply.
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
template <class R, class Which>
inline Vector<R> shuffle(Vector<R> a, Vector<R> b) {
  return shuffle<R, Which>(a, b, std::make_integer_sequence<int, kWidth<R>>());
}
template <class R, class Low, class High>
CLEBSCH_INLINE void shuffle_both(Vector<R>& a, Vector<R>& b) {
  const Vector<R> low = shuffle<R, Low>(a, b), high = shuffle<R, High>(a, b);
  a = low;
  b = high;
}

// (re, im), (re, im), ... of two vectors <-> a vector of real and one of imaginary parts: elements 0, 2, ... and 1, 3, ... of both.
template <class R>
inline void split_pairs(Vector<R>& a, Vector<R>& b) {
  shuffle_both<R, EverySecond<R, 0>, EverySecond<R, 1>>(a, b);
}
template <class R>
inline void join_pairs(Vector<R>& a, Vector<R>& b) {
  shuffle_both<R, Alternating<R, 0>, Alternating<R, kWidth<R> / 2>>(a, b);
}

template <class R>
inline Vector<R> reversed(Vector<R> v) {
  return shuffle<R, Reversed<R>>(v, v);
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

// Four vectors <-> the same numbers lane by lane: [4][lanes] <-> [lanes][4].
template <class R>
inline void lanes_to_quads(Vector<R>* v) {
  join_pairs<R>(v[0], v[2]);
  join_pairs<R>(v[1], v[3]);
  join_pairs<R>(v[0], v[1]);
  join_pairs<R>(v[2], v[3]);
}
template <class R>
inline void quads_to_lanes(Vector<R>* v) {
  split_pairs<R>(v[0], v[1]);
  split_pairs<R>(v[2], v[3]);
  split_pairs<R>(v[0], v[2]);
  split_pairs<R>(v[1], v[3]);
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
