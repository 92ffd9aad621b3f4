#pragma once
// CPU: where the waves of an order are, in blocks of kSlotPad slots: those of the rings of a slot, theirs in both halves of the sphere.
#include "kernels/legendre_columns.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Column j = (order +m or -m, map, re or im), as in the rows of the order, on ring `half` of a slot. For spin other than 0 the columns of +m
// are on the first rings alone, those of -m on the second.
template <class R>
struct Waves {
  R* base;
  int64_t first;  // slot
  int64_t block, half;
  int64_t column[kMostColumns];

  R* at(int64_t slot, int half_of_slot, int64_t j) const {
    const auto i = static_cast<uint64_t>(slot - first);
    return base + static_cast<int64_t>(i / kSlotPad) * block + half_of_slot * half + column[j] + i % kSlotPad;
  }
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
  explicit SlotWeights(const LegendreArgs& args, int64_t slot = 0) : x(args.slot_values + args.slots + slot) {
    for (int half = 0; half < 2; ++half) w[half] = x + (1 + half) * args.slots;
  }
};

// The sums of a few slots, sums(j), to the waves: for spin 0 those of even degrees, then those of odd ones over x. V: Vector<double> or a number.
template <class V, class Sums, class Put>
CLEBSCH_INLINE void put_waves(const LegendreArgs& args, int64_t width, int64_t per_sign, V x, const V (&w)[2], Sums sums, Put put) {
  for (int64_t j = 0; j < width; ++j) {
    if (args.spin == 0) {
      const V even = sums(j), product = x * sums(width + j);
      put(0, j, w[0] * (even + product));
      put(1, j, w[1] * (even - product));
    } else {
      const int half = j >= per_sign;
      put(half, j, w[half] * sums(j));
    }
  }
}

// The transpose: waves(half, j) to values(j), put(j, value).
template <class V, class Take, class Put>
CLEBSCH_INLINE void take_waves(const LegendreArgs& args, int64_t width, int64_t per_sign, V x, const V (&w)[2], Take waves, Put put) {
  for (int64_t j = 0; j < width; ++j) {
    if (args.spin == 0) {
      const V north = w[0] * waves(0, j), south = w[1] * waves(1, j);
      put(j, north + south);
      put(width + j, x * (north - south));
    } else {
      const int half = j >= per_sign;
      put(j, w[half] * waves(half, j));
    }
  }
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
