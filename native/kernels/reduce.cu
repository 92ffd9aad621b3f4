#include <string.h>

#include "cuda/locate.cuh"
#include "kernels/elementwise.h"

namespace clebsch::accelerator {
namespace {

// ---- what is reduced: lift an element, combine two accumulators, finish ----------------------------------------

template <class T>
struct Sum {
  using Acc = choose<same_type<T, uint8_t>, int32_t, T>;
  using Out = Acc;
  __device__ static Acc identity() { return {}; }
  __device__ static Acc lift(T x, int64_t) { return convert<Acc>(x); }
  __device__ static Acc combine(Acc a, Acc b) { return apply<BinaryOp::add>(a, b); }
};

template <class T>
__device__ inline T lowest() {
  if constexpr (is_floating<T>)
    return -num::infinity<T>();
  else
    return same_type<T, uint8_t> ? T(0) : T(INT32_MIN);
}

template <class T>
struct Max {
  using Acc = T;
  using Out = T;
  __device__ static T identity() { return lowest<T>(); }
  __device__ static T lift(T x, int64_t) { return x; }
  __device__ static T combine(T a, T b) { return apply<BinaryOp::maximum>(a, b); }
};

template <class T>
struct Position {
  T value;
  int32_t index;
};

template <class T>
struct Argmax {
  using Acc = Position<T>;
  using Out = int32_t;
  __device__ static Acc identity() { return {lowest<T>(), INT32_MAX}; }
  __device__ static Acc lift(T x, int64_t index) { return {x, static_cast<int32_t>(index)}; }
  __device__ static Acc combine(Acc a, Acc b) {
    if (exceeds(a.value, b.value)) return a;
    if (exceeds(b.value, a.value)) return b;
    return a.index < b.index ? a : b;
  }
  __device__ static Out finish(Acc acc) { return acc.index; }

