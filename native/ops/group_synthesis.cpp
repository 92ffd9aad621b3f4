// From coefficients to samples of SO(3) by recursion, in one operation (see GroupSynthesisArgs).
#include <cmath>

#include "math/group_plan.h"
#include "math/polar_tables.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
namespace {

class GroupTables final : public Plan {
 public:
  Tensor numbers, integers;
  int64_t slots = 0, split = 0, steps = 0, quads = 0;
  size_t bytes() const override { return numbers.bytes() + integers.bytes(); }

  // What the recursion reads, on the stream of the device.
  void give(GroupSynthesisArgs& args) const {
    const auto* number = static_cast<const double*>(numbers.data());
    args.slots = slots;
    args.split = split;
    args.steps = number;
    args.factors = args.steps + 3 * steps;
    args.slot_values = args.factors + steps;
    args.seeds = args.slot_values + slots;
    args.quads = static_cast<const int32_t*>(integers.data());
    args.slot_rings = args.quads + quads;
  }
};

std::shared_ptr<const GroupTables> group_tables(const char* op, const std::string& sampling, int64_t L, int64_t N, Backend& backend) {
  const math::Sampling rule = sampling_of(sampling);
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    const math::GroupPlan plan = math::group_plan(rule, static_cast<int>(L), static_cast<int>(N));
    auto tables = std::make_shared<GroupTables>();
    std::vector<double> numbers;
    for (const auto* part : {&plan.steps, &plan.factors, &plan.slot_values, &plan.seeds})
      numbers.insert(numbers.end(), part->begin(), part->end());
    std::vector<int32_t> integers = plan.quads;
    integers.insert(integers.end(), plan.slot_rings.begin(), plan.slot_rings.end());
    tables->numbers = from_host(numbers.data(), {static_cast<int64_t>(numbers.size())}, Dtype::float64, backend);
    tables->integers = from_host(integers.data(), {static_cast<int64_t>(integers.size())}, Dtype::int32, backend);
    tables->slots = plan.slots;
    tables->split = plan.split;
    tables->steps = static_cast<int64_t>(plan.factors.size());
    tables->quads = static_cast<int64_t>(plan.quads.size());
    return tables;
  };
  const std::string key = "groupSynthesis " + sampling + ' ' + std::to_string(L) + ' ' + std::to_string(N) + ' ' + backend.name();
  const auto bytes = static_cast<size_t>(math::group_plan_bytes(math::rings(rule, static_cast<int>(L)), L, N));
  return std::static_pointer_cast<const GroupTables>(PlanCache::instance().get(key, op, bytes, build));
}

}  // namespace

Tensor group_synthesis(const Tensor& operand, const std::string& sampling, const Dims& sizes, std::span<const double> alpha_spec,
                       std::span<const double> gamma_spec, int64_t kept) {
  const char* op = "groupSynthesis";
  GroupSynthesisArgs full{};
  full.polar = wigner_sizes(op, sizes, operand.dtype);
  const int64_t L = full.polar.L, N = full.polar.N, rings = full.polar.rings;
  require(L <= math::kMostGroupL, ErrorCode::value, op, "expected at most ", math::kMostGroupL, " for L, got ", L);
  require(rings == math::rings(sampling_of(sampling), static_cast<int>(L)), ErrorCode::value, op, "expected the rings of ", sampling,
          ", got ", rings);
  const TorusAngles angles = check_torus(op, alpha_spec, gamma_spec, kept);
  require(angles.alpha.orders == L && angles.gamma.orders == N, ErrorCode::value, op, "expected ", L, " and ", N, " orders, got ",
          angles.alpha.orders, " and ", angles.gamma.orders);
  require(angles.alpha.points >= 2 * L - 1 && angles.gamma.points >= 2 * N - 1, ErrorCode::value, op, "expected at least ", 2 * L - 1,
          " and ", 2 * N - 1, " points, got ", angles.alpha.points, " and ", angles.gamma.points);
  const int64_t rows = math::group_coefficients(is_complex(operand.dtype), static_cast<int>(L), static_cast<int>(N));
  require(operand.ndim() == 3 && operand.shape[1] == rows, ErrorCode::shape, op, "expected [batch, ", rows, ", C] for x, got ",
          operand.shape);
  const Tensor x = contiguous(operand);
  Backend& backend = x.backend();
  const int64_t batch = x.shape[0], channels = x.shape[2], points = angles.alpha.points;
  full.polar.batch = batch;
  full.polar.channels = channels;
  const auto tables = group_tables(op, sampling, L, N, backend);
  const TorusPlans plans = torus_plans(op, angles, x.dtype, backend);
  const int64_t on_device = backend.code() == kCpu ? 0 : batch;
  const Tensor out = empty({batch, kept, rings, points, channels}, x.dtype, backend);
  const Tensor waves = empty({on_device, 2 * N - 1, rings, 2 * L - 1, channels}, x.dtype, backend);
  const Tensor between = empty({on_device, 2 * N - 1, rings, points, channels}, x.dtype, backend);
  launch(op, &KernelTable::group_synthesis, batch * channels * rows * rings, backend, [=] {
    GroupSynthesisArgs args = full;
    tables->give(args);
    args.polar.x = x.data();
    args.angles = plans.arguments(angles, x.dtype, true, {batch, rings, channels});
    args.waves = waves.size() > 0 ? waves.data() : nullptr;
    args.angles.x = args.waves;
    args.angles.out = out.data();
    args.angles.between = between.size() > 0 ? between.data() : nullptr;
    return args;
  });
  return out;
}

}  // namespace clebsch::ops
