#include "cuda/launch.cuh"
#include "kernels/scalar.h"

namespace clebsch::accelerator {
namespace {

template <class T>
struct Sums {
  T a, b;
};

__device__ inline int32_t first_order(int32_t orders) { return static_cast<int16_t>(orders & 0xffff); }
__device__ inline int32_t second_order(int32_t orders) { return orders >> 16; }

// The sums of a group for one lane; p(order) and q(order) are the factors.
template <class T, class P, class Q>
__device__ Sums<T> product(const FusedProductArgs& args, const FusedGroup& g, P p, Q q) {
  const int32_t* orders = args.orders + g.order;
  const auto* values = static_cast<const RealOf<T>*>(args.values) + g.value;
  Sums<T> sums{};
  if (!g.pair) {
    for (int32_t i = 0; i < g.count; ++i) sums.a += values[i] * (p(first_order(orders[i])) * q(second_order(orders[i])));
    return sums;
  }
  for (int32_t i = 0; i < g.count; ++i, values += 2, ++orders) {
    const int32_t f = first_order(*orders), s = second_order(*orders);
    const T plus = values[0] * p(f), minus = values[1] * p(-f);
    const T to_plus = q(s), to_minus = q(-s);
    sums.a += plus * to_plus + minus * to_minus;
    sums.b += plus * to_minus - minus * to_plus;
  }
  if (g.single) {
    const int32_t f = first_order(*orders);
    const T zero = q(0);
    sums.a += values[0] * p(f) * zero;
    sums.b += values[1] * p(-f) * zero;
  }
  return sums;
}

// The signals of one sample and channel by place.
template <class T>
struct Lane {
  const FusedProductArgs& args;
  int64_t sample, channel;

