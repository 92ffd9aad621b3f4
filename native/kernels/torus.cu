#include "cuda/launch.cuh"

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
  if (alpha.synthesis) {
    alpha.x = args.x;
    gamma.out = args.out;
    alpha.out = args.between;
    gamma.x = args.between;
    const char* error = fourier(alpha, stream);
    return error ? error : fourier(gamma, stream);
  }
  gamma.x = args.x;
  alpha.out = args.out;
  gamma.out = args.between;
  alpha.x = args.between;
  const char* error = fourier(gamma, stream);
  return error ? error : fourier(alpha, stream);
}

}  // namespace clebsch::accelerator
