#pragma once
// The one way from a checked call to a kernel: queue the launcher of the outputs' backend, keeping the operands' storage alive until it has run.
#include <array>

#include "core/tensor.h"

namespace clebsch {

template <class Args>
using KernelRow = const char* (*KernelTable::*)(const Args&, void*);

template <class Args, class... Tensors>
void launch(const char* op, KernelRow<Args> row, const Args& args, int64_t cost, const Tensor& out, const Tensors&... operands) {
  Backend& backend = out.backend();
  const auto kernel = backend.kernels().*row;
  void* native = backend.native_stream();
  std::array<StoragePtr, 1 + sizeof...(Tensors)> keep{out.storage, operands.storage...};
  backend.stream().enqueue(op, cost, [kernel, args, native, keep = std::move(keep)] { return kernel(args, native); });
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
