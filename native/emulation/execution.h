#pragma once
// The CUDA execution model on the host: with this header the .cu files compile as plain C++ (tests only).
// Launches run block after block, thread after thread, in a chosen order. A thread that waits (barrier, shuffle) is suspended on
// its fibre and another fibre goes on with the remaining threads, so that kernels without barriers never switch.
// Stricter than a GPU where a GPU would hide a fault: shared memory starts as NaN with red zones under AddressSanitizer,
// and threads that exit early or wait at different barriers are an error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <source_location>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;

namespace clebsch::emulation {

constexpr int kWarpSize = 32;

// Runs kernel(args) for every thread; returns nullptr, or what the launch or the kernel did wrong. One launch runs at a time.
const char* run(dim3 grid, dim3 block, void (*kernel)(const void* args), const void* args);
// "ascending", "descending" or "random:SEED": the order of blocks and of the threads of a block.
const char* set_order(const char* order);

void wait_block(const std::source_location& where);
// Waits for the lanes of `mask`, then copies the value of lane `source` to `result`.
void exchange(unsigned mask, unsigned source, const void* value, void* result, size_t bytes, const std::source_location& where);
// The block's array of that key, created by the first thread that asks.
void* shared_array(const void* key, size_t bytes);
unsigned lane();

// A source lane outside of [0, 32) leaves the value as it is.
template <typename T>
T shuffle(unsigned mask, T value, unsigned source, const std::source_location& where) {
  T result;
  exchange(mask, source < kWarpSize ? source : lane(), &value, &result, sizeof(T), where);
  return result;
}

}  // namespace clebsch::emulation

inline void __syncthreads(std::source_location where = std::source_location::current()) { clebsch::emulation::wait_block(where); }

inline void __syncwarp(unsigned mask = 0xffffffffu, std::source_location where = std::source_location::current()) {
  clebsch::emulation::exchange(mask, clebsch::emulation::lane(), nullptr, nullptr, 0, where);
}

template <typename T>
T __shfl_sync(unsigned mask, T value, int source, std::source_location where = std::source_location::current()) {
  return clebsch::emulation::shuffle(mask, value, static_cast<unsigned>(source) % clebsch::emulation::kWarpSize, where);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, std::source_location where = std::source_location::current()) {
  return clebsch::emulation::shuffle(mask, value, clebsch::emulation::lane() + delta, where);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, std::source_location where = std::source_location::current()) {
  return clebsch::emulation::shuffle(mask, value, clebsch::emulation::lane() - delta, where);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int bits, std::source_location where = std::source_location::current()) {
  return clebsch::emulation::shuffle(mask, value, clebsch::emulation::lane() ^ static_cast<unsigned>(bits), where);
}
