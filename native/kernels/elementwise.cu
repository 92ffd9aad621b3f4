#include "cuda/locate.cuh"
#include "kernels/elementwise.h"

namespace clebsch::accelerator {
namespace {

// N strided inputs, one contiguous output.
template <int N>
struct Elementwise {
  int64_t size;
  IndexSpace<N> space;
  const void* in[N];
  void* out;
};

template <UnaryOp op, class T>
__global__ void __launch_bounds__(kThreads) unary_kernel(const __grid_constant__ Elementwise<1> args) {
  const auto* x = static_cast<const T*>(args.in[0]);
  auto* out = static_cast<UnaryResult<op, T>*>(args.out);
  for (int64_t i = first_item(); i < args.size; i += item_step()) out[i] = apply<op>(x[locate(args.space, i).of[0]]);
}

template <BinaryOp op, class T>
__global__ void __launch_bounds__(kThreads) binary_kernel(const __grid_constant__ Elementwise<2> args) {
  const auto* a = static_cast<const T*>(args.in[0]);
  const auto* b = static_cast<const T*>(args.in[1]);
  auto* out = static_cast<BinaryResult<op, T>*>(args.out);
  for (int64_t i = first_item(); i < args.size; i += item_step()) {
    const Offsets<2> offset = locate(args.space, i);
    out[i] = apply<op>(a[offset.of[0]], b[offset.of[1]]);
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads) where_kernel(const __grid_constant__ Elementwise<3> args) {
  const auto* condition = static_cast<const uint8_t*>(args.in[0]);
  const auto* a = static_cast<const T*>(args.in[1]);
  const auto* b = static_cast<const T*>(args.in[2]);
  auto* out = static_cast<T*>(args.out);
  for (int64_t i = first_item(); i < args.size; i += item_step()) {
    const Offsets<3> offset = locate(args.space, i);
    out[i] = condition[offset.of[0]] != 0 ? a[offset.of[1]] : b[offset.of[2]];
  }
}

}  // namespace

const char* unary(const UnaryArgs& args, void* stream) {
  const Elementwise<1> work{size_of(args.ndim, args.shape), merge_dims<1>(args.ndim, args.shape, {args.x_stride}), {args.x}, args.out};
  return visit_unary(args, [&](auto op, auto type) {
    return launch_items(unary_kernel<op.value, typename decltype(type)::type>, work.size, stream, work);
  });
}

const char* binary(const BinaryArgs& args, void* stream) {
  const Elementwise<2> work{
      size_of(args.ndim, args.shape), merge_dims<2>(args.ndim, args.shape, {args.a_stride, args.b_stride}), {args.a, args.b}, args.out};
  return visit_binary(args, [&](auto op, auto type) {
    return launch_items(binary_kernel<op.value, typename decltype(type)::type>, work.size, stream, work);
  });
}

const char* where(const WhereArgs& args, void* stream) {
  const Elementwise<3> work{size_of(args.ndim, args.shape),
                            merge_dims<3>(args.ndim, args.shape, {args.condition_stride, args.a_stride, args.b_stride}),
                            {args.condition, args.a, args.b},
                            args.out};
  return visit_all(args.dtype,
                   [&](auto type) { return launch_items(where_kernel<typename decltype(type)::type>, work.size, stream, work); });
}

}  // namespace clebsch::accelerator
