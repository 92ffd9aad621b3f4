// Kernels with planted faults: the tests prove with them that the emulation finds such faults.
#include <cmath>
#include <cstring>

#include "cuda/launch.cuh"

namespace clebsch::accelerator {
namespace {

constexpr int kCount = 96;  // three warps

struct Fault {
  double* out;  // [kCount]
};

// Writes one element past the end.
__global__ void out_of_bounds_kernel(const __grid_constant__ Fault args) {
  for (int64_t i = first_item(); i <= kCount; i += item_step()) args.out[i] = static_cast<double>(i);
}

// Every thread reads what its neighbour wrote.
template <bool has_barrier>
__global__ void neighbour_kernel(const __grid_constant__ Fault args) {
  SHARED_ARRAY(double, shared, kCount);
  shared[threadIdx.x] = threadIdx.x + 1;
  if constexpr (has_barrier) __syncthreads();
  args.out[threadIdx.x] = shared[(threadIdx.x + 1) % kCount];
}

// Weighted sum of the output, leaving out NaN.
double run(void (*kernel)(Fault)) {
  Workspace memory(nullptr);
  if (memory.reserve(kCount * sizeof(double))) return NAN;
  const Fault args{static_cast<double*>(memory.memory())};
  if (launch(kernel, 1, kCount, nullptr, args)) return NAN;
  double sum = 0;
  for (int i = 0; i < kCount; ++i) {
    if (!std::isnan(args.out[i])) sum += (i + 1) * args.out[i];
  }
  return sum;
}

}  // namespace
}  // namespace clebsch::accelerator

// `name`: out_of_bounds (AddressSanitizer aborts), missing_barrier (the result depends on the thread order) or with_barrier (it does not).
extern "C" __attribute__((visibility("default"))) double clebsch_emulation_fault(const char* name) {
  using namespace clebsch::accelerator;
  if (!std::strcmp(name, "out_of_bounds")) return run(out_of_bounds_kernel);
  if (!std::strcmp(name, "missing_barrier")) return run(neighbour_kernel<false>);
  if (!std::strcmp(name, "with_barrier")) return run(neighbour_kernel<true>);
  return NAN;
}
