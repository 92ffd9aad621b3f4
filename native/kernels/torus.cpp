// CPU: both steps of a Fourier sum over alpha and gamma, ring after ring, so that what is between them stays in the caches.
#include "kernels/cpu_loop.h"
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
    const int64_t map = item / args_.rings, ring = item % args_.rings, inner = args_.inner;
    const int64_t wave = (map * orders_ * args_.rings + ring) * waves_ * inner,
                  sample = (map * gammas_ * args_.rings + ring) * alphas_ * inner;
    FourierArgs alpha = args_.alpha, gamma = args_.gamma;
    alpha.outer = gamma.outer = 1;
    alpha.group = &alpha_rings_;
    alpha.rings = orders_;
    alpha.points = orders_ * alphas_;
    alpha.inner = alpha.point_step = inner;
    alpha.ring_step = args_.rings * waves_ * inner;
    gamma.points = gammas_;
    gamma.inner = gamma.ring_step = alphas_ * inner;
    gamma.point_step = args_.rings * alphas_ * inner;
    if (alpha.synthesis) {
      alpha.x = static_cast<const T*>(args_.x) + wave;
      gamma.out = static_cast<T*>(args_.out) + sample;
      gamma.x = alpha.out = between;
      const char* error = fourier_step(alpha, nullptr);
      return error ? error : fourier_step(gamma, nullptr);
    }
    gamma.x = static_cast<const T*>(args_.x) + sample;
    alpha.out = static_cast<T*>(args_.out) + wave;
    alpha.x = gamma.out = between;
    const char* error = fourier_step(gamma, nullptr);
    return error ? error : fourier_step(alpha, nullptr);
  }

 private:
  const TorusArgs& args_;
  const int64_t orders_, waves_, alphas_, gammas_;
  FourierGroup alpha_rings_;  // of a ring of beta: one for each order n
};

// Rings for each thread or, where there are few, the threads together on one after another.
template <class T>
const char* transform(const TorusArgs& args) {
  const TorusRings<T> rings(args);
  const int64_t count = rings.count();
  const char* failed = nullptr;
  if (count < thread_count()) {
    for (int64_t i = 0; i < count && !failed; ++i) failed = rings.run(i);
    return failed;
  }
  parallel_for(count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      if (const char* error = rings.run(i)) __atomic_store_n(&failed, error, __ATOMIC_RELAXED);
  });
  return failed;
}

}  // namespace

const char* torus(const TorusArgs& args, void*) {
  if (args.batch * args.inner == 0) return nullptr;
  return visit_continuous(args.alpha.dtype, [&](auto type) { return transform<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
