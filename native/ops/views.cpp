#include "ops/ops.h"

namespace clebsch::ops {
namespace {

// Strides of `shape` over x's memory where the reshape needs no copy: every run of merged axes must be evenly spaced.
std::optional<Dims> reshaped_strides(const Tensor& x, const Dims& shape) {
  if (x.is_contiguous() || x.size() == 0) return contiguous_strides(shape);
  Dims old_shape, old_strides;
  for (int i = 0; i < x.ndim(); ++i)
    if (x.shape[i] != 1) {
      old_shape.push(x.shape[i]);
      old_strides.push(x.strides[i]);
    }
  Dims strides;
  strides.ndim = shape.ndim;
  int from = 0, to = 0;
  while (from < old_shape.ndim && to < shape.ndim) {
    int64_t left = old_shape[from], right = shape[to];
    int from_end = from + 1, to_end = to + 1;
    while (left != right) {
      if (left < right)
        left *= old_shape[from_end++];
      else
        right *= shape[to_end++];
    }
    for (int i = from; i + 1 < from_end; ++i)
      if (old_strides[i] != old_strides[i + 1] * old_shape[i + 1]) return std::nullopt;
    int64_t step = old_strides[from_end - 1];
    for (int i = to_end - 1; i >= to; --i) {
      strides[i] = step;
      step *= shape[i];
    }
    from = from_end;
    to = to_end;
  }
  for (; to < shape.ndim; ++to) strides[to] = 1;  // trailing axes of size 1
  return strides;
}

Tensor component(const char* op, const Tensor& x, int which) {
  require(is_complex(x.dtype), ErrorCode::dtype, op, "expected a complex tensor for x, got ", x.dtype);
  Tensor t = x;
  t.dtype = real_of(x.dtype);
  for (int i = 0; i < t.ndim(); ++i) t.strides[i] *= 2;
  t.offset = 2 * x.offset + which;
  return t;
}

}  // namespace

Tensor reshape(const Tensor& x, const Dims& shape) {
  check_shape("reshape", shape);
  require(shape.product() == x.size(), ErrorCode::shape, "reshape", "expected a shape of ", x.size(), " elements (x is ", x.shape,
          "), got ", shape);
  if (const auto strides = reshaped_strides(x, shape)) return view(x, shape, *strides, x.offset);
  return reshape(contiguous(x), shape);
}

Tensor transpose(const Tensor& x, const Dims& permutation) {
  require(permutation.ndim == x.ndim(), ErrorCode::shape, "transpose", "expected ", x.ndim(), " axes for perm, got ", permutation);
  Dims shape, strides;
  unsigned seen = 0;
  for (int i = 0; i < permutation.ndim; ++i) {
    const int64_t axis = permutation[i];
    const bool fresh = axis >= 0 && axis < x.ndim() && !(seen >> axis & 1u);
    require(fresh, ErrorCode::value, "transpose", "expected each axis of 0..", x.ndim() - 1, " once for perm, got ", permutation);
    seen |= 1u << axis;
    shape.push(x.shape[static_cast<int>(axis)]);
    strides.push(x.strides[static_cast<int>(axis)]);
  }
  return view(x, shape, strides, x.offset);
}

Tensor slice(const Tensor& x, const Dims& begin, const Dims& size) {
  require(begin.ndim == x.ndim() && size.ndim == x.ndim(), ErrorCode::shape, "slice", "expected ", x.ndim(),
          " entries for begin and size, got ", begin, " and ", size);
  int64_t offset = x.offset;
  for (int i = 0; i < x.ndim(); ++i) {
    const bool inside = begin[i] >= 0 && size[i] >= 0 && begin[i] + size[i] <= x.shape[i];
    require(inside, ErrorCode::value, "slice", "expected begin and size inside ", x.shape, ", got begin ", begin, " and size ", size);
    offset += begin[i] * x.strides[i];
  }
  return view(x, size, x.strides, offset);
}

Tensor flip(const Tensor& x, const Dims& axes) {
  Dims strides = x.strides;
  int64_t offset = x.offset;
  for (int i = 0; i < axes.ndim; ++i) {
    require(axes[i] >= 0 && axes[i] < x.ndim(), ErrorCode::value, "flip", "expected axes of 0..", x.ndim() - 1, ", got ", axes);
    const int axis = static_cast<int>(axes[i]);
    if (x.shape[axis] > 0) offset += (x.shape[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  return view(x, x.shape, strides, offset);
}

Tensor broadcast_to(const Tensor& x, const Dims& shape) {
  check_shape("broadcastTo", shape);
  require(shape.ndim >= x.ndim(), ErrorCode::shape, "broadcastTo", "expected at least ", x.ndim(), " axes for shape, got ", shape);
  Dims strides;
  strides.ndim = shape.ndim;
  const int lead = shape.ndim - x.ndim();
  for (int i = 0; i < x.ndim(); ++i) {
    const bool fits = x.shape[i] == shape[lead + i] || x.shape[i] == 1;
    require(fits, ErrorCode::shape, "broadcastTo", "expected a shape that ", x.shape, " broadcasts to, got ", shape);
    strides[lead + i] = x.shape[i] == shape[lead + i] ? x.strides[i] : 0;
  }
  return view(x, shape, strides, x.offset);
}

Tensor real(const Tensor& x) { return component("real", x, 0); }
Tensor imag(const Tensor& x) { return component("imag", x, 1); }

Tensor as_real(const Tensor& x) {
  require(x.ndim() < kMaxDims, ErrorCode::shape, "asReal", "expected fewer than ", kMaxDims, " axes for x, got ", x.shape);
  Tensor t = component("asReal", x, 0);
  t.shape.push(2);
  t.strides.push(1);
  return t;
}

Tensor as_complex(const Tensor& x) {
  require(is_real_float(x.dtype), ErrorCode::dtype, "asComplex", "expected float32 or float64 for x, got ", x.dtype);
  const int last = x.ndim() - 1;
  require(last >= 0 && x.shape[last] == 2, ErrorCode::shape, "asComplex", "expected a last axis of size 2 for x, got ", x.shape);
  bool fits = x.strides[last] == 1 && x.offset % 2 == 0;
  for (int i = 0; i < last; ++i) fits = fits && x.strides[i] % 2 == 0;
  const Tensor base = fits ? x : contiguous(x);
  Tensor t = base;
  t.dtype = complex_of(x.dtype);
  t.shape.ndim = t.strides.ndim = last;
  for (int i = 0; i < last; ++i) t.strides[i] = base.strides[i] / 2;
  t.offset = base.offset / 2;
  return t;
}

}  // namespace clebsch::ops
