#pragma once
// A stage of a fast Fourier transform: its radix and tables.
#include "kernels/fft_butterfly.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class T>
class StageList;

template <class T>
struct Stage {
  int64_t r, s;
  const T* needs;             // of the radix, see FftPlan
  const T* factors;           // [s-1][r-1][2]
  const int32_t* places;      // [2][r-1] and
  const StageList<T>* inner;  // transform of h points, for convolutions
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
