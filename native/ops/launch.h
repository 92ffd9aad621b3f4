#pragma once
// From a checked call to a kernel.
#include <chrono>

#include "core/tensor.h"
#include "ops/effort.h"

namespace clebsch {

template <class Args>
using KernelRow = const char* (*KernelTable::*)(const Args&, void*);

// Runs a launcher and tells the profile how long it took; a device is waited for, since its launchers return at once.
template <class Args, class Make>
const char* run_measured(const char* op, const char* (*kernel)(const Args&, void*), Backend& backend, Make& make) {
  const auto start = std::chrono::steady_clock::now();
  const Args args = make();
  const char* error = kernel(args, backend.native_stream());
  if (!error) error = backend.wait_device();
  profile::add(op, effort_of(args), std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  return error;
}

// Queues a launcher. `make` returns its arguments and holds the operands by value, which keeps them alive; it runs on the stream, where
// storage gets its memory.
template <class Args, class Make>
void launch(const char* op, KernelRow<Args> row, int64_t cost, Backend& backend, Make make) {
  backend.stream().enqueue(op, cost, [op, &backend, kernel = backend.kernels().*row, make = std::move(make)]() mutable -> const char* {
    if (profile::active()) return run_measured(op, kernel, backend, make);
    const Args args = make();
    return kernel(args, backend.native_stream());
  });
}

inline void copy_dims(int64_t (&to)[kMaxDims], const Dims& from) {
  for (int i = 0; i < kMaxDims; ++i) to[i] = i < from.ndim ? from[i] : 0;
}

template <class... Tensors>
void require_same_device(const char* op, const Tensor& first, const Tensors&... rest) {
  (require(&rest.backend() == &first.backend(), ErrorCode::device, op, "expected all tensors on ", first.backend().name(), ", got one on ",
           rest.backend().name()),
   ...);
}

}  // namespace clebsch
