#pragma once
// One step of SGD and of Adam for one parameter, host and device (formulas in abi.h).
#include "kernels/real_math.h"

namespace clebsch {

template <class T>
struct SgdState {
  T p, v;
};

template <class T>
CLEBSCH_HD SgdState<T> sgd_step(SgdState<T> state, T g, T lr, T momentum, T weight_decay, bool nesterov) {
  g += weight_decay * state.p;
  const T v = momentum * state.v + g;
  return {state.p - lr * (nesterov ? g + momentum * v : v), v};
}

template <class T>
struct AdamState {
  T p, m, v;
};

// The constants of a step in the parameter's type; 1 - beta is rounded once.
template <class T>
struct AdamConstants {
  T lr, beta1, rest1, beta2, rest2, eps, l2, shrink, inverse1, inverse2;
};

template <class T>
static inline AdamConstants<T> adam_constants(const AdamArgs& a) {
  return {T(a.lr),
          T(a.beta1),
          T(1 - a.beta1),
          T(a.beta2),
          T(1 - a.beta2),
          T(a.eps),
          T(a.decoupled ? 0 : a.weight_decay),
          T(a.decoupled ? 1 - a.lr * a.weight_decay : 1),
          T(1 / a.correction1),
          T(1 / a.correction2)};
}

template <class T>
CLEBSCH_HD AdamState<T> adam_step(AdamState<T> state, T g, const AdamConstants<T>& k) {
  g += k.l2 * state.p;
  const T m = k.beta1 * state.m + k.rest1 * g;
  const T v = k.beta2 * state.v + k.rest2 * (g * g);
  return {state.p * k.shrink - k.lr * (m * k.inverse1) / (num::sqrt(v * k.inverse2) + k.eps), m, v};
}

}  // namespace clebsch
