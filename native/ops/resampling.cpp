// Resampling of rings (see ResamplingArgs).
#include "math/resampling.h"

#include <array>

#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
namespace {

class ResamplingPlan final : public Plan {
 public:
  std::shared_ptr<const FourierPlan> fourier;  // which counts for itself
  Tensor factors;
  size_t bytes() const override { return factors.bytes(); }
};

std::shared_ptr<const ResamplingPlan> resampling_plan(const char* op, const FourierOptions& o, int64_t L, int64_t circle, Dtype dtype,
                                                      Backend& backend) {
  const std::string key = "resampling " + std::to_string(L) + ' ' + std::to_string(circle) + ' ' + dtype_name(dtype) + ' ' + backend.name();
  const auto fourier = fourier_plan(op, o, complex_of(dtype), backend);
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    auto plan = std::make_shared<ResamplingPlan>();
    const std::vector<double> factors = math::resampling_factors(static_cast<int>(L), static_cast<int>(circle));
    const Dims shape{static_cast<int64_t>(factors.size())};
    const std::vector<float> rounded(factors.begin(), factors.end());
    const bool wide = dtype == Dtype::float64;
    plan->factors = from_host(wide ? static_cast<const void*>(factors.data()) : rounded.data(), shape, dtype, backend);
    plan->fourier = fourier;
    return plan;
  };
  return std::static_pointer_cast<const ResamplingPlan>(
      PlanCache::instance().get(key, op, static_cast<size_t>(12 * L) * dtype_size(dtype), build));
}

Tensor run(const char* op, const Tensor& operand, int64_t L, int64_t circle, bool odd, bool transposed) {
  require(L >= 1 && L <= 4096, ErrorCode::value, op, "expected 1..4096 for L, got ", L);
  require(circle == 2 * L - 1 || circle == 2 * L, ErrorCode::value, op, "expected ", 2 * L - 1, " or ", 2 * L, " for circle, got ", circle);
  require(is_floating(operand.dtype), ErrorCode::dtype, op, "expected a real or complex float dtype for x, got ", operand.dtype);
  const int64_t rings = circle / 2 + 1, rows = transposed ? L : rings;
  require(operand.ndim() == 4 && operand.shape[1] == rows && operand.shape[2] == 2 * L - 1, ErrorCode::shape, op, "expected [batch, ", rows,
          ", ", 2 * L - 1, ", inner] for x, got ", operand.shape);
  const Tensor x = contiguous(operand);
  const int64_t batch = x.shape[0], inner = x.shape[3];
  const auto size = static_cast<double>(2 * L);
  const std::array n{static_cast<double>(circle), size, size, size}, offset{circle % 2 != 0 ? 0.5 : 0.0, 0.25, -0.25, 0.5};
  const FourierOptions o{L, 4, 1, 1, false, n, offset, circle + 6 * L};
  Backend& backend = x.backend();
  const auto plan = resampling_plan(op, o, L, circle, real_of(x.dtype), backend);
  const Tensor out = empty({batch, transposed ? rings : L, 2 * L - 1, inner}, x.dtype, backend);
  const Tensor between = empty({backend.code() == kCpu ? 0 : batch, 3 * L, 2 * L - 1, inner}, x.dtype, backend);
  launch(op, &KernelTable::resampling, 8 * (x.size() + out.size()), backend, [=] {  // the spans of o are not read any more
    ResamplingArgs args{};
    args.dtype = x.dtype;
    args.transposed = transposed;
    args.odd = odd;
    args.batch = batch;
    args.inner = inner;
    args.L = L;
    args.circle = circle;
    args.fourier = plan->fourier->arguments(o, complex_of(x.dtype), true, 1, 1);
    args.factors = plan->factors.data();
    args.x = x.data();
    args.out = out.data();
    args.between = between.size() > 0 ? between.data() : nullptr;
    return args;
  });
  return out;
}

}  // namespace

Tensor ring_resampling(const Tensor& x, int64_t L, int64_t circle, bool odd) { return run("ringResampling", x, L, circle, odd, false); }

Tensor ring_resampling_transposed(const Tensor& x, int64_t L, int64_t circle, bool odd) {
  return run("ringResamplingTransposed", x, L, circle, odd, true);
}

}  // namespace clebsch::ops
