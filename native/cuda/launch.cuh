#pragma once
// One way to launch a kernel, to declare shared memory and to take scratch memory, for nvcc and for the emulation.
#include "cuda/kernels.h"

#ifdef CLEBSCH_EMULATION
#include "emulation/execution.h"
// `T name[count]` in shared memory, aligned to 16 bytes; T is trivial.
#define SHARED_ARRAY(T, name, count)    \
  static constexpr char name##_key = 0; \
  T* const name = static_cast<T*>(clebsch::emulation::shared_array(&name##_key, sizeof(T) * (count)))
#else
#include <cuda_runtime.h>
#define SHARED_ARRAY(T, name, count) __shared__ alignas(16) T name[count]
#endif

namespace clebsch::accelerator {

constexpr int kThreads = 256;  // of a block
constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xffffffffu;

#ifdef CLEBSCH_EMULATION

constexpr int64_t kMaxBlocks = 3;  // so few that small tests reach the strides of every loop

template <class Args>
const char* launch_kernel(void (*kernel)(Args), dim3 grid, dim3 block, void*, const Args& args) {
  struct Call {
    void (*kernel)(Args);
    const Args& args;
  };
  const Call call{kernel, args};
  const auto run_thread = [](const void* data) {
    const auto& call = *static_cast<const Call*>(data);
    call.kernel(call.args);
  };
  return emulation::run(grid, block, run_thread, &call);
}

#else

constexpr int64_t kMaxBlocks = 65535;  // the limit of the grid's y and z

struct Stream {
  int device;
  cudaStream_t handle;
};

// The text of an error, which is then no longer the runtime's "last error" (save sticky ones); nullptr for success.
inline const char* error_text(cudaError_t error) {
  if (error == cudaSuccess) return nullptr;
  cudaGetLastError();
  return cudaGetErrorString(error);
}

// f(cudaStream_t) with the stream's device current, which is a matter of the calling thread; returns the error's text.
template <class F>
const char* on_stream(void* stream, F f) {
  const auto& target = *static_cast<const Stream*>(stream);
  if (const char* error = error_text(cudaSetDevice(target.device))) return error;
  return error_text(f(target.handle));
}

template <class Args>
const char* launch_kernel(void (*kernel)(Args), dim3 grid, dim3 block, void* stream, const Args& args) {
  return on_stream(stream, [&](cudaStream_t handle) {
    kernel<<<grid, block, 0, handle>>>(args);
    return cudaGetLastError();
  });
}

#endif

// Every kernel takes one plain struct by value. An empty grid is no work.
template <class Args>
const char* launch(void (*kernel)(Args), dim3 grid, dim3 block, void* stream, const Args& args) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return nullptr;
  return launch_kernel(kernel, grid, block, stream, args);
}

constexpr int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The kernel strides over what kMaxBlocks leave.
inline unsigned block_count(int64_t count, int64_t per_block) {
  const int64_t blocks = divide_up(count, per_block);
  return static_cast<unsigned>(blocks < kMaxBlocks ? blocks : kMaxBlocks);
}

// One thread per item, in a loop `for (int64_t i = first_item(); i < count; i += item_step())`.
template <class Args>
const char* launch_items(void (*kernel)(Args), int64_t count, void* stream, const Args& args) {
  return launch(kernel, block_count(count, kThreads), kThreads, stream, args);
}
__device__ inline int64_t first_item() { return int64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ inline int64_t item_step() { return int64_t{gridDim.x} * blockDim.x; }

// Scratch memory of one launcher, given back in stream order.
class Workspace {
 public:
  explicit Workspace(void* stream) : stream_(stream) {}
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() { release(stream_, memory_); }

  const char* reserve(size_t bytes) { return allocate(stream_, bytes, &memory_); }
  void* memory() const { return memory_; }

 private:
  void* stream_;
  void* memory_ = nullptr;
};

}  // namespace clebsch::accelerator
