#pragma once
// CPU: the stages of a fast Fourier transform with their tables at hand. What runs them is compiled once for all kernels.
#include "kernels/transform_args.h"

namespace clebsch::CLEBSCH_ISA {

constexpr int64_t kNestedRows = 16 * (kNestedRadix - 1) / 6;  // of scratch memory

template <class T>
struct StageList;

template <class T>
struct Stage {
  int64_t r, s;
  const T* needs;             // of the radix, see FftPlan
  const T* factors;           // [s-1][r-1][2]
  const int32_t* places;      // of convolutions, and
  const StageList<T>* inner;  // their transform of (r - 1) / 2 points; else nullptr
};

template <class T>
struct StageList {
  Stage<T> stages[kMaxStages];
  int count = 0;
  int64_t size = 1, scratch_rows = 0;
};

// In place on a tile: row after row of one vector, every lane another transform. Stage i makes one transform of r s points of every r
// neighbouring ones of s points; analysis runs them from the first stage on, synthesis, its transpose, from the last: sums over points
// (e^-) find the points at permuted places and leave their results in natural order, sums over orders (e^+) the other way round.
//   complex: row 2 k has real, row 2 k + 1 imaginary parts.
//   real, odd size: row 0 has X_0, row k the real and row n - k the imaginary part of X_k, 0 < k < n / 2; points have a row each.
// tiles: so many, neighbours. scratch: scratch_rows rows.
void run_stages(const StageList<float>& list, bool real, bool synthesis, float* tile, float* scratch, int64_t tiles = 1);
void run_stages(const StageList<double>& list, bool real, bool synthesis, double* tile, double* scratch, int64_t tiles = 1);

}  // namespace clebsch::CLEBSCH_ISA
