#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

// State and gradient must lie like the parameter, which is written in place.
void check(const char* op, const char* argument, const Tensor& parameter, const Tensor& t) {
  require_same_device(op, parameter, t);
  require(is_real_float(parameter.dtype) && t.dtype == parameter.dtype, ErrorCode::dtype, op, "expected ", parameter.dtype,
          " (float32 or float64) for ", argument, ", got ", t.dtype);
  require(t.shape == parameter.shape, ErrorCode::shape, op, "expected ", parameter.shape, " for ", argument, ", got ", t.shape);
}

void check_in_place(const char* op, const char* argument, const Tensor& t) {
  require(t.is_contiguous(), ErrorCode::value, op, "expected a contiguous tensor for ", argument, ", got a strided view");
}

}  // namespace

void sgd(const Tensor& parameter, const Tensor& gradient, const std::optional<Tensor>& velocity, const SgdOptions& o) {
  check("sgd_", "gradient", parameter, gradient);
  check_in_place("sgd_", "parameter", parameter);
  const Tensor g = contiguous(gradient);
  if (velocity) {
    check("sgd_", "velocity", parameter, *velocity);
    check_in_place("sgd_", "velocity", *velocity);
  } else {
    require(o.momentum == 0, ErrorCode::value, "sgd_", "expected a velocity where momentum is not 0, got none");
  }
  launch("sgd_", &KernelTable::sgd, 4 * parameter.size(), parameter.backend(), [=] {
    void* v = velocity ? velocity->data() : nullptr;
    return SgdArgs{parameter.dtype, parameter.size(), parameter.data(), g.data(), v, o.lr, o.momentum, o.weight_decay, o.nesterov};
  });
}

void adam(const Tensor& parameter, const Tensor& gradient, const Tensor& m, const Tensor& v, const AdamOptions& o) {
  check("adam_", "gradient", parameter, gradient);
  check("adam_", "m", parameter, m);
  check("adam_", "v", parameter, v);
  check_in_place("adam_", "parameter", parameter);
  check_in_place("adam_", "m", m);
  check_in_place("adam_", "v", v);
  const Tensor g = contiguous(gradient);
  launch("adam_", &KernelTable::adam, 8 * parameter.size(), parameter.backend(), [=] {
    return AdamArgs{parameter.dtype, parameter.size(), parameter.data(), g.data(),      m.data(),   v.data(), o.lr, o.beta1, o.beta2,
                    o.eps,           o.weight_decay,   o.correction1,    o.correction2, o.decoupled};
  });
}

}  // namespace clebsch::ops
