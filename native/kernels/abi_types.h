#pragma once
// What the argument structs of all kernels share.
#include <cstdint>

namespace clebsch {

constexpr int kMaxDims = 8;

// Values are part of the ABI; 6 and 7 are reserved for bfloat16 and float16.
enum class Dtype : int32_t { float32 = 0, float64 = 1, complex64 = 2, complex128 = 3, int32 = 4, uint8 = 5 };

}  // namespace clebsch
