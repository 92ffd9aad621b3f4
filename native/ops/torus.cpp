// Fourier sums over alpha and gamma in one operation (see TorusArgs).
#include <cmath>

#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
namespace {

Tensor run(const char* op, const Tensor& operand, std::span<const double> alpha_spec, std::span<const double> gamma_spec, int64_t kept,
           bool synthesis) {
  const FourierOptions alpha = check_fourier(op, alpha_spec), gamma = check_fourier(op, gamma_spec);
  require(alpha.uniform && gamma.uniform && gamma.rings == 1 && alpha.rings == 1, ErrorCode::value, op,
          "expected one ring for each angle, got ", alpha.rings, " and ", gamma.rings);
  require(kept >= 1 && kept <= gamma.points, ErrorCode::value, op, "expected 1..", gamma.points, " for kept, got ", kept);
  require(is_floating(operand.dtype), ErrorCode::dtype, op, "expected a floating dtype, got ", operand.dtype);
  const int64_t planes = 2 * gamma.orders - 1, columns = 2 * alpha.orders - 1;
  const int64_t first = synthesis ? planes : kept, last = synthesis ? columns : alpha.points;
  require(operand.ndim() == 5 && operand.shape[1] == first && operand.shape[3] == last, ErrorCode::shape, op, "expected [batch, ", first,
          ", rings, ", last, ", inner] for x, got ", operand.shape);
  const Tensor x = contiguous(operand);
  Backend& backend = x.backend();
  const auto alphas = fourier_plan(op, alpha, x.dtype, backend), gammas = fourier_plan(op, gamma, x.dtype, backend);
  const int64_t batch = x.shape[0], rings = x.shape[2], inner = x.shape[4];
  const Tensor out = empty({batch, synthesis ? kept : planes, rings, synthesis ? alpha.points : columns, inner}, x.dtype, backend);
  const Tensor between = empty({backend.code() == kCpu ? 0 : batch, planes, rings, alpha.points, inner}, x.dtype, backend);
  const auto levels = static_cast<int64_t>(std::log2(alpha.points * gamma.points)) + 1;
  launch(op, &KernelTable::torus, (x.size() + out.size()) * levels, backend, [=] {
    TorusArgs args{};
    args.alpha = alphas->arguments(alpha, x.dtype, synthesis, batch, inner);
    args.gamma = gammas->arguments(gamma, x.dtype, synthesis, batch, inner);
    args.gamma.kept = kept;
    args.batch = batch;
    args.rings = rings;
    args.inner = inner;
    args.x = x.data();
    args.out = out.data();
    args.between = between.size() > 0 ? between.data() : nullptr;
    return args;
  });
  return out;
}

}  // namespace

Tensor torus_synthesis(const Tensor& x, std::span<const double> alpha, std::span<const double> gamma, int64_t kept) {
  return run("torusSynthesis", x, alpha, gamma, kept, true);
}

Tensor torus_analysis(const Tensor& f, std::span<const double> alpha, std::span<const double> gamma, int64_t kept) {
  return run("torusAnalysis", f, alpha, gamma, kept, false);
}

}  // namespace clebsch::ops
