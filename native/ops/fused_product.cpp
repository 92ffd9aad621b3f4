#include "ops/fused_product.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <set>

#include "math/clebsch_gordan.h"
#include "ops/launch.h"

namespace clebsch::ops {
namespace {

constexpr const char* kOp = "fusedTensorProduct";
constexpr int kItemFields = sizeof(FusedItem) / sizeof(int32_t);
constexpr int kHighestDegree = 4096;

std::vector<int32_t> check_tau(const char* argument, std::span<const int32_t> tau) {
  require(!tau.empty() && tau.size() <= kHighestDegree, ErrorCode::value, kOp, "expected 1 to ", kHighestDegree, " degrees for ", argument,
          ", got ", tau.size());
  for (int32_t t : tau) require(t >= 0 && t < 1 << 20, ErrorCode::value, kOp, "expected multiplicities >= 0 for ", argument, ", got ", t);
  return {tau.begin(), tau.end()};
}

FusedItem check_item(const FusedPlan& plan, const double* fields) {
  std::array<int32_t, kItemFields> values;
  for (int i = 0; i < kItemFields; ++i) {
    require(fields[i] >= 0 && fields[i] <= INT_MAX && fields[i] == std::floor(fields[i]), ErrorCode::value, kOp,
            "expected whole numbers for items, got ", fields[i]);
    values[i] = static_cast<int32_t>(fields[i]);
  }
  const auto [l, l1, l2, t1, t2, first, count, w] = values;
  const auto fragments = [&](int k, int degree) { return degree < static_cast<int>(plan.tau[k].size()) ? plan.tau[k][degree] : 0; };
  require(std::abs(l1 - l2) <= l && l <= l1 + l2, ErrorCode::value, kOp, "expected |l1 - l2| <= l <= l1 + l2, got (", l1, ", ", l2, ") -> ",
          l);
  require(t1 < fragments(1, l1) && t2 < fragments(2, l2) && count >= 1 && int64_t{first} + count <= fragments(0, l), ErrorCode::value, kOp,
          "expected fragments that the types have, got (", l1, ", ", l2, ") -> ", l);
  return {l, l1, l2, t1, t2, first, count, w};
}

// Weights are disjoint and together all: the kernel writes each of their gradients once.
int64_t check_weights(const FusedPlan& plan) {
  std::vector<std::pair<int32_t, int32_t>> ranges;
  for (const FusedItem& item : plan.items) ranges.emplace_back(item.w, item.count);
  std::sort(ranges.begin(), ranges.end());
  int64_t end = 0;
  for (const auto& [w, count] : ranges) {
    require(w == end, ErrorCode::value, kOp, "expected every weight to belong to one item, got another use of weight ",
            std::min<int64_t>(w, end));
    end += count;
  }
  return end;
}

// The tensor's rows in the order of places: degree, fragment, order.
std::vector<int32_t> rows_of_places(const std::vector<int32_t>& tau) {
  std::vector<int32_t> rows;
  for (int l = 0, start = 0; l < static_cast<int>(tau.size()); start += (2 * l + 1) * tau[l], ++l)
    for (int t = 0; t < tau[l]; ++t)
      for (int m = 0; m < 2 * l + 1; ++m) rows.push_back(start + m * tau[l] + t);
  return rows;
}

std::string key_of(const FusedPlan& plan) {
  std::ostringstream key;
  key << "fused " << plan.complex_basis << plan.square << ' ' << plan.dtype << ' ' << plan.device;
  for (const auto& tau : plan.tau) {
    key << " tau";
    for (int t : tau) key << ' ' << t;
  }
  key << ' ';
  key.write(reinterpret_cast<const char*>(plan.items.data()), static_cast<std::streamsize>(plan.items.size() * sizeof(FusedItem)));
  return key.str();
}

// More than a table takes: each coupling of the distinct edges as a term, and the steps.
size_t bytes_of(const FusedPlan& plan, FusedForm form) {
  std::set<std::array<int, 3>> edges;
  int64_t couplings = 0, groups = 0;
  for (const FusedItem& e : plan.items) {
    if (!edges.insert({e.l, e.l1, e.l2}).second) continue;
    couplings += math::coupling_count(e.l1, e.l2, e.l, plan.complex_basis);
    groups += 2 * std::max(e.l1, std::max(e.l2, e.l)) + 1;
  }
  const size_t tables =
      static_cast<size_t>(couplings) * (dtype_size(real_of(plan.dtype)) + 4) + static_cast<size_t>(groups) * sizeof(FusedGroup);
  return (form == FusedForm::both ? 2 : 1) * (tables + plan.items.size() * (sizeof(FusedStep) + 4));
}

struct Operands {
  std::array<const Tensor*, 4> by_role{};
  const Tensor& signal() const { return *(by_role[2] ? by_role[2] : by_role[3]); }
};

void check_operands(const FusedPlan& plan, const Operands& operands) {
  const Tensor& signal = operands.signal();
  const int n = signal.ndim();
  for (int r = 0; r < 4; ++r) {
    if (!operands.by_role[r]) continue;
    const Tensor& t = *operands.by_role[r];
    require_same_device(kOp, signal, t);
    require(t.dtype == plan.dtype, ErrorCode::dtype, kOp, "expected ", plan.dtype, ", got ", t.dtype);
    if (r == 1) {
      require(t.shape == Dims{plan.weights}, ErrorCode::shape, kOp, "expected [", plan.weights, "] for w, got ", t.shape);
      continue;
    }
    Dims wanted = signal.shape;
    if (n >= 2) wanted[n - 2] = plan.rows[r == 0 ? 0 : r - 1];
    require(n >= 2 && t.shape == wanted, ErrorCode::shape, kOp, "expected [..., ", plan.rows[r == 0 ? 0 : r - 1],
            ", C], alike in batch axes and channels, got ", t.shape);
  }
  require(signal.backend().code() == plan.device, ErrorCode::device, kOp, "expected tensors on ", device_name(plan.device), ", got ",
          signal.backend().name());
}

// Of any role; role 3 is role 2 with the signals exchanged.
Tensor run(const FusedPlan& plan, const Operands& operands, FusedForm form, int role) {
  check_operands(plan, operands);
  const auto table = plan.table(form, role);
  const Tensor& signal = operands.signal();
  Backend& device = signal.backend();
  const int n = signal.ndim();
  const auto operand = [&](int r) { return operands.by_role[r] ? contiguous(*operands.by_role[r]) : Tensor{}; };
  const int first = role == 3 ? 3 : 2, second = role == 3 ? 2 : 3;
  const Tensor z = operand(0), w = operand(1), a = operand(first);
  const Tensor b = operands.by_role[second] == operands.by_role[first] ? a : operand(second);
  Dims shape = signal.shape;
  if (role == 1)
    shape = {plan.weights};
  else
    shape[n - 2] = plan.rows[role == 0 ? 0 : role - 1];
  const Tensor out = empty(shape, plan.dtype, device);
  const int64_t batch = signal.shape.product(0, n - 2), channels = signal.shape[n - 1];
  const std::array<int64_t, 3> rows{plan.rows[0], plan.rows[first - 1], plan.rows[second - 1]};
  const std::array<Tensor, 3> index{plan.index[0], plan.index[first - 1], plan.index[second - 1]};
  const int64_t weights = plan.weights;
  launch(kOp, &KernelTable::fused_product, batch * channels * table->terms + out.size(), device, [=] {
    const auto ints = [](const Tensor& t) { return static_cast<const int32_t*>(t.data()); };
    const auto data = [](const Tensor& t) -> const void* { return t.storage ? t.data() : nullptr; };
    return FusedProductArgs{out.dtype,
                            role > 2 ? 2 : role,
                            batch,
                            channels,
                            rows[0],
                            rows[1],
                            rows[2],
                            weights,
                            table->terms,
                            table->units,
                            table->step_rows,
                            static_cast<const FusedStep*>(table->steps.data()),
                            static_cast<const FusedGroup*>(table->groups.data()),
                            ints(table->orders),
                            table->values.data(),
                            ints(table->unit_step),
                            ints(table->unit_place),
                            ints(table->part),
                            ints(index[0]),
                            ints(index[1]),
                            ints(index[2]),
                            data(z),
                            data(w),
                            data(a),
                            data(b),
                            out.data()};
  });
  return out;
}

}  // namespace

size_t FusedTable::bytes() const {
  return steps.bytes() + groups.bytes() + orders.bytes() + values.bytes() + unit_step.bytes() + unit_place.bytes() + part.bytes();
}

std::shared_ptr<const FusedTable> FusedPlan::table(FusedForm form, int role) const {
  std::lock_guard lock(mutex_);
  auto& held = tables_[static_cast<int>(form)][role];
  if (!held) {
    const std::string name = key + " form " + std::to_string(static_cast<int>(form)) + " role " + std::to_string(role);
    const auto build = [&]() -> std::shared_ptr<const Plan> { return build_fused_table(*this, form, role); };
    held = std::static_pointer_cast<const FusedTable>(PlanCache::instance().get(name, kOp, bytes_of(*this, form), build));
  }
  return held;
}

std::shared_ptr<const FusedPlan> fused_plan(std::span<const int32_t> tau1, std::span<const int32_t> tau2, std::span<const int32_t> tau_out,
                                            std::span<const double> items, bool complex_basis, bool square, Dtype dtype, int device) {
  require(is_floating(dtype), ErrorCode::dtype, kOp, "expected a floating dtype, got ", dtype);
  require(!complex_basis || is_complex(dtype), ErrorCode::dtype, kOp, "expected a complex dtype for basis 'complex', got ", dtype);
  require(items.size() % kItemFields == 0, ErrorCode::value, kOp, "expected rows of ", kItemFields, " numbers for items, got ",
          items.size());
  auto plan = std::make_shared<FusedPlan>();
  plan->tau = {check_tau("tauOut", tau_out), check_tau("tau1", tau1), check_tau("tau2", tau2)};
  require(!square || plan->tau[1] == plan->tau[2], ErrorCode::value, kOp, "expected tau2 equal to tau1 for a square, got another");
  plan->complex_basis = complex_basis;
  plan->square = square;
  plan->dtype = dtype;
  plan->device = device;
  for (size_t i = 0; i < items.size(); i += kItemFields) {
    const FusedItem item = check_item(*plan, &items[i]);
    plan->items.push_back(item);
    plan->terms += math::coupling_count(item.l1, item.l2, item.l, complex_basis);
  }
  plan->weights = check_weights(*plan);
  require(plan->terms < INT_MAX, ErrorCode::memory, kOp, "expected fewer than 2^31 terms, got ", plan->terms);
  for (int k = 0; k < 3; ++k) {
    plan->rows[k] = degree_place(plan->tau[k], static_cast<int>(plan->tau[k].size()));
    require(plan->rows[k] < INT_MAX, ErrorCode::memory, kOp, "expected fewer than 2^31 rows, got ", plan->rows[k]);
    const std::vector<int32_t> rows = rows_of_places(plan->tau[k]);
    plan->index[k] = from_host(rows.data(), {plan->rows[k]}, Dtype::int32, backend(device));
  }
  plan->key = key_of(*plan);
  return plan;
}

Tensor fused_product(const Tensor& a, const Tensor& b, const Tensor& c, const FusedPlan& plan, int64_t role) {
  require(role >= 0 && role < 4, ErrorCode::value, kOp, "expected a role of 0..3, got ", role);
  Operands operands;
  const std::array<const Tensor*, 3> given{&a, &b, &c};
  for (int r = 0, i = 0; r < 4; ++r)
    if (r != role) operands.by_role[r] = given[i++];
  return run(plan, operands, plan.square ? FusedForm::both : FusedForm::pair, static_cast<int>(role));
}

Tensor fused_square(const Tensor& a, const Tensor& x, const FusedPlan& plan, int64_t role) {
  require(role == 0 || role == 1, ErrorCode::value, kOp, "expected the role 0 or 1, got ", role);
  require(plan.square, ErrorCode::value, kOp, "expected the plan of a square, got another");
  Operands operands;
  operands.by_role[1 - role] = &a;
  operands.by_role[2] = operands.by_role[3] = &x;
  return run(plan, operands, FusedForm::square, static_cast<int>(role));
}

}  // namespace clebsch::ops
