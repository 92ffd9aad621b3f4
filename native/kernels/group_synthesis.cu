#include "cuda/launch.cuh"
#include "kernels/wigner.h"

namespace clebsch::accelerator {
namespace {

// One thread for the waves of a quad of orders on one ring: four recursions would repeat each other's steps.
struct Quads {
  GroupSynthesisArgs args;
  int64_t items;
};

// p_k of orders (m, n) or (crossed) (m, -n) at a slot, step after step.
class Recursion {
 public:
  __device__ Recursion(const GroupSynthesisArgs& args, int64_t quad, int64_t slot, bool crossed)
      : steps_(args.steps + 3 * args.quads[quad]),
        offset_(1 + (crossed != (slot >= args.split) ? 1 : 0)),
        sign_(crossed ? -1 : 1),
        u_(args.slot_values[slot]),
        value_(args.seeds[(2 * quad + (crossed ? 1 : 0)) * args.slots + slot]) {}

  __device__ double next() {
    const double result = value_;
    const double following = (steps_[0] * u_ + sign_ * steps_[offset_]) * value_ - before_;
    before_ = value_;
    value_ = following;
    steps_ += 3;
    return result;
  }

 private:
  const double* steps_;
  int offset_;
  double sign_, u_, value_, before_ = 0;
};

template <class T>
using Wide = choose<is_complex<T>, Complex<double>, double>;

__device__ inline double widened(float x) { return x; }
__device__ inline double widened(double x) { return x; }
template <class R>
__device__ inline Complex<double> widened(Complex<R> x) {
  return {static_cast<double>(x.re), static_cast<double>(x.im)};
}
__device__ inline void narrow(double x, float& out) { out = static_cast<float>(x); }
__device__ inline void narrow(double x, double& out) { out = x; }
template <class R>
__device__ inline void narrow(Complex<double> x, Complex<R>& out) {
  out = {static_cast<R>(x.re), static_cast<R>(x.im)};
}

template <class T>
__global__ void __launch_bounds__(kThreads) waves_kernel(const __grid_constant__ Quads quads) {
  const GroupSynthesisArgs& args = quads.args;
  const WignerArgs& polar = args.polar;
  const int64_t channels = polar.channels, waves = (2 * polar.N - 1) * polar.rings * (2 * polar.L - 1);
  for (int64_t i = first_item(); i < quads.items; i += item_step()) {
    const int64_t channel = i % channels, slot = i / channels % args.slots, quad = i / channels / args.slots % (polar.N * polar.L);
    const int64_t map = i / channels / args.slots / (polar.N * polar.L), t = args.slot_rings[slot];
    if (t < 0) continue;
    const int64_t m = quad % polar.L, n = quad / polar.L, first = wigner_first(m, n);
    const bool crosses = m > 0 && n > 0;
    const T* x = static_cast<const T*>(polar.x) + map * wigner_size(polar) * channels + channel;
    T* out = static_cast<T*>(args.waves) + map * waves * channels + channel;
    const auto number = [&](int64_t l, int64_t sm, int64_t sn) {
      return args.factors[args.quads[quad] + l - first] * widened(x[wigner_row(polar, l, sm * m, sn * n) * channels]);
    };
    Wide<T> sum[4] = {};  // (m, n), (-m, -n), (m, -n), (-m, n)
    Recursion direct(args, quad, slot, false), crossed(args, quad, slot, crosses);
    for (int64_t l = first; l < polar.L && wigner_takes(polar, n); ++l) {
      const double d = direct.next(), c = crosses ? crossed.next() : 0;
      if constexpr (is_complex<T>) {
        const double sign = ((m + n) & 1) ? -1 : 1;
        sum[0] += d * number(l, 1, 1);
        sum[1] += sign * d * number(l, -1, -1);
        sum[2] += c * number(l, 1, -1);
        sum[3] += sign * c * number(l, -1, 1);
      } else if (crosses) {
        const double turned = (n & 1) ? -c : c, cosines = (d + turned) / 2, sines = (d - turned) / 2;
        const double pp = number(l, 1, 1), mm = number(l, -1, -1), pm = number(l, 1, -1), mp = number(l, -1, 1);
        sum[0] += cosines * pp + sines * mm;
        sum[1] += cosines * mm + sines * pp;
        sum[2] += cosines * pm - sines * mp;
        sum[3] += cosines * mp - sines * pm;
      } else {
        sum[0] += d * number(l, 1, 1);
        sum[1] += d * number(l, -1, -1);
      }
    }
    narrow(sum[0], out[wigner_wave(polar, t, m, n) * channels]);
    if (m + n > 0) narrow(sum[1], out[wigner_wave(polar, t, -m, -n) * channels]);
    if (!crosses) continue;
    narrow(sum[2], out[wigner_wave(polar, t, m, -n) * channels]);
    narrow(sum[3], out[wigner_wave(polar, t, -m, n) * channels]);
  }
}

}  // namespace

const char* group_synthesis(const GroupSynthesisArgs& args, void* stream) {
  const WignerArgs& polar = args.polar;
  const Quads quads{args, polar.batch * polar.channels * args.slots * polar.N * polar.L};
  const char* error = visit_continuous(
      polar.dtype, [&](auto type) { return launch_items(waves_kernel<typename decltype(type)::type>, quads.items, stream, quads); });
  return error ? error : torus(args.angles, stream);
}

}  // namespace clebsch::accelerator
