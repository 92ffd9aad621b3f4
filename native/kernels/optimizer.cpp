#include "kernels/optimizer.h"

#include "kernels/cpu_loop.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class T>
void sgd_range(const SgdArgs& args, int64_t begin, int64_t end) {
  T* __restrict p = static_cast<T*>(args.parameter);
  const T* __restrict g = static_cast<const T*>(args.gradient);
  T* __restrict v = static_cast<T*>(args.velocity);
  const T lr = static_cast<T>(args.lr), momentum = static_cast<T>(args.momentum), weight_decay = static_cast<T>(args.weight_decay);
  const bool nesterov = args.nesterov != 0;
  if (v == nullptr) {
    for (int64_t i = begin; i < end; ++i) p[i] = sgd_step<T>({p[i], 0}, g[i], lr, 0, weight_decay, false).p;
    return;
  }
  for (int64_t i = begin; i < end; ++i) {
    const SgdState<T> next = sgd_step<T>({p[i], v[i]}, g[i], lr, momentum, weight_decay, nesterov);
    p[i] = next.p;
    v[i] = next.v;
  }
}

template <class T>
void adam_range(const AdamArgs& args, int64_t begin, int64_t end) {
  T* __restrict p = static_cast<T*>(args.parameter);
  const T* __restrict g = static_cast<const T*>(args.gradient);
  T* __restrict m = static_cast<T*>(args.m);
  T* __restrict v = static_cast<T*>(args.v);
  const AdamConstants<T> constants = adam_constants<T>(args);
  for (int64_t i = begin; i < end; ++i) {
    const AdamState<T> next = adam_step<T>({p[i], m[i], v[i]}, g[i], constants);
    p[i] = next.p;
    m[i] = next.m;
    v[i] = next.v;
  }
}

}  // namespace

const char* sgd(const SgdArgs& args, void*) {
  return visit_floating(args.dtype, [&](auto type) -> const char* {
    parallel_for(args.size, kGrain, [&](int64_t begin, int64_t end) { sgd_range<typename decltype(type)::type>(args, begin, end); });
    return nullptr;
  });
}

const char* adam(const AdamArgs& args, void*) {
  return visit_floating(args.dtype, [&](auto type) -> const char* {
    parallel_for(args.size, kGrain, [&](int64_t begin, int64_t end) { adam_range<typename decltype(type)::type>(args, begin, end); });
    return nullptr;
  });
}

}  // namespace clebsch::CLEBSCH_ISA
