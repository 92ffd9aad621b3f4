#include "cuda/launch.cuh"
#include "kernels/optimizer.h"

namespace clebsch::accelerator {
namespace {

template <class T>
struct Sgd {
  int64_t size;
  T* parameter;
  const T* gradient;
  T* velocity;  // may be null
  T lr, momentum, weight_decay;
  bool nesterov;
};

template <class T>
__global__ void __launch_bounds__(kThreads) sgd_kernel(const __grid_constant__ Sgd<T> args) {
  for (int64_t i = first_item(); i < args.size; i += item_step()) {
    const SgdState<T> state{args.parameter[i], args.velocity ? args.velocity[i] : T(0)};
    const SgdState<T> next = sgd_step(state, args.gradient[i], args.lr, args.momentum, args.weight_decay, args.nesterov);
    args.parameter[i] = next.p;
    if (args.velocity) args.velocity[i] = next.v;
  }
}

template <class T>
struct Adam {
  int64_t size;
  T* parameter;
  const T* gradient;
  T* m;
  T* v;
  AdamConstants<T> constants;
};

template <class T>
__global__ void __launch_bounds__(kThreads) adam_kernel(const __grid_constant__ Adam<T> args) {
  for (int64_t i = first_item(); i < args.size; i += item_step()) {
    const AdamState<T> state{args.parameter[i], args.m[i], args.v[i]};
    const AdamState<T> next = adam_step(state, args.gradient[i], args.constants);
    args.parameter[i] = next.p, args.m[i] = next.m, args.v[i] = next.v;
  }
}

}  // namespace

const char* sgd(const SgdArgs& args, void* stream) {
  return visit_floating(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    const Sgd<T> work{args.size,
                      static_cast<T*>(args.parameter),
                      static_cast<const T*>(args.gradient),
                      static_cast<T*>(args.velocity),
                      T(args.lr),
                      T(args.momentum),
                      T(args.weight_decay),
                      args.nesterov != 0};
    return launch_items(sgd_kernel<T>, args.size, stream, work);
  });
}

const char* adam(const AdamArgs& args, void* stream) {
  return visit_floating(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    const Adam<T> work{args.size,
                       static_cast<T*>(args.parameter),
                       static_cast<const T*>(args.gradient),
                       static_cast<T*>(args.m),
                       static_cast<T*>(args.v),
                       adam_constants<T>(args)};
    return launch_items(adam_kernel<T>, args.size, stream, work);
  });
}

}  // namespace clebsch::accelerator
