#pragma once
// The launchers of the .cu files and what they ask of their backend (cuda/backend.cu or emulation/backend.cpp).
#include "kernels/abi.h"

namespace clebsch::accelerator {

#define CLEBSCH_ROW(name, Args) const char* name(const Args& args, void* stream);
CLEBSCH_KERNELS(CLEBSCH_ROW)
#undef CLEBSCH_ROW

#define CLEBSCH_ROW(name, Args) name,
constexpr KernelTable kKernels = {CLEBSCH_KERNELS(CLEBSCH_ROW)};
#undef CLEBSCH_ROW

// Stream-ordered memory; releasing nullptr is no work.
const char* allocate(void* stream, size_t bytes, void** out);
const char* release(void* stream, void* memory);

}  // namespace clebsch::accelerator
