#include "kernels/elementwise.h"

#include "kernels/cpu_loop.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// f(begin, n) over the blocks of an index space, in parallel.
template <int count, class F>
void parallel_blocks(const IndexSpace<count>& space, F f) {
  parallel_for(size_of(space.ndim, space.shape), kGrain,
               [&](int64_t begin, int64_t end) { for_blocks(space.shape[space.ndim - 1], begin, end, f); });
}

template <UnaryOp op, class T>
void map(const T* __restrict x, UnaryResult<op, T>* __restrict out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = apply<op>(x[i]);
}

template <BinaryOp op, class T>
void map(const T* __restrict a, const T* __restrict b, BinaryResult<op, T>* __restrict out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = apply<op>(a[i], b[i]);
}

template <class T>
void select(const uint8_t* __restrict condition, const T* __restrict a, const T* __restrict b, T* __restrict out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = condition[i] != 0 ? a[i] : b[i];
}

}  // namespace

const char* unary(const UnaryArgs& args, void*) {
  const auto space = merge_dims<1>(args.ndim, args.shape, {args.x_stride});
  return visit_unary(args, [&](auto op, auto type) -> const char* {
    using T = typename decltype(type)::type;
    const View<T> x = view_of<T>(space, 0, args.x);
    auto* out = static_cast<UnaryResult<op.value, T>*>(args.out);
    parallel_blocks(space, [&](int64_t begin, int64_t n) {
      T buffer[kBlock];
      map<op.value, T>(elements(x, begin, n, buffer), out + begin, n);
    });
    return nullptr;
  });
}

const char* binary(const BinaryArgs& args, void*) {
  const auto space = merge_dims<2>(args.ndim, args.shape, {args.a_stride, args.b_stride});
  return visit_binary(args, [&](auto op, auto type) -> const char* {
    using T = typename decltype(type)::type;
    const View<T> a = view_of<T>(space, 0, args.a), b = view_of<T>(space, 1, args.b);
    auto* out = static_cast<BinaryResult<op.value, T>*>(args.out);
    parallel_blocks(space, [&](int64_t begin, int64_t n) {
      T buffer_a[kBlock], buffer_b[kBlock];
      map<op.value, T>(elements(a, begin, n, buffer_a), elements(b, begin, n, buffer_b), out + begin, n);
    });
    return nullptr;
  });
}

const char* where(const WhereArgs& args, void*) {
  const auto space = merge_dims<3>(args.ndim, args.shape, {args.condition_stride, args.a_stride, args.b_stride});
  return visit_all(args.dtype, [&](auto type) -> const char* {
    using T = typename decltype(type)::type;
    const View<uint8_t> condition = view_of<uint8_t>(space, 0, args.condition);
    const View<T> a = view_of<T>(space, 1, args.a), b = view_of<T>(space, 2, args.b);
    auto* out = static_cast<T*>(args.out);
    parallel_blocks(space, [&](int64_t begin, int64_t n) {
      uint8_t buffer[kBlock];
      T buffer_a[kBlock], buffer_b[kBlock];
      select(elements(condition, begin, n, buffer), elements(a, begin, n, buffer_a), elements(b, begin, n, buffer_b), out + begin, n);
    });
    return nullptr;
  });
}

}  // namespace clebsch::CLEBSCH_ISA
