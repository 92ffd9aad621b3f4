// CPU: both steps of a Fourier sum over alpha and gamma, ring after ring, so that what is between them stays in the caches.
#include "kernels/cpu_loop.h"
#include "kernels/in_turn.h"
#include "kernels/scratch.h"
#include "kernels/simd.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class T>
class TorusRings {
 public:
  explicit TorusRings(const TorusArgs& args)
      : args_(args),
        orders_(2 * args.gamma.orders - 1),
        waves_(2 * args.alpha.orders - 1),
        alphas_(args.alpha.group[0].n),
        gammas_(args.gamma.kept > 0 ? args.gamma.kept : args.gamma.group[0].n),
        alpha_rings_(args.alpha.group[0]) {
    alpha_rings_.rings = orders_;
  }

  int64_t count() const { return args_.batch * args_.rings; }

  // Ring `item` of all maps; returns what is wrong.
  const char* run(int64_t item) const {
    static thread_local Scratch scratch;
    void* between = scratch.reserve(static_cast<size_t>(orders_ * alphas_ * args_.inner) * sizeof(T));
    if (between == nullptr) return "no memory between the steps of a Fourier sum";
    const char* error = run(item / args_.rings, item % args_.rings, between);
    scratch.trim(kKeptBytes);
    return error;
  }

 private:
  const char* run(int64_t map, int64_t ring, void* between) const {
    const int64_t inner = args_.inner, wave = (map * orders_ * args_.rings + ring) * waves_ * inner;
    const int64_t sample = (map * gammas_ * args_.rings + ring) * alphas_ * inner;
    FourierArgs alpha = args_.alpha, gamma = args_.gamma;
    alpha.outer = gamma.outer = 1;
    alpha.group = &alpha_rings_;
    alpha.rings = orders_;
    alpha.points = orders_ * alphas_;
    alpha.inner = alpha.point_step = alpha.point_inner = inner;
    alpha.ring_step = args_.rings * waves_ * inner;
    gamma.points = gammas_;
    gamma.inner = gamma.point_inner = gamma.ring_step = alphas_ * inner;
    gamma.point_step = args_.rings * alphas_ * inner;
    const auto run = [](const FourierArgs& step) { return fourier_step(step, nullptr); };
    const T* x = static_cast<const T*>(args_.x);
    T* out = static_cast<T*>(args_.out);
    if (alpha.synthesis) return in_turn(alpha, gamma, x + wave, between, out + sample, run);
    return in_turn(gamma, alpha, x + sample, between, out + wave, run);
  }

  const TorusArgs& args_;
  const int64_t orders_, waves_, alphas_, gammas_;
  FourierGroup alpha_rings_;  // of a ring of beta: one for each order n
};

}  // namespace

const char* torus(const TorusArgs& args, void*) {
  if (args.batch * args.inner == 0) return nullptr;
  return visit_continuous(args.alpha.dtype, [&](auto type) {
    const TorusRings<typename decltype(type)::type> rings(args);
    return parallel_tasks(rings.count(), [&](int64_t item) { return rings.run(item); });
  });
}

}  // namespace clebsch::CLEBSCH_ISA
