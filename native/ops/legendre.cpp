#include <algorithm>

#include "math/legendre_plan.h"
#include "math/legendre_starts.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
namespace {

template <class T>
Tensor joined(std::initializer_list<const std::vector<T>*> parts, Dtype dtype, Backend& backend, std::vector<int64_t>& places) {
  std::vector<T> all;
  size_t size = 0;
  for (const std::vector<T>* part : parts) size += part->size();
  all.reserve(size);
  for (const std::vector<T>* part : parts) {
    places.push_back(static_cast<int64_t>(all.size()));
    all.insert(all.end(), part->begin(), part->end());
  }
  return from_host(all.data(), {static_cast<int64_t>(all.size())}, dtype, backend);
}

std::shared_ptr<const LegendreStepTables> step_tables(const char* op, int64_t L, int64_t spin, Backend& backend) {
  const std::string key = "legendre steps " + std::to_string(L) + ' ' + std::to_string(spin) + ' ' + backend.name();
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    const math::LegendreSteps steps = math::legendre_steps(static_cast<int>(L), static_cast<int>(spin));
    auto tables = std::make_shared<LegendreStepTables>();
    tables->numbers = joined<double>({&steps.seeds, &steps.steps, &steps.factors}, Dtype::float64, backend, tables->places);
    tables->orders = from_host(steps.orders.data(), {static_cast<int64_t>(steps.orders.size())}, Dtype::int32, backend);
    return tables;
  };
  const auto bytes = static_cast<size_t>(math::legendre_steps_bytes(L, spin));
  return std::static_pointer_cast<const LegendreStepTables>(PlanCache::instance().get(key, op, bytes, build));
}

// What the rings of `tables` share whatever their weights. On the CPU, whose kernels alone read them, and where they do not take too much.
std::shared_ptr<const LegendreStartTables> start_tables(const char* op, const LegendreRings& rings, const LegendreTables& tables,
                                                        Backend& backend) {
  constexpr size_t kMostBytes = size_t{32} << 20;
  const auto counts = math::legendre_start_counts(tables.L, tables.slots);
  const auto bytes = static_cast<size_t>(counts.first_steps) * sizeof(int32_t) + static_cast<size_t>(counts.numbers) * sizeof(double);
  if (backend.code() != kCpu || bytes > std::min(kMostBytes, PlanCache::instance().limit())) return nullptr;
  std::string key = "legendre starts " + std::to_string(rings.L) + ' ' + std::to_string(rings.spin) + ' ';
  key.append(reinterpret_cast<const char*>(rings.theta.data()), rings.theta.size_bytes());
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    auto made = std::make_shared<LegendreStartTables>();
    made->first_steps = empty({counts.first_steps}, Dtype::int32, backend);
    made->numbers = empty({counts.numbers}, Dtype::float64, backend);
    math::legendre_starts(tables.arguments(Dtype::float64, false, 0, 0), static_cast<int32_t*>(made->first_steps.data()),
                          static_cast<double*>(made->numbers.data()));
    return made;
  };
  return std::static_pointer_cast<const LegendreStartTables>(PlanCache::instance().get(key, op, bytes, build));
}

}  // namespace

std::shared_ptr<const LegendreTables> legendre_tables(const char* op, const LegendreRings& rings, Backend& backend) {
  std::string key = "legendre " + std::to_string(rings.L) + ' ' + std::to_string(rings.spin) + ' ' + backend.name() + ' ';
  key.append(reinterpret_cast<const char*>(rings.theta.data()), rings.theta.size_bytes());
  key.append(reinterpret_cast<const char*>(rings.weights.data()), rings.weights.size_bytes());
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    const math::LegendreSlots plan =
        math::legendre_slots(static_cast<int>(rings.L), static_cast<int>(rings.spin), rings.theta, rings.weights);
    auto tables = std::make_shared<LegendreTables>();
    tables->steps = step_tables(op, rings.L, rings.spin, backend);
    tables->numbers = joined<double>({&plan.slot_values, &plan.powers}, Dtype::float64, backend, tables->places);
    tables->integers = joined<int32_t>({&plan.slot_rings, &plan.limits, &plan.exponents}, Dtype::int32, backend, tables->places);
    tables->L = rings.L;
    tables->spin = rings.spin;
    tables->rings = rings.count();
    tables->slots = plan.slots;
    tables->split = plan.split;
    tables->coarse = plan.coarse;
    tables->starts = start_tables(op, rings, *tables, backend);
    return tables;
  };
  const auto bytes = static_cast<size_t>(math::legendre_slots_bytes(rings.L, rings.spin, rings.count()));
  return std::static_pointer_cast<const LegendreTables>(PlanCache::instance().get(key, op, bytes, build));
}

