#pragma once
// Sizes, names and relations of the element types (the enum itself is part of the kernel ABI).
#include <cstddef>
#include <ostream>

#include "kernels/abi.h"

namespace clebsch {

constexpr int kDtypeCount = 6;

constexpr size_t dtype_size(Dtype d) {
  constexpr size_t sizes[kDtypeCount] = {4, 8, 8, 16, 4, 1};
  return sizes[static_cast<int>(d)];
}
constexpr const char* dtype_name(Dtype d) {
  constexpr const char* names[kDtypeCount] = {"float32", "float64", "complex64", "complex128", "int32", "uint8"};
  return names[static_cast<int>(d)];
}
constexpr bool is_complex(Dtype d) { return d == Dtype::complex64 || d == Dtype::complex128; }
constexpr bool is_real_float(Dtype d) { return d == Dtype::float32 || d == Dtype::float64; }
constexpr bool is_floating(Dtype d) { return is_real_float(d) || is_complex(d); }
constexpr Dtype real_of(Dtype d) { return d == Dtype::complex64 ? Dtype::float32 : d == Dtype::complex128 ? Dtype::float64 : d; }
constexpr Dtype complex_of(Dtype d) { return d == Dtype::float32 ? Dtype::complex64 : d == Dtype::float64 ? Dtype::complex128 : d; }
inline std::ostream& operator<<(std::ostream& out, Dtype d) { return out << dtype_name(d); }

}  // namespace clebsch
