#pragma once
// From a checked call to a kernel.
#include "core/tensor.h"

namespace clebsch {

template <class Args>
using KernelRow = const char* (*KernelTable::*)(const Args&, void*);

// Queues a launcher. `make` returns its arguments and holds the operands by value, which keeps them alive; it runs on the stream, where
// storage gets its memory.
template <class Args, class Make>
void launch(const char* op, KernelRow<Args> row, int64_t cost, Backend& backend, Make make) {
  backend.stream().enqueue(op, cost, [kernel = backend.kernels().*row, native = backend.native_stream(), make = std::move(make)]() mutable {
    const Args args = make();
    return kernel(args, native);
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
