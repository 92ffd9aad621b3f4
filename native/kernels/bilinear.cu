#include "cuda/launch.cuh"
#include "kernels/scalar.h"

namespace clebsch::accelerator {
namespace {

// Threads run over [group of samples][row][sample of the group][channel], the last fastest: a warp that shares its row reads each term once
// and never diverges. With 32 channels or more a group is one sample, so that p and q of a sample stay in cache.
struct Bilinear {
  BilinearArgs args;
  int64_t group, items;
};

template <class T>
__global__ void __launch_bounds__(kThreads) bilinear_kernel(const __grid_constant__ Bilinear work) {
  const BilinearArgs& args = work.args;
  const auto* value = static_cast<const RealOf<T>*>(args.value);
  const uint64_t channels = args.channels, group = work.group, rows = args.rows_out;
  for (int64_t i = first_item(); i < work.items; i += item_step()) {
    const uint64_t lane = i / channels, block = lane / group;
    const int64_t channel = i - lane * channels, row = block % rows, sample = block / rows * group + lane % group;
    if (sample >= args.batch) continue;
    const T* p = static_cast<const T*>(args.p) + sample * args.rows_p * args.channels + channel;
    const T* q = static_cast<const T*>(args.q) + sample * args.rows_q * args.channels + channel;
    T sum{};
    for (int32_t t = args.begin[row]; t < args.begin[row + 1]; ++t) {
      sum += value[t] * (p[args.row_p[t] * args.channels] * q[args.row_q[t] * args.channels]);
    }
    static_cast<T*>(args.out)[(sample * args.rows_out + row) * args.channels + channel] = sum;
  }
}

}  // namespace

const char* bilinear(const BilinearArgs& args, void* stream) {
  if (args.batch == 0 || args.rows_out == 0 || args.channels == 0) return nullptr;
  const int64_t group = divide_up(kWarp, args.channels);
  const Bilinear work{args, group, divide_up(args.batch, group) * group * args.rows_out * args.channels};
  return visit_continuous(
      args.dtype, [&](auto type) { return launch_items(bilinear_kernel<typename decltype(type)::type>, work.items, stream, work); });
}

}  // namespace clebsch::accelerator
