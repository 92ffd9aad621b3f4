#pragma once
// CPU: where the waves of an order are, and between them and sums at slots.
#include "kernels/legendre_columns.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Column j = (order +m or -m, map, re or im), as in the rows of the order, on the first or second ring of a slot. For spin other than 0 the
// columns of +m are on the first rings alone, those of -m on the second.
template <class R>
struct Waves {
  R* base;
  int64_t column[kMostColumns];
  // Where runs are given, from one to the next; else rows of slots from `first` on, those of the second rings further by `half`.
  const BlockRuns* blocks;
  int64_t run, first, half;

  // From there, columns of a slot on its first or (ring 1) second ring.
  R* ring(int64_t slot, int ring) const {
    if (blocks == nullptr) return base + (slot - first) + ring * half;
    const BlockRuns& block = block_of(slot);
    return base + (block.first + (ring & block.paired)) * run + slot % kSlotPad;
  }
  // Asks for `columns` columns of a block.
  void look_ahead(int64_t slot, int64_t columns) const {
    if (blocks == nullptr) return;
    const R* const rings[2] = {ring(slot, 0), ring(slot, 1)};
    for (int64_t j = 0; j < columns; ++j)
      for (int64_t i = 0; i < kSlotPad; i += 64 / static_cast<int64_t>(sizeof(R))) {
        __builtin_prefetch(rings[0] + column[j] + i);
        __builtin_prefetch(rings[1] + column[j] + i);
      }
  }

  // Whether both rings of a slot, of which it has one, are at the same place.
  bool single(int64_t slot) const { return blocks != nullptr && !block_of(slot).paired; }

 private:
  const BlockRuns& block_of(int64_t slot) const { return blocks[static_cast<uint64_t>(slot) / kSlotPad]; }
};

// A vector of sums in R is for kSpan vectors of float64 numbers.
template <class R>
constexpr int kSpan = sizeof(double) / sizeof(R);

CLEBSCH_INLINE Vector<double> joined(const Doubles* p, double) { return p[0]; }
template <int... i>
CLEBSCH_INLINE Vector<float> joined(const Doubles* p, std::integer_sequence<int, i...>) {
  typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
  return __builtin_shufflevector(__builtin_convertvector(p[0], Half), __builtin_convertvector(p[1], Half), i...);
}
CLEBSCH_INLINE Vector<float> joined(const Doubles* p, float) { return joined(p, std::make_integer_sequence<int, kWidth<float>>()); }

template <class R>
CLEBSCH_INLINE Vector<R> load_joined(const double* x) {
  Doubles parts[kSpan<R>];
  unrolled<kSpan<R>>([&](auto s) CLEBSCH_ALWAYS { parts[s.value] = load(x + s.value * kSlotLanes); });
  return joined(parts, R{});
}

// A vector of slots: where columns are on its two rings, and what is between those and sums.
template <class R>
struct SlotWaves {
  R* rings[2];
  Vector<R> cosines, weights[2];
  bool single;  // both rings are one

  // Sums of a column of a sign or, paired, of even degrees and of odd ones over x.
  template <bool paired>
  CLEBSCH_INLINE void put(int sign, int64_t column, Vector<R> even, Vector<R> odd) const {
    if constexpr (paired) {
      const Vector<R> x_odd = cosines * odd, north = weights[0] * (even + x_odd), south = weights[1] * (even - x_odd);
      store<R>(rings[0] + column, single ? north + south : north);
      if (!single) store<R>(rings[1] + column, south);
    } else {
      store<R>(rings[sign] + column, weights[sign] * even);
    }
  }
  // The transpose.
  template <bool paired>
  CLEBSCH_INLINE void take(int sign, int64_t column, Vector<R>& even, Vector<R>& odd) const {
    if constexpr (paired) {
      const Vector<R> north = weights[0] * load(rings[0] + column), south = weights[1] * load(rings[1] + column);
      even = north + south;
      odd = cosines * (north - south);
    } else {
      even = weights[sign] * load(rings[sign] + column);
    }
  }
};

// f(i, its waves) for vector i < `vectors` of the slots of a block.
template <int vectors, class R, class F>
CLEBSCH_INLINE void for_slot_vectors(const LegendreArgs& args, const Waves<R>& waves, int64_t slot, F f) {
  R* const rings[2] = {waves.ring(slot, 0), waves.ring(slot, 1)};
  const double* cosines = args.slot_values + args.slots + slot;
  const bool single = waves.single(slot);
  unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
    constexpr int64_t first = i.value * kWidth<R>;
    const Vector<R> x = load_joined<R>(cosines + first);
    const Vector<R> north = load_joined<R>(cosines + args.slots + first), south = load_joined<R>(cosines + 2 * args.slots + first);
    f(i, SlotWaves<R>{{rings[0] + first, rings[1] + first}, x, {north, south}, single});
  });
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