 private:
  __device__ static bool exceeds(T a, T b) { return a > b || (a != a && b == b); }
};

// ---- kernels --------------------------------------------------------------------------------------------------

// blockIdx.y takes the chunk [y * chunk, (y + 1) * chunk) of the reduced elements and writes row y of `out` [chunks, kept].
struct Reduction {
  int64_t kept_size, reduced_size, chunk;
  IndexSpace<1> kept, reduced;
  const void* x;
  void* out;
};

constexpr int kRun = 32;  // elements added one after the other; runs are added in turn, which keeps rounding errors small

// Combines every `lanes`-th element of the chunk, beginning with number `lane`.
template <class Op, class In>
__device__ typename Op::Acc combine_lane(const Reduction& args, int64_t output, unsigned lane, unsigned lanes) {
  const In* x = static_cast<const In*>(args.x) + locate(args.kept, output).of[0];
  const int64_t begin = blockIdx.y * args.chunk, end = begin + args.chunk < args.reduced_size ? begin + args.chunk : args.reduced_size;
  auto total = Op::identity();
  for (int64_t i = begin + lane; i < end;) {
    auto run = Op::identity();
    for (int k = 0; k < kRun && i < end; ++k, i += lanes) {
      const In value = x[locate(args.reduced, i).of[0]];
      if constexpr (same_type<In, typename Op::Acc>)
        run = Op::combine(run, value);
      else
        run = Op::combine(run, Op::lift(value, i));
    }
    total = Op::combine(total, run);
  }
  return total;
}

template <class Op, class Out>
__device__ void store(const Reduction& args, int64_t output, typename Op::Acc acc) {
  Out& out = static_cast<Out*>(args.out)[blockIdx.y * args.kept_size + output];
  if constexpr (same_type<Out, typename Op::Acc>)
    out = acc;
  else
    out = Op::finish(acc);
}

// __shfl_down_sync for any plain type, word by word.
template <class T>
__device__ T shuffle_down(T value, unsigned delta) {
  constexpr int kWords = (sizeof(T) + 3) / 4;
  uint32_t words[kWords] = {};
  memcpy(words, &value, sizeof(T));
  for (uint32_t& word : words) word = __shfl_down_sync(kAllLanes, word, delta);
  memcpy(&value, words, sizeof(T));
  return value;
}

// For elements that lie side by side: a warp (blockDim 32 x 8) or a block (256 x 1) reduces one output.
template <class Op, class In, class Out>
__global__ void __launch_bounds__(kThreads) reduce_rows_kernel(const __grid_constant__ Reduction args) {
  using Acc = typename Op::Acc;
  SHARED_ARRAY(Acc, warps, kThreads / kWarp);
  for (int64_t output = int64_t{blockIdx.x} * blockDim.y + threadIdx.y; output < args.kept_size;
       output += int64_t{gridDim.x} * blockDim.y) {
    Acc acc = combine_lane<Op, In>(args, output, threadIdx.x, blockDim.x);
    for (unsigned delta = kWarp / 2; delta > 0; delta /= 2) acc = Op::combine(acc, shuffle_down(acc, delta));
    if (blockDim.x > kWarp) {
      if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = acc;
      __syncthreads();
      for (unsigned warp = 1; threadIdx.x == 0 && warp < blockDim.x / kWarp; ++warp) acc = Op::combine(acc, warps[warp]);
      __syncthreads();  // before the next output overwrites `warps`
    }
    if (threadIdx.x == 0) store<Op, Out>(args, output, acc);
  }
}

// For outputs that lie side by side: neighbouring threads take neighbouring outputs, the blockDim.y threads of an output share its
// elements.
template <class Op, class In, class Out>
__global__ void __launch_bounds__(kThreads) reduce_columns_kernel(const __grid_constant__ Reduction args) {
  using Acc = typename Op::Acc;
  SHARED_ARRAY(Acc, lanes, kThreads);
  for (int64_t first = int64_t{blockIdx.x} * blockDim.x; first < args.kept_size; first += item_step()) {
    const int64_t output = first + threadIdx.x;
    const bool valid = output < args.kept_size;
    Acc acc = valid ? combine_lane<Op, In>(args, output, threadIdx.y, blockDim.y) : Op::identity();
    if (blockDim.y > 1) {
      lanes[threadIdx.y * blockDim.x + threadIdx.x] = acc;
      __syncthreads();
      for (unsigned lane = 1; threadIdx.y == 0 && lane < blockDim.y; ++lane) {
        acc = Op::combine(acc, lanes[lane * blockDim.x + threadIdx.x]);
      }
      __syncthreads();
    }
    if (valid && threadIdx.y == 0) store<Op, Out>(args, output, acc);
  }
}

// ---- launch ---------------------------------------------------------------------------------------------------

constexpr int64_t kEnoughBlocks = 512;  // keep any GPU busy
constexpr int64_t kMinChunk = 4096;

struct Plan {
  bool rows;
  dim3 block;
  int64_t blocks, chunks;  // blocks: per chunk
};

int64_t magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

// Depends on the shapes alone, so that sums have the same bits on every device.
Plan plan_reduction(const Reduction& work) {
  const int64_t kept_stride = magnitude(work.kept.stride[0][work.kept.ndim - 1]);
  const int64_t reduced_stride = magnitude(work.reduced.stride[0][work.reduced.ndim - 1]);
  Plan plan{};
  plan.rows = work.reduced_size >= kWarp && (reduced_stride < kept_stride || work.kept_size < kWarp);
  if (plan.rows) {
    plan.block = work.reduced_size < 1024 ? dim3(kWarp, kThreads / kWarp) : dim3(kThreads);
    plan.blocks = divide_up(work.kept_size, plan.block.y);
  } else {
    plan.block = work.reduced_size < 64 ? dim3(kThreads) : dim3(kWarp, kThreads / kWarp);
    plan.blocks = divide_up(work.kept_size, plan.block.x);
  }
  const int64_t wanted = divide_up(kEnoughBlocks, plan.blocks), possible = divide_up(work.reduced_size, kMinChunk);
  plan.chunks = wanted < possible ? wanted : possible;
  if (plan.chunks < 1) plan.chunks = 1;
  return plan;
}

template <class Op, class In, class Out>
const char* launch_pass(Reduction work, const Plan& plan, void* stream) {
  work.chunk = divide_up(work.reduced_size, plan.chunks);
  dim3 grid(block_count(plan.blocks, 1));
  grid.y = static_cast<unsigned>(plan.chunks);
  return launch(plan.rows ? reduce_rows_kernel<Op, In, Out> : reduce_columns_kernel<Op, In, Out>, grid, plan.block, stream, work);
}

// Few outputs of many elements: the chunks' results go to scratch memory, a second pass combines them in order.
template <class Op, class T>
const char* launch_reduction(const Reduction& work, void* stream) {
  using Acc = typename Op::Acc;
  using Out = typename Op::Out;
  const Plan plan = plan_reduction(work);
  if (plan.chunks == 1) return launch_pass<Op, T, Out>(work, plan, stream);
  Workspace partial(stream);
  if (const char* error = partial.reserve(plan.chunks * work.kept_size * sizeof(Acc))) return error;
  Reduction first = work;
  first.out = partial.memory();
  if (const char* error = launch_pass<Op, T, Acc>(first, plan, stream)) return error;
  Reduction second = work;
  second.x = partial.memory();
  second.reduced_size = plan.chunks;
  const int64_t contiguous = 1;
  second.kept = merge_dims<1>(1, &work.kept_size, {&contiguous});
  second.reduced = merge_dims<1>(1, &plan.chunks, {&work.kept_size});
  return launch_pass<Op, Acc, Out>(second, plan_reduction(second), stream);
}

}  // namespace

const char* reduce(const ReduceArgs& args, void* stream) {
  const Reduction work{size_of(args.kept_ndim, args.kept_shape),
                       size_of(args.reduced_ndim, args.reduced_shape),
                       0,
                       merge_dims<1>(args.kept_ndim, args.kept_shape, {args.kept_stride}),
                       merge_dims<1>(args.reduced_ndim, args.reduced_shape, {args.reduced_stride}),
                       args.x,
                       args.out};
  if (work.kept_size == 0) return nullptr;
  if (args.op == ReduceOp::sum) {
    return visit_all(args.dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      return launch_reduction<Sum<T>, T>(work, stream);
    });
  }
  return visit_real(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    return args.op == ReduceOp::max ? launch_reduction<Max<T>, T>(work, stream) : launch_reduction<Argmax<T>, T>(work, stream);
  });
}

}  // namespace clebsch::accelerator
