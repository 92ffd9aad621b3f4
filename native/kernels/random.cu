// Compiled with --fmad=false (-ffp-contract=off on the host): a fused multiply-add would change the last bits of the numbers.
#include "cuda/launch.cuh"
#include "kernels/random.h"

namespace clebsch::accelerator {
namespace {

template <RandomOp op, class T>
__global__ void __launch_bounds__(kThreads) random_kernel(const __grid_constant__ RandomArgs args) {
  auto* out = static_cast<T*>(args.out);
  for (int64_t i = first_item(); i < args.size; i += item_step()) {
    out[i] = random_at<op, T>(args.seed, args.offset + static_cast<uint64_t>(i), args.a, args.b);
  }
}

}  // namespace

const char* random(const RandomArgs& args, void* stream) {
  return visit_op<RandomOp::uniform, RandomOp::normal>(args.op, [&](auto op) {
    return visit_floating(args.dtype, [&](auto type) {
      return launch_items(random_kernel<op.value, typename decltype(type)::type>, args.size, stream, args);
    });
  });
}

}  // namespace clebsch::accelerator
