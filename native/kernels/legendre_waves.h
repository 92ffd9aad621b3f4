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

// f(i, cosines, weights of the two rings, where columns are on them) for vector i < `vectors` of the slots of a block.
template <int vectors, class R, class F>
CLEBSCH_INLINE void for_slot_vectors(const LegendreArgs& args, const Waves<R>& waves, int64_t slot, F f) {
  R* const rings[2] = {waves.ring(slot, 0), waves.ring(slot, 1)};
  const double* cosines = args.slot_values + args.slots + slot;
  unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
    constexpr int64_t first = i.value * kWidth<R>;
    const Vector<R> weights[2] = {load_joined<R>(cosines + args.slots + first), load_joined<R>(cosines + 2 * args.slots + first)};
    R* const at[2] = {rings[0] + first, rings[1] + first};
    f(i.value, load_joined<R>(cosines + first), weights, at);
  });
}

// Sums at some vectors of slots of a block to their waves: sums(j, i) of vector i and, spin 0, those of odd degrees over x behind those of
// even ones.
template <int vectors, class R, class Sums>
CLEBSCH_INLINE void put_waves(const LegendreArgs& args, const OrderColumns& c, const Waves<R>& waves, int64_t slot, Sums sums) {
  const bool single = waves.single(slot);
  const int64_t per_sign = c.width / c.signs;
  for_slot_vectors<vectors>(args, waves, slot, [&](int i, Vector<R> x, const Vector<R>* w, R* const* rings) CLEBSCH_ALWAYS {
    for (int64_t j = 0; j < c.width; ++j) {
      if (args.spin != 0) {
        store<R>(rings[j >= per_sign] + waves.column[j], w[j >= per_sign] * sums(j, i));
        continue;
      }
      const Vector<R> even = sums(j, i), odd = x * sums(c.filled + j, i), north = w[0] * (even + odd), south = w[1] * (even - odd);
      store<R>(rings[0] + waves.column[j], single ? north + south : north);
      if (!single) store<R>(rings[1] + waves.column[j], south);
    }
  });
}

// The transpose: put(j, i, value) of each sum.
template <int vectors, class R, class Put>
CLEBSCH_INLINE void take_waves(const LegendreArgs& args, const OrderColumns& c, const Waves<R>& waves, int64_t slot, Put put) {
  const int64_t per_sign = c.width / c.signs;
  for_slot_vectors<vectors>(args, waves, slot, [&](int i, Vector<R> x, const Vector<R>* w, R* const* rings) CLEBSCH_ALWAYS {
    for (int64_t j = 0; j < c.width; ++j) {
      if (args.spin != 0) {
        put(j, i, w[j >= per_sign] * load(rings[j >= per_sign] + waves.column[j]));
        continue;
      }
      const Vector<R> north = w[0] * load(rings[0] + waves.column[j]), south = w[1] * load(rings[1] + waves.column[j]);
      put(j, i, north + south);
      put(c.filled + j, i, x * (north - south));
    }
  });
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