void check_legendre(const char* op, Dtype dtype, const LegendreRings& rings) {
  const int64_t L = rings.L, count = rings.count();
  require(L >= 1 && L <= 4096, ErrorCode::value, op, "expected 1..4096 for L, got ", L);
  require(std::abs(rings.spin) < L, ErrorCode::value, op, "expected |spin| < L = ", L, " for spin, got ", rings.spin);
  require(count >= 1 && count <= 16384, ErrorCode::value, op, "expected 1..16384 rings for theta, got ", count);
  for (double angle : rings.theta)
    require(angle >= 0 && angle <= 3.1415926535897936, ErrorCode::value, op, "expected angles in [0, pi] for theta, got ", angle);
  require(rings.weights.empty() || rings.weights.size() == rings.theta.size(), ErrorCode::value, op, "expected ", count,
          " numbers for weights, got ", rings.weights.size());
  require(is_floating(dtype), ErrorCode::dtype, op, "expected a real or complex float dtype for x, got ", dtype);
  require(is_complex(dtype) || rings.spin == 0, ErrorCode::dtype, op, "expected complex64 or complex128 for x of spin ", rings.spin,
          ", got ", dtype);
}

LegendreArgs LegendreTables::arguments(Dtype dtype, bool analysis, int64_t outer, int64_t inner) const {
  LegendreArgs args{};
  const auto step = [&](int i) { return static_cast<const double*>(steps->numbers.data()) + steps->places[i]; };
  const auto number = [&](int i) { return static_cast<const double*>(numbers.data()) + places[i]; };
  const auto integer = [&](int i) { return static_cast<const int32_t*>(integers.data()) + places[2 + i]; };
  args.dtype = dtype;
  args.analysis = analysis;
  args.spin = static_cast<int32_t>(spin);
  args.outer = outer;
  args.inner = args.coefficient_step = inner;
  args.L = L;
  args.rings = rings;
  args.slots = slots;
  args.split = split;
  args.coarse = coarse;
  args.seeds = step(0);
  args.steps = step(1);
  args.factors = step(2);
  args.orders = static_cast<const int32_t*>(steps->orders.data());
  args.slot_values = number(0);
  args.powers = number(1);
  args.slot_rings = integer(0);
  args.limits = integer(1);
  args.exponents = integer(2);
  if (starts) {
    args.first_steps = static_cast<const int32_t*>(starts->first_steps.data());
    args.starts = static_cast<const double*>(starts->numbers.data());
  }
  return args;
}

namespace {

Tensor run(const char* op, const Tensor& operand, const LegendreRings& rings, bool analysis) {
  check_legendre(op, operand.dtype, rings);
  const int64_t L = rings.L, count = rings.count();
  if (analysis) {
    const bool fits = operand.ndim() == 4 && operand.shape[1] == count && operand.shape[2] == 2 * L - 1;
    require(fits, ErrorCode::shape, op, "expected [outer, ", count, ", ", 2 * L - 1, ", inner] for x, got ", operand.shape);
  } else {
    const bool fits = operand.ndim() == 3 && operand.shape[1] == L * L;
    require(fits, ErrorCode::shape, op, "expected [outer, ", L * L, ", inner] for x, got ", operand.shape);
  }
  const Tensor x = contiguous(operand);
  const int64_t outer = x.shape[0], inner = x.shape[x.ndim() - 1];
  const auto tables = legendre_tables(op, rings, x.backend());
  const Tensor out = empty(analysis ? Dims{outer, L * L, inner} : Dims{outer, count, 2 * L - 1, inner}, x.dtype, x.backend());
  launch(op, &KernelTable::legendre, outer * inner * L * L * count, out.backend(), [=] {
    LegendreArgs args = tables->arguments(x.dtype, analysis, outer, inner);
    args.x = x.data();
    args.out = out.data();
    return args;
  });
  return out;
}

}  // namespace

Tensor legendre_synthesis(const Tensor& x, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin) {
  return run("legendreSynthesis", x, {L, spin, theta, weights}, false);
}

Tensor legendre_analysis(const Tensor& x, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin) {
  return run("legendreAnalysis", x, {L, spin, theta, weights}, true);
}

}  // namespace clebsch::ops
