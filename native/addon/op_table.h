#pragma once
#include <span>

#include "addon/bind.h"

namespace clebsch::addon {
// One row per operation; `native.ops` in lib/native.ts.
std::span<const Row> op_table();
}  // namespace clebsch::addon
