// Sums over degrees and sums over orders in one operation (see HarmonicArgs).
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
namespace {

Tensor run(const char* op, const Tensor& operand, const LegendreRings& rings, std::span<const double> spec, bool synthesis) {
  check_legendre(op, operand.dtype, rings);
  const FourierOptions o = check_fourier(op, spec);
  const int64_t L = rings.L;
  require(o.orders == L && o.rings == rings.count(), ErrorCode::value, op, "expected ", L, " orders and ", rings.count(),
          " rings for the sums over orders, got ", o.orders, " and ", o.rings);
  const int64_t rows = synthesis ? L * L : o.points;
  require(operand.ndim() == 3 && operand.shape[1] == rows, ErrorCode::shape, op, "expected [outer, ", rows, ", inner] for x, got ",
          operand.shape);
  const Tensor x = contiguous(operand);
  const int64_t outer = x.shape[0], inner = x.shape[2];
  Backend& backend = x.backend();
  const auto tables = legendre_tables(op, rings, backend);
  const auto plan = fourier_plan(op, o, x.dtype, backend);
  const Tensor out = empty({outer, synthesis ? o.points : L * L, inner}, x.dtype, backend);
  const Tensor waves = empty({backend.code() == kCpu ? 0 : outer, rings.count(), 2 * L - 1, inner}, x.dtype, backend);
  launch(op, &KernelTable::harmonic, outer * inner * L * L * rings.count(), backend, [=] {
    HarmonicArgs args{tables->arguments(x.dtype, !synthesis, outer, inner), plan->arguments(o, x.dtype, synthesis, outer, inner),
                      waves.size() > 0 ? waves.data() : nullptr};
    const void*& from = synthesis ? args.polar.x : args.longitudes.x;
    void*& to = synthesis ? args.longitudes.out : args.polar.out;
    from = x.data();
    to = out.data();
    return args;
  });
  return out;
}

}  // namespace

Tensor harmonic_synthesis(const Tensor& x, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin,
                          std::span<const double> spec) {
  return run("harmonicSynthesis", x, {L, spin, theta, weights}, spec, true);
}

Tensor harmonic_analysis(const Tensor& f, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin,
                         std::span<const double> spec) {
  return run("harmonicAnalysis", f, {L, spin, theta, weights}, spec, false);
}

}  // namespace clebsch::ops
