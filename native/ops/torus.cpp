// Fourier sums over alpha and gamma in one operation (see TorusArgs).
#include <cmath>

#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
TorusAngles check_torus(const char* op, std::span<const double> alpha_spec, std::span<const double> gamma_spec, int64_t kept) {
  const FourierOptions alpha = check_fourier(op, alpha_spec), gamma = check_fourier(op, gamma_spec);
  require(alpha.uniform && gamma.uniform && gamma.rings == 1 && alpha.rings == 1, ErrorCode::value, op,
          "expected one ring for each angle, got ", alpha.rings, " and ", gamma.rings);
  require(kept >= 1 && kept <= gamma.points, ErrorCode::value, op, "expected 1..", gamma.points, " for kept, got ", kept);
  return {alpha, gamma, kept};
}

TorusPlans torus_plans(const char* op, const TorusAngles& angles, Dtype dtype, Backend& backend) {
  return {fourier_plan(op, angles.alpha, dtype, backend), fourier_plan(op, angles.gamma, dtype, backend)};
}

TorusArgs TorusPlans::arguments(const TorusAngles& angles, Dtype dtype, bool synthesis, const Dims& sizes) const {
  TorusArgs args{};
  args.batch = sizes[0];
  args.rings = sizes[1];
  args.inner = sizes[2];
  args.alpha = alpha->arguments(angles.alpha, dtype, synthesis, args.batch, args.inner);
  args.gamma = gamma->arguments(angles.gamma, dtype, synthesis, args.batch, args.inner);
  args.gamma.kept = angles.kept;
  return args;
}

namespace {

Tensor run(const char* op, const Tensor& operand, const TorusAngles& angles, bool synthesis) {
  require(is_floating(operand.dtype), ErrorCode::dtype, op, "expected a floating dtype, got ", operand.dtype);
  const int64_t planes = 2 * angles.gamma.orders - 1, columns = 2 * angles.alpha.orders - 1, points = angles.alpha.points;
  const int64_t first = synthesis ? planes : angles.kept, last = synthesis ? columns : points;
  require(operand.ndim() == 5 && operand.shape[1] == first && operand.shape[3] == last, ErrorCode::shape, op, "expected [batch, ", first,
          ", rings, ", last, ", inner] for x, got ", operand.shape);
  const Tensor x = contiguous(operand);
  Backend& backend = x.backend();
  const TorusPlans plans = torus_plans(op, angles, x.dtype, backend);
  const int64_t batch = x.shape[0], rings = x.shape[2], inner = x.shape[4];
  const Tensor out = empty({batch, synthesis ? angles.kept : planes, rings, synthesis ? points : columns, inner}, x.dtype, backend);
  const Tensor between = empty({backend.code() == kCpu ? 0 : batch, planes, rings, points, inner}, x.dtype, backend);
  const auto levels = static_cast<int64_t>(std::log2(points * angles.gamma.points)) + 1;
  launch(op, &KernelTable::torus, (x.size() + out.size()) * levels, backend, [=] {
    TorusArgs args = plans.arguments(angles, x.dtype, synthesis, {batch, rings, inner});
    args.x = x.data();
    args.out = out.data();
    args.between = between.size() > 0 ? between.data() : nullptr;
    return args;
  });
  return out;
}

}  // namespace

Tensor torus_synthesis(const Tensor& x, std::span<const double> alpha, std::span<const double> gamma, int64_t kept) {
  return run("torusSynthesis", x, check_torus("torusSynthesis", alpha, gamma, kept), true);
}

Tensor torus_analysis(const Tensor& f, std::span<const double> alpha, std::span<const double> gamma, int64_t kept) {
  return run("torusAnalysis", f, check_torus("torusAnalysis", alpha, gamma, kept), false);
}

}  // namespace clebsch::ops
