#include "kernels/op_types.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

// Whether the operation is defined for the dtype.
template <class Op>
bool is_defined(Op op, Dtype dtype) {
  return is_real_float(dtype) || (is_complex(dtype) ? is_complex_op(op) : is_integer_op(op));
}

Dims broadcast_shapes(const char* op, const Dims& a, const Dims& b) {
  Dims shape;
  shape.ndim = std::max(a.ndim, b.ndim);
  for (int i = 1; i <= shape.ndim; ++i) {
    const int64_t x = i <= a.ndim ? a[a.ndim - i] : 1, y = i <= b.ndim ? b[b.ndim - i] : 1;
    require(x == y || x == 1 || y == 1, ErrorCode::shape, op, "expected shapes that broadcast together, got ", a, " and ", b);
    shape[shape.ndim - i] = x == 1 ? y : x;
  }
  return shape;
}

}  // namespace

Tensor unary(UnaryOp op, const char* name, const Tensor& x) {
  if (op == UnaryOp::conj && !is_complex(x.dtype)) return x;
  require(is_defined(op, x.dtype), ErrorCode::dtype, name, "expected a dtype that ", name, " is defined for, got ", x.dtype);
  const Dtype result = op == UnaryOp::logical_not ? Dtype::uint8 : op == UnaryOp::abs ? real_of(x.dtype) : x.dtype;
  Tensor out = empty(x.shape, result, x.backend());
  launch(name, &KernelTable::unary, 4 * x.size(), out.backend(), [op, x, out] {
    UnaryArgs args{op, x.dtype, x.ndim(), {}, x.data(), {}, out.data()};
    copy_dims(args.shape, x.shape);
    copy_dims(args.x_stride, x.strides);
    return args;
  });
  return out;
}

Tensor binary(BinaryOp op, const char* name, const Tensor& a, const Tensor& b) {
  require_same_device(name, a, b);
  require(a.dtype == b.dtype, ErrorCode::dtype, name, "expected equal dtypes, got ", a.dtype, " and ", b.dtype);
  require(is_defined(op, a.dtype), ErrorCode::dtype, name, "expected a dtype that ", name, " is defined for, got ", a.dtype);
  const Dims shape = broadcast_shapes(name, a.shape, b.shape);
  const Tensor x = broadcast_to(a, shape), y = broadcast_to(b, shape);
  Tensor out = empty(shape, op >= BinaryOp::equal ? Dtype::uint8 : a.dtype, a.backend());
  launch(name, &KernelTable::binary, out.size(), out.backend(), [op, x, y, out] {
    BinaryArgs args{op, x.dtype, out.ndim(), {}, x.data(), {}, y.data(), {}, out.data()};
    copy_dims(args.shape, out.shape);
    copy_dims(args.a_stride, x.strides);
    copy_dims(args.b_stride, y.strides);
    return args;
  });
  return out;
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  require_same_device("where", condition, a, b);
  require(condition.dtype == Dtype::uint8, ErrorCode::dtype, "where", "expected uint8 for condition, got ", condition.dtype);
  require(a.dtype == b.dtype, ErrorCode::dtype, "where", "expected equal dtypes for a and b, got ", a.dtype, " and ", b.dtype);
  const Dims shape = broadcast_shapes("where", condition.shape, broadcast_shapes("where", a.shape, b.shape));
  const Tensor c = broadcast_to(condition, shape), x = broadcast_to(a, shape), y = broadcast_to(b, shape);
  Tensor out = empty(shape, a.dtype, a.backend());
  launch("where", &KernelTable::where, out.size(), out.backend(), [c, x, y, out] {
    WhereArgs args{x.dtype, out.ndim(), {}, static_cast<const uint8_t*>(c.data()), {}, x.data(), {}, y.data(), {}, out.data()};
    copy_dims(args.shape, out.shape);
    copy_dims(args.condition_stride, c.strides);
    copy_dims(args.a_stride, x.strides);
    copy_dims(args.b_stride, y.strides);
    return args;
  });
  return out;
}

}  // namespace clebsch::ops
