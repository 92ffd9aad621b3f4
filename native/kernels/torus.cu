#include "cuda/launch.cuh"
#include "kernels/in_turn.h"

namespace clebsch::accelerator {

// Step after step, over all rings at once.
const char* torus(const TorusArgs& args, void* stream) {
  FourierArgs alpha = args.alpha, gamma = args.gamma;
  const int64_t alphas = alpha.group[0].n, gammas = gamma.kept > 0 ? gamma.kept : gamma.group[0].n;
  alpha.outer = gamma.outer = args.batch;
  alpha.rings = (2 * gamma.orders - 1) * args.rings;
  alpha.points = alpha.rings * alphas;
  alpha.inner = args.inner;
  gamma.points = gammas;
  gamma.inner = args.rings * alphas * args.inner;
  const auto run = [&](const FourierArgs& step) { return fourier(step, stream); };
  FourierArgs &first = alpha.synthesis ? alpha : gamma, &second = alpha.synthesis ? gamma : alpha;
  return in_turn(first, second, args.x, args.between, args.out, run);
}

}  // namespace clebsch::accelerator