  __device__ int64_t at(const int32_t* index, int64_t rows, int64_t place) const {
    return (sample * rows + index[place]) * args.channels + channel;
  }
  __device__ T z(int64_t place) const { return static_cast<const T*>(args.z)[at(args.index_z, args.rows_z, place)]; }
  __device__ T a(int64_t place) const { return static_cast<const T*>(args.a)[at(args.index_a, args.rows_a, place)]; }
  __device__ T b(int64_t place) const { return static_cast<const T*>(args.b)[at(args.index_b, args.rows_b, place)]; }
  __device__ T w(int64_t i) const { return static_cast<const T*>(args.w)[i]; }
};

struct Place {
  int64_t unit, fragment, order;  // the unit is a degree
};

__device__ inline Place locate_place(const FusedProductArgs& args, int64_t place) {
  int64_t low = 0, high = args.units;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    (args.unit_place[middle] <= place ? low : high) = middle;
  }
  const int64_t within = place - args.unit_place[low];
  return {low, within / (2 * low + 1), within % (2 * low + 1) - low};
}

// What the step's groups give at one order of a result of degree l.
template <class T, class P, class Q>
__device__ T value_at(const FusedProductArgs& args, const FusedStep& step, int64_t l, int64_t order, P p, Q q) {
  const bool pairs = step.groups == l + 1;
  const FusedGroup& group = args.groups[step.group + (!pairs ? order + l : order < 0 ? -order : order)];
  const Sums<T> sums = product<T>(args, group, p, q);
  return order == group.a ? sums.a : sums.b;
}

struct FusedSignal {
  FusedProductArgs args;
  int64_t items;
};

// One thread per number of the result.
template <class T, bool to_z>
__global__ void __launch_bounds__(kThreads) signal_kernel(const __grid_constant__ FusedSignal work) {
  const FusedProductArgs& args = work.args;
  const int64_t rows = to_z ? args.rows_z : args.rows_a;
  const int32_t* index = to_z ? args.index_z : args.index_a;
  for (int64_t i = first_item(); i < work.items; i += item_step()) {
    const int64_t channel = i % args.channels, place = i / args.channels % rows, sample = i / args.channels / rows;
    const Lane<T> lane{args, sample, channel};
    const Place at = locate_place(args, place);
    T sum{}, partial{};
    for (int32_t s = args.unit_step[at.unit], end = args.unit_step[at.unit + 1]; s < end; ++s) {
      if ((end - s) % kFusedSumSteps == 0) sum += partial, partial = T{};
      const FusedStep& step = args.steps[s];
      const int64_t orders = 2 * step.l + 1;
      const auto b = [&](int64_t order) { return lane.b(step.b + order); };
      if constexpr (to_z) {
        const int64_t k = (place - at.order - step.z) / orders;  // behind the step's first fragment
        if (place - at.order < step.z || k >= step.count) continue;
        const auto a = [&](int64_t order) { return lane.a(step.a + order); };
        partial += lane.w(step.w + k) * value_at<T>(args, step, at.unit, at.order, a, b);
      } else {
        if (place - at.order != step.a) continue;
        const auto weighted = [&](int64_t order) {
          T z{};
          for (int32_t k = 0; k < step.count; ++k) z += lane.w(step.w + k) * lane.z(step.z + k * orders + order);
          return z;
        };
        partial += value_at<T>(args, step, at.unit, at.order, weighted, b);
      }
    }
    static_cast<T*>(args.out)[lane.at(index, rows, place)] = sum + partial;
  }
}

// z k fragments behind the step's first times the product, all orders.
template <class T>
__device__ T weight_term(const Lane<T>& lane, const FusedStep& step, int64_t k) {
  const auto a = [&](int64_t order) { return lane.a(step.a + order); };
  const auto b = [&](int64_t order) { return lane.b(step.b + order); };
  const int64_t z = step.z + k * (2 * step.l + 1);
  T sum{};
  for (int32_t g = step.group; g < step.group + step.groups; ++g) {
    const FusedGroup& group = lane.args.groups[g];
    const Sums<T> sums = product<T>(lane.args, group, a, b);
    sum += sums.a * lane.z(z + group.a);
    if (group.pair) sum += sums.b * lane.z(z - group.a);
  }
  return sum;
}

// One block per unit, whose weights come one after another; a thread's lanes, then the threads in a tree.
template <class T>
__global__ void __launch_bounds__(kThreads) weights_kernel(const __grid_constant__ FusedProductArgs args) {
  using Wide = choose<is_complex<T>, Complex<double>, double>;
  SHARED_ARRAY(Wide, sums, kThreads);
  const int64_t lanes = args.batch * args.channels;
  for (int64_t unit = blockIdx.x; unit < args.units; unit += gridDim.x) {
    const FusedStep& first = args.steps[args.unit_step[unit]];
    for (int32_t k = 0; k < first.count; ++k) {
      Wide sum{};
      for (int64_t i = threadIdx.x; i < lanes; i += kThreads) {
        const Lane<T> lane{args, i / args.channels, i % args.channels};
        for (int32_t s = args.unit_step[unit]; s < args.unit_step[unit + 1]; ++s) sum += convert<Wide>(weight_term(lane, args.steps[s], k));
      }
      sums[threadIdx.x] = sum;
      __syncthreads();
      for (unsigned half = kThreads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
        __syncthreads();
      }
      if (threadIdx.x == 0) static_cast<T*>(args.out)[first.w + k] = convert<T>(sums[0]);
      __syncthreads();  // before the next weight overwrites `sums`
    }
  }
}

template <class T>
const char* run(const FusedProductArgs& args, void* stream) {
  if (args.role == 1) return launch(weights_kernel<T>, block_count(args.units, 1), kThreads, stream, args);
  const int64_t items = args.batch * args.channels * (args.role == 0 ? args.rows_z : args.rows_a);
  const FusedSignal work{args, items};
  if (args.role == 0) return launch_items(signal_kernel<T, true>, items, stream, work);
  return launch_items(signal_kernel<T, false>, items, stream, work);
}

}  // namespace

const char* fused_product(const FusedProductArgs& args, void* stream) {
  return visit_continuous(args.dtype, [&](auto type) { return run<typename decltype(type)::type>(args, stream); });
}

}  // namespace clebsch::accelerator
