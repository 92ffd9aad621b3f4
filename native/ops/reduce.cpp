#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {

Tensor reduce(ReduceOp op, const char* name, const Tensor& x, const Dims& axes) {
  require(op == ReduceOp::sum || !is_complex(x.dtype), ErrorCode::dtype, name, "expected a real tensor for x, got ", x.dtype);
  unsigned reduced = 0;
  for (int i = 0; i < axes.ndim; ++i) {
    const bool fresh = axes[i] >= 0 && axes[i] < x.ndim() && !(reduced >> axes[i] & 1u);
    require(fresh, ErrorCode::value, name, "expected axes of 0..", x.ndim() - 1, ", each once, got ", axes);
    reduced |= 1u << axes[i];
  }
  ReduceArgs args{};
  args.op = op;
  args.dtype = x.dtype;
  Dims kept;
  for (int i = 0; i < x.ndim(); ++i) {
    const bool gone = reduced >> i & 1u;
    int32_t& n = gone ? args.reduced_ndim : args.kept_ndim;
    (gone ? args.reduced_shape : args.kept_shape)[n] = x.shape[i];
    (gone ? args.reduced_stride : args.kept_stride)[n++] = x.strides[i];
    if (!gone) kept.push(x.shape[i]);
  }
  const bool integers = !is_floating(x.dtype);
  const Dtype result = op == ReduceOp::argmax || (op == ReduceOp::sum && integers) ? Dtype::int32 : x.dtype;
  Tensor out = empty(kept, result, x.backend());
  const bool defined = op == ReduceOp::sum || x.size() > 0 || out.size() == 0;
  require(defined, ErrorCode::value, name, "expected at least one element along the reduced axes, got ", x.shape);
  launch(name, &KernelTable::reduce, x.size() + out.size(), out.backend(), [args, x, out]() mutable {
    args.x = x.data();
    args.out = out.data();
    return args;
  });
  return out;
}

}  // namespace clebsch::ops
