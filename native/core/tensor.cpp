#include "core/tensor.h"

#include <cstring>
#include <vector>

namespace clebsch {

bool Tensor::is_contiguous() const {
  int64_t step = 1;
  for (int i = shape.ndim - 1; i >= 0; --i) {
    if (shape[i] != 1 && strides[i] != step) return false;
    step *= shape[i];
  }
  return true;
}

void check_shape(const char* op, const Dims& shape) {
  int64_t nonzero = 1;  // a zero among the sizes must not hide an overflow of the strides
  for (int i = 0; i < shape.ndim; ++i) {
    require(shape[i] >= 0, ErrorCode::shape, op, "expected sizes >= 0 for shape, got ", shape);
    const bool fits = !__builtin_mul_overflow(nonzero, shape[i] ? shape[i] : 1, &nonzero) && nonzero <= int64_t{1} << 46;
    require(fits, ErrorCode::memory, op, "expected at most 2^46 elements, got the shape ", shape);
  }
}

Tensor empty(const Dims& shape, Dtype dtype, Backend& backend) {
  check_shape("tensor", shape);
  Tensor t;
  t.dtype = dtype;
  t.shape = shape;
  t.strides = contiguous_strides(shape);
  t.storage = std::make_shared<Storage>(backend, t.bytes());
  return t;
}

Tensor view(const Tensor& x, const Dims& shape, const Dims& strides, int64_t offset) {
  Tensor t = x;
  t.shape = shape;
  t.strides = strides;
  t.offset = offset;
  return t;
}

Tensor from_host(const void* data, const Dims& shape, Dtype dtype, Backend& backend) {
  Tensor t = empty(shape, dtype, backend);
  if (backend.code() == kCpu) {  // nothing else can see the new block yet
    if (t.bytes()) std::memcpy(t.data(), data, t.bytes());
    return t;
  }
  const char* bytes = static_cast<const char*>(data);
  auto staged = std::make_shared<std::vector<char>>(bytes, bytes + t.bytes());
  backend.stream().enqueue("upload", t.size(), [t, staged] { return t.backend().upload(t.data(), staged->data(), staged->size()); });
  return t;
}

void queue_read(const Tensor& x, void* to, std::shared_ptr<void> keep) {
  x.backend().stream().enqueue("data", Stream::kInlineCost + 1, [x, to, keep] { return x.backend().download(to, x.data(), x.bytes()); });
}

}  // namespace clebsch
