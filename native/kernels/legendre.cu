#include "cuda/launch.cuh"
#include "kernels/legendre.h"

namespace clebsch::accelerator {
namespace {

// D of one order at one slot, step after step.
class DegreeWalk {
 public:
  __device__ DegreeWalk(const LegendreArgs& args, const LegendreOrder& order, int64_t m, int64_t slot)
      : args_(args),
        m_(m),
        row_(order.row),
        end_(slot < args.split ? 1 : 2),
        u_(args.slot_values[slot]),
        x_(args.slot_values[args.slots + slot]) {
    const ScaledNumber seed = legendre_seed(args, args.seeds[m], order, slot);
    value_ = seed.value;
    scale_ = seed.scale;
  }

  // Step k = 0, 1, ... of the order; returns whether its numbers are in range.
  __device__ bool step() {
    if (args_.spin == 0) {
      const double* factors = args_.factors + (row_ + k_) * kPairFactors;
      first_ = factors[0] * value_;
      helper_ = x_ * value_ - (k_ > 0 ? factors[2 - kPairFactors] * helper_ : 0);  // the transpose of the recursion of o_k
      second_ = factors[1] * helper_;
    } else {
      first_ = args_.factors[row_ + k_] * value_;
    }
    const bool in_range = scale_ == 0;
    const double* numbers = args_.steps + (row_ + k_) * kStepNumbers;
    const double next = (numbers[0] * u_ + numbers[end_]) * value_ - before_;
    before_ = value_;
    value_ = next;
    ++k_;
    if (scale_ < 0 && fmax(fabs(value_), fabs(before_)) > kRescaleAbove) {
      value_ *= kRescale;
      before_ *= kRescale;
      helper_ *= kRescale;
      ++scale_;
    }
    return in_range;
  }

  __device__ double first() const { return first_; }    // D of the step's first degree
  __device__ double second() const { return second_; }  // and, spin 0, of the next

 private:
  const LegendreArgs& args_;
  const int64_t m_, row_;
  const int end_;
  const double u_, x_;
  int64_t scale_ = 0, k_ = 0;
  double value_ = 0, before_ = 0, helper_ = 0, first_ = 0, second_ = 0;
};

// f(l, D) for the degrees of order m at a slot that matter.
template <class F>
__device__ inline void for_degrees(const LegendreArgs& args, int64_t m, int64_t slot, F f) {
  if (m > args.limits[slot]) return;
  const LegendreOrder order = legendre_order(args, m);
  DegreeWalk walk(args, order, m, slot);
  for (int64_t l = order.first; l < args.L; l += args.spin == 0 ? 2 : 1) {
    if (!walk.step()) continue;
    f(l, walk.first());
    if (args.spin == 0 && l + 1 < args.L) f(l + 1, walk.second());
  }
}

// Where the numbers of a map are: coefficients by degree and signed order, rings by column.
struct MapPlace {
  int64_t outer, inner;

  __device__ int64_t coefficient(const LegendreArgs& args, int64_t l, int64_t m) const {
    return (outer * args.L * args.L + l * l + l + m) * args.inner + inner;
  }
  __device__ int64_t ring(const LegendreArgs& args, int64_t t, int64_t m) const {
    const int64_t column = legendre_column(args, m < 0 ? -m : m, m < 0);
    return ((outer * args.rings + t) * (2 * args.L - 1) + column) * args.inner + inner;
  }
};

// Where and how order +-m of a slot meets its rings.
__device__ inline int64_t ring_of(const LegendreArgs& args, int half, int64_t slot) { return args.slot_rings[half * args.slots + slot]; }
__device__ inline double weight_of(const LegendreArgs& args, int half, int64_t slot) {
  return args.slot_values[(2 + half) * args.slots + slot];
}

// Sign of D_l of order m on the other ring of a slot, relative to D at the slot.
__device__ inline double south_sign(int64_t m, int64_t l) { return (l + m) & 1 ? -1 : 1; }

// One thread for a signed order, a slot and a map. T: of the tensors, S: the same in float64.
template <class T, class S>
__global__ void __launch_bounds__(kThreads) synthesis_kernel(const __grid_constant__ LegendreArgs args) {
  const T* x = static_cast<const T*>(args.x);
  T* out = static_cast<T*>(args.out);
  const int64_t orders = 2 * args.L - 1, items = args.outer * args.slots * orders * args.inner;
  for (int64_t item = first_item(); item < items; item += item_step()) {
    const int64_t slot = item / (args.inner * orders) % args.slots, signed_m = item / args.inner % orders - args.L + 1;
    const MapPlace map{item / (args.inner * orders * args.slots), item % args.inner};
    const int64_t m = signed_m < 0 ? -signed_m : signed_m;
    S north{}, south{};
    for_degrees(args, m, slot, [&](int64_t l, double d) {
      if (signed_m < 0) d *= legendre_mirror_sign(args, m, l);
      const S term = d * convert<S>(x[map.coefficient(args, l, signed_m)]);
      north += term;
      if (args.spin == 0) south += south_sign(m, l) * term;
    });
    for (int half = 0; half < 2; ++half) {
      const int64_t t = ring_of(args, half, slot);
      if (t < 0 || (args.spin != 0 && half != (signed_m < 0))) continue;
      out[map.ring(args, t, signed_m)] = convert<T>(weight_of(args, half, slot) * (half == 0 || args.spin != 0 ? north : south));
    }
  }
}

// One thread for a signed order and a map, which adds slot after slot to its own results.
template <class T, class S>
__global__ void __launch_bounds__(kThreads) analysis_kernel(const __grid_constant__ LegendreArgs args) {
  const T* x = static_cast<const T*>(args.x);
  T* out = static_cast<T*>(args.out);
  const int64_t orders = 2 * args.L - 1, items = args.outer * orders * args.inner;
  for (int64_t item = first_item(); item < items; item += item_step()) {
    const int64_t signed_m = item / args.inner % orders - args.L + 1, m = signed_m < 0 ? -signed_m : signed_m;
    const MapPlace map{item / (args.inner * orders), item % args.inner};
    for (int64_t l = m; l < args.L; ++l) out[map.coefficient(args, l, signed_m)] = T{};
    for (int64_t slot = 0; slot < args.slots; ++slot) {
      S rings[2] = {};
      for (int half = 0; half < 2; ++half) {
        const int64_t t = ring_of(args, half, slot);
        if (t < 0 || (args.spin != 0 && half != (signed_m < 0))) continue;
        rings[half] = weight_of(args, half, slot) * convert<S>(x[map.ring(args, t, signed_m)]);
      }
      for_degrees(args, m, slot, [&](int64_t l, double d) {
        if (signed_m < 0) d *= legendre_mirror_sign(args, m, l);
        const S sum = args.spin == 0 ? rings[0] + south_sign(m, l) * rings[1] : rings[signed_m < 0];
        T& result = out[map.coefficient(args, l, signed_m)];
        result = convert<T>(convert<S>(result) + d * sum);
      });
    }
  }
}

template <class T>
const char* transform(const LegendreArgs& args, void* stream) {
  using S = choose<is_complex<T>, Complex<double>, double>;
  const int64_t maps = args.outer * args.inner * (2 * args.L - 1);
  if (args.analysis) return launch_items(analysis_kernel<T, S>, maps, stream, args);
  return launch_items(synthesis_kernel<T, S>, maps * args.slots, stream, args);
}

}  // namespace

const char* legendre(const LegendreArgs& args, void* stream) {
  if (args.outer * args.inner == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) { return transform<typename decltype(type)::type>(args, stream); });
}

}  // namespace clebsch::accelerator
