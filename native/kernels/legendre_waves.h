#pragma once
// CPU: where the waves of an order are, and between them and sums at slots.
#include "kernels/legendre_columns.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Column j = (order +m or -m, map, re or im), as in the rows of the order, on ring `half` of a slot. For spin other than 0 the columns of
// +m are on the first rings alone, those of -m on the second.
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
  // Whether both rings of a slot, of which it has one, are at the same place.
  bool single(int64_t slot) const { return blocks != nullptr && !block_of(slot).paired; }

 private:
  const BlockRuns& block_of(int64_t slot) const { return blocks[static_cast<uint64_t>(slot) / kSlotPad]; }
};

// Vectors of float64 as numbers of the tensors.
template <class R>
inline void store_numbers(R* to, Vector<double> v) {
  typedef R Numbers __attribute__((vector_size(kWidth<double> * sizeof(R))));
  const Numbers numbers = __builtin_convertvector(v, Numbers);
  memcpy(to, &numbers, sizeof numbers);
}
template <class R>
inline Vector<double> load_numbers(const R* from) {
  typedef R Numbers __attribute__((vector_size(kWidth<double> * sizeof(R))));
  Numbers numbers;
  memcpy(&numbers, from, sizeof numbers);
  return __builtin_convertvector(numbers, Vector<double>);
}

// Weights of the rings of slots, and their cosines.
struct SlotWeights {
  const double *x, *w[2];
  SlotWeights(const LegendreArgs& args, int64_t slot) : x(args.slot_values + args.slots + slot) {
    for (int half = 0; half < 2; ++half) w[half] = x + (1 + half) * args.slots;
  }
};

// Sums at `vectors` vectors of slots of a block to their waves: sums(j, i) of vector i and, spin 0, those of odd degrees over x behind
// those of even ones.
template <int vectors, class R, class Sums>
CLEBSCH_INLINE void put_waves(const LegendreArgs& args, const OrderColumns& c, const Waves<R>& waves, int64_t slot, Sums sums) {
  R* const rings[2] = {waves.ring(slot, 0), waves.ring(slot, 1)};
  const bool single = waves.single(slot);
  const int64_t per_sign = c.width / c.signs;
  unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
    constexpr int64_t first = i.value * kWidth<double>;
    const SlotWeights at(args, slot + first);
    const Vector<double> x = load(at.x), w[2] = {load(at.w[0]), load(at.w[1])};
    for (int64_t j = 0; j < c.width; ++j) {
      const int64_t column = waves.column[j] + first;
      if (args.spin != 0) {
        store_numbers(rings[j >= per_sign] + column, w[j >= per_sign] * sums(j, i.value));
        continue;
      }
      const Vector<double> even = sums(j, i.value), odd = x * sums(c.width + j, i.value);
      const Vector<double> north = w[0] * (even + odd), south = w[1] * (even - odd);
      store_numbers(rings[0] + column, single ? north + south : north);
      if (!single) store_numbers(rings[1] + column, south);
    }
  });
}

// The transpose: put(j, i, value) of each sum.
template <int vectors, class R, class Put>
CLEBSCH_INLINE void take_waves(const LegendreArgs& args, const OrderColumns& c, const Waves<R>& waves, int64_t slot, Put put) {
  const R* const rings[2] = {waves.ring(slot, 0), waves.ring(slot, 1)};
  const int64_t per_sign = c.width / c.signs;
  unrolled<vectors>([&](auto i) CLEBSCH_ALWAYS {
    constexpr int64_t first = i.value * kWidth<double>;
    const SlotWeights at(args, slot + first);
    const Vector<double> x = load(at.x), w[2] = {load(at.w[0]), load(at.w[1])};
    for (int64_t j = 0; j < c.width; ++j) {
      const int64_t column = waves.column[j] + first;
      if (args.spin != 0) {
        put(j, i.value, w[j >= per_sign] * load_numbers(rings[j >= per_sign] + column));
        continue;
      }
      const Vector<double> north = w[0] * load_numbers(rings[0] + column), south = w[1] * load_numbers(rings[1] + column);
      put(j, i.value, north + south);
      put(c.width + j, i.value, x * (north - south));
    }
  });
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
