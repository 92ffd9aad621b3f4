#pragma once
// CPU: a plan of a fast Fourier transform, ready to run on tiles.
#include "kernels/fft_stages.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// The next stage; `table` moves behind the factors. What the radix needs has been passed already.
template <class T>
void push_stage(StageList<T>& list, int64_t r, const T* needs, const T*& table, const int32_t* places = nullptr,
                const StageList<T>* inner = nullptr) {
  list.stages[list.count++] = {r, list.size, needs, table, places, inner};
  table += 2 * (list.size - 1) * (r - 1);
  list.size *= r;
  const int64_t rows = inner ? 2 * (r - 1) + inner->scratch_rows : r == kNestedRadix ? kNestedRows : needs_matrix(r) ? 2 * (r - 1) : 0;
  if (rows > list.scratch_rows) list.scratch_rows = rows;
}
template <class T>
void push_plain_stage(StageList<T>& list, int64_t r, const T*& table) {
  const T* needs = table;
  if (needs_matrix(r)) table += matrix_size(r);
  push_stage(list, r, needs, table);
}

// `places` is what those of the plan count from.
template <class T>
class Fft {
 public:
  Fft(const FftPlan& plan, const T* tables, const int32_t* places) {
    const T* table = tables + plan.table;
    const int32_t* place = places + plan.places;
    const int32_t* inner_radix = plan.radix + plan.stages;
    for (int i = 0, used = 0; i < plan.stages; ++i) {
      if (plan.radix[i] > 0) {
        push_plain_stage(stages_, plan.radix[i], table);
        continue;
      }
      const int64_t r = -plan.radix[i];
      const T* needs = table;
      table += convolution_size(r);
      StageList<T>& inner = inner_[used++];
      while (2 * inner.size + 1 < r) push_plain_stage(inner, *inner_radix++, table);
      push_stage(stages_, r, needs, table, place, &inner);
      place += 2 * (r - 1);
    }
  }
  Fft(const Fft&) = delete;

  // Rows of scratch memory that a transform needs.
  int64_t scratch_rows() const { return stages_.scratch_rows; }

  // real: of real numbers, of odd size.
  template <bool real, bool synthesis>
  void run(T* tile, T* scratch, int64_t tiles = 1) const {
    run_stages(stages_, real, synthesis, tile, scratch, tiles);
  }

 private:
  static constexpr int kMaxConvolutions = 4;  // no more primes of that size go into 2^24
  StageList<T> stages_, inner_[kMaxConvolutions];
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
