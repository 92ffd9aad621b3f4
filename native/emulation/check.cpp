// What the emulation promises, shown by kernels that keep or break the rules of CUDA (tests only).
//   clebsch_emulation_check        prints the names of the kernels, a line of JSON
//   clebsch_emulation_check NAME   launches one of them under three orders of the threads and prints, on a line of JSON,
//                                  {ORDER: {"error": text or null, "out": [numbers, null for NaN]}}
#include <cmath>
#include <cstdio>
#include <cstring>

#include "cuda/launch.cuh"

namespace clebsch::accelerator {
namespace {

constexpr int kCount = 96;  // three warps
constexpr const char* kOrders[] = {"ascending", "descending", "random:1"};

struct Output {
  double* out;  // [kCount]
};

__global__ void idle(Output) {}

// Every thread reads what its neighbour wrote, the last one of a warp what another warp did.
template <bool has_barrier>
__global__ void read_neighbour(Output args) {
  SHARED_ARRAY(double, shared, kCount);
  shared[threadIdx.x] = threadIdx.x;
  if constexpr (has_barrier) __syncthreads();
  args.out[threadIdx.x] = shared[(threadIdx.x + 1) % kCount];
}

__global__ void race_of_blocks(Output args) { args.out[threadIdx.x] = blockIdx.x; }

// The decimal digits of the output tell the four results apart.
__global__ void shuffle(Output args) {
  const double thread = threadIdx.x;
  args.out[threadIdx.x] = __shfl_down_sync(kAllLanes, thread, 2) + 1e2 * __shfl_up_sync(kAllLanes, thread, 3) +
                          1e4 * __shfl_xor_sync(kAllLanes, thread, 1) + 1e6 * __shfl_sync(kAllLanes, thread, 7);
}

__global__ void shuffle_half_warps(Output args) {
  const int thread = threadIdx.x;
  if (thread % kWarp < kWarp / 2)
    args.out[thread] = __shfl_sync(0x0000ffffu, thread, 3);
  else
    args.out[thread] = __shfl_sync(0xffff0000u, thread, 20);
}

// The other warps wait at the barrier while the first one still exchanges.
__global__ void shuffle_before_barrier(Output args) {
  const int thread = threadIdx.x;
  if (thread < kWarp) args.out[thread] = __shfl_sync(kAllLanes, thread, 3);
  __syncthreads();
  if (thread >= kWarp) args.out[thread] = args.out[thread % kWarp];
}

__global__ void exit_before_barrier(Output) {
  if (threadIdx.x != 5) __syncthreads();
}

__global__ void uneven_barrier(Output) {
  if (threadIdx.x % 2 == 0)
    __syncthreads();
  else
    __syncthreads();
}

template <unsigned mask, int source>
__global__ void shuffle_lower_half(Output args) {
  if (threadIdx.x % kWarp < kWarp / 2) args.out[threadIdx.x] = __shfl_sync(mask, threadIdx.x, source);
}

__global__ void too_much_shared_memory(Output args) {
  SHARED_ARRAY(double, shared, 48 * 1024 / sizeof(double) + 1);
  args.out[threadIdx.x] = shared[threadIdx.x];
}

#ifdef __SANITIZE_ADDRESS__  // it aborts; without it the heap would be damaged
__global__ void overrun_device_memory(Output args) { args.out[threadIdx.x + 1] = 0; }

__global__ void overrun_shared_memory(Output) {
  SHARED_ARRAY(double, shared, kCount);
  shared[threadIdx.x + 1] = 0;
}
#endif

struct Check {
  const char* name;
  void (*kernel)(Output);
  dim3 grid = 3, block = kCount;
};

constexpr Check kChecks[] = {
    {"with_barrier", read_neighbour<true>},
    {"missing_barrier", read_neighbour<false>},
    {"race_of_blocks", race_of_blocks},
    {"shuffle", shuffle},
    {"shuffle_half_warps", shuffle_half_warps},
    {"shuffle_before_barrier", shuffle_before_barrier},
    {"exit_before_barrier", exit_before_barrier},
    {"uneven_barrier", uneven_barrier},
    {"shuffle_without_a_lane_of_the_mask", shuffle_lower_half<kAllLanes, 3>},
    {"shuffle_outside_the_mask", shuffle_lower_half<0x000000ffu, 3>},
    {"shuffle_from_an_absent_lane", shuffle_lower_half<0x0000ffffu, 20>},
    {"too_much_shared_memory", too_much_shared_memory},
    {"too_many_threads", idle, 1, 1025},
    {"too_many_blocks", idle, {1, 65536}, 1},
#ifdef __SANITIZE_ADDRESS__
    {"overrun_device_memory", overrun_device_memory},
    {"overrun_shared_memory", overrun_shared_memory},
#endif
};

int print_names() {
  const char* separator = "[";
  for (const Check& check : kChecks) std::printf("%s\"%s\"", separator, check.name), separator = ", ";
  std::puts("]");
  return 0;
}

void print_outcome(const char* error, const double* out) {
  std::printf(error ? "{\"error\": \"%s\", \"out\": [" : "{\"error\": null, \"out\": [", error);
  for (int i = 0; i < kCount; ++i) {
    if (i > 0) std::printf(", ");
    std::printf(std::isnan(out[i]) ? "null" : "%.17g", out[i]);
  }
  std::printf("]}");
}

int run(const Check& check) {
  const char* separator = "{";
  for (const char* order : kOrders) {
    emulation::set_order(order);
    Workspace memory(nullptr);
    if (memory.reserve(kCount * sizeof(double))) return 1;
    const Output args{static_cast<double*>(memory.memory())};
    const char* error = launch(check.kernel, check.grid, check.block, nullptr, args);
    std::printf("%s\"%s\": ", separator, order), separator = ", ";
    print_outcome(error, args.out);
  }
  std::puts("}");
  return 0;
}

int run(const char* name) {
  for (const Check& check : kChecks) {
    if (!std::strcmp(check.name, name)) return run(check);
  }
  std::fprintf(stderr, "clebsch_emulation_check: there is no kernel %s\n", name);
  return 2;
}

}  // namespace
}  // namespace clebsch::accelerator

int main(int argc, char** argv) {
  using namespace clebsch::accelerator;
  return argc < 2 ? print_names() : run(argv[1]);
}
