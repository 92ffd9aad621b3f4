#pragma once
// From a row-major index to the offsets of strided operands, on the device.
#include "cuda/launch.cuh"
#include "kernels/strided.h"

namespace clebsch::accelerator {

template <int count>
struct Offsets {
  int64_t of[count];
};

template <int count>
__device__ inline Offsets<count> locate(const IndexSpace<count>& space, int64_t index) {
  Offsets<count> offset{};
  uint64_t rest = static_cast<uint64_t>(index);
  for (int d = space.ndim - 1; d > 0; --d) {
    const uint64_t size = static_cast<uint64_t>(space.shape[d]), quotient = rest / size;
    const int64_t position = static_cast<int64_t>(rest - quotient * size);
    for (int k = 0; k < count; ++k) offset.of[k] += position * space.stride[k][d];
    rest = quotient;
  }
  for (int k = 0; k < count; ++k) offset.of[k] += static_cast<int64_t>(rest) * space.stride[k][0];
  return offset;
}

}  // namespace clebsch::accelerator
