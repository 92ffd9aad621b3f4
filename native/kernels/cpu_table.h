#pragma once
// The CPU backend: one table of kernels per instruction set, compiled from the same sources.
#include "kernels/abi.h"

namespace clebsch {

const KernelTable& cpu_kernels_base();
const KernelTable& cpu_kernels_avx2();
const KernelTable& cpu_kernels_avx512();

}  // namespace clebsch
