#pragma once
#include <span>

#include "addon/bind.h"

namespace clebsch::addon {
// Host mathematics on plain numbers (Float64Array out) and the cached tables (tensors out); `native.math`.
std::span<const Row> math_face();
}  // namespace clebsch::addon
