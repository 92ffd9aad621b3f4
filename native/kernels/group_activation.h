#pragma once
// What the host's and the device's kernel share: derivatives of the activations, and where the numbers of an order pair are.
#include "kernels/elementwise.h"

namespace clebsch {

template <UnaryOp op, class T>
CLEBSCH_HD T derivative(T x) {
  if constexpr (op == UnaryOp::relu) {
    return x > 0 ? T(1) : T(0);
  } else if constexpr (op == UnaryOp::square) {
    return 2 * x;
  } else if constexpr (op == UnaryOp::tanh) {
    const T y = num::tanh(x);
    return 1 - y * y;
  } else {
    const T y = num::sigmoid(x);
    if constexpr (op == UnaryOp::sigmoid) return y * (1 - y);
    if constexpr (op == UnaryOp::silu) return y * (1 + x * (1 - y));
    return y;  // softplus
  }
}

// f(Constant<op>{}, Type<T>{}) for the activation and the dtype of args.
template <class F>
static inline const char* visit_activation(const GroupActivationArgs& args, F f) {
  const auto with = [&](auto op) -> const char* {
    if (args.dtype == Dtype::float32) return f(op, Type<float>{});
    return f(op, Type<double>{});
  };
  switch (args.op) {
    case UnaryOp::relu:
      return with(Constant<UnaryOp::relu>{});
    case UnaryOp::silu:
      return with(Constant<UnaryOp::silu>{});
    case UnaryOp::sigmoid:
      return with(Constant<UnaryOp::sigmoid>{});
    case UnaryOp::tanh:
      return with(Constant<UnaryOp::tanh>{});
    case UnaryOp::square:
      return with(Constant<UnaryOp::square>{});
    default:
      return with(Constant<UnaryOp::softplus>{});
  }
}

}  // namespace clebsch
