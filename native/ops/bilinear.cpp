#include "ops/bilinear.h"

#include <climits>
#include <numeric>

#include "math/clebsch_gordan.h"
#include "ops/launch.h"

namespace clebsch::ops {
namespace {

constexpr const char* kOp = "tensorProduct";

struct Term {
  int32_t row[3];  // of z, x, y
  double value;
};

int64_t degree_offset(const std::vector<int>& tau, int l) {
  int64_t offset = 0;
  for (int k = 0; k < l; ++k) offset += static_cast<int64_t>(2 * k + 1) * tau[k];
  return offset;
}

// Fragments (t1, t2) of one edge in order; with one input and l1 = l2 the copies and zeros are left out (conventions: t1 <= t2, t1 < t2 for
// odd l).
template <class F>
void for_fragments(const BilinearPlan& plan, const BilinearPlan::Edge& e, F&& f) {
  const bool half = plan.square && e.l1 == e.l2;
  for (int t1 = 0; t1 < plan.tau1[e.l1]; ++t1)
    for (int t2 = half ? t1 + e.l % 2 : 0; t2 < plan.tau2[e.l2]; ++t2) f(t1, t2);
}

std::vector<math::Coupling> couplings(const BilinearPlan& plan, const BilinearPlan::Edge& e) {
  return plan.complex_basis ? math::couplings(e.l1, e.l2, e.l) : math::real_couplings(e.l1, e.l2, e.l);
}

std::vector<Term> build_terms(const BilinearPlan& plan) {
  std::vector<Term> terms;
  terms.reserve(static_cast<size_t>(plan.terms));
  std::vector<int> done(plan.tau_out.size(), 0);  // fragments written so far, per output degree
  for (const auto& e : plan.edges) {
    const int64_t z0 = degree_offset(plan.tau_out, e.l), x0 = degree_offset(plan.tau1, e.l1), y0 = degree_offset(plan.tau2, e.l2);
    const auto list = couplings(plan, e);
    for_fragments(plan, e, [&](int t1, int t2) {
      const int fragment = done[e.l]++;
      for (const auto& c : list)
        terms.push_back({{static_cast<int32_t>(z0 + static_cast<int64_t>(c.m + e.l) * plan.tau_out[e.l] + fragment),
                          static_cast<int32_t>(x0 + static_cast<int64_t>(c.m1 + e.l1) * plan.tau1[e.l1] + t1),
                          static_cast<int32_t>(y0 + static_cast<int64_t>(c.m2 + e.l2) * plan.tau2[e.l2] + t2)},
                         c.value});
    });
  }
  return terms;
}

Tensor upload_values(const std::vector<double>& values, Dtype dtype, Backend& backend) {
  const Dims shape{static_cast<int64_t>(values.size())};
  if (dtype == Dtype::float64) return from_host(values.data(), shape, dtype, backend);
  const std::vector<float> rounded(values.begin(), values.end());
  return from_host(rounded.data(), shape, dtype, backend);
}

// Counting sort of the terms by the row that role r writes; equal rows keep their order.
std::shared_ptr<const RoleTerms> sort_terms(const BilinearPlan& plan, int r) {
  const std::vector<Term> terms = build_terms(plan);
  const int p = r == 0 ? 1 : 0, q = r == 2 ? 1 : 2;
  std::vector<int32_t> begin(static_cast<size_t>(plan.rows[r]) + 1, 0);
  for (const Term& t : terms) ++begin[t.row[r] + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<int32_t> next(begin.begin(), begin.end() - 1), row_p(terms.size()), row_q(terms.size());
  std::vector<double> value(terms.size());
  for (const Term& t : terms) {
    const int32_t at = next[t.row[r]]++;
    row_p[at] = t.row[p];
    row_q[at] = t.row[q];
    value[at] = t.value;
  }
  Backend& device = backend(plan.device);
  const auto upload = [&](const std::vector<int32_t>& v) {
    return from_host(v.data(), {static_cast<int64_t>(v.size())}, Dtype::int32, device);
  };
  auto out = std::make_shared<RoleTerms>();
  out->begin = upload(begin);
  out->row_p = upload(row_p);
  out->row_q = upload(row_q);
  out->value = upload_values(value, real_of(plan.dtype), device);
  return out;
}

std::vector<int> check_tau(const char* argument, std::span<const int32_t> tau) {
  require(!tau.empty(), ErrorCode::value, kOp, "expected at least one degree for ", argument, ", got none");
  for (int32_t t : tau) require(t >= 0 && t < 1 << 20, ErrorCode::value, kOp, "expected multiplicities >= 0 for ", argument, ", got ", t);
  return {tau.begin(), tau.end()};
}

std::vector<BilinearPlan::Edge> check_edges(std::span<const int32_t> flat, int degrees1, int degrees2) {
  require(flat.size() % 3 == 0, ErrorCode::value, kOp, "expected triples (l, l1, l2) for edges, got ", flat.size(), " numbers");
  std::vector<BilinearPlan::Edge> edges;
  for (size_t i = 0; i < flat.size(); i += 3) {
    const int l = flat[i], l1 = flat[i + 1], l2 = flat[i + 2];
    const bool valid = l >= 0 && l1 >= 0 && l2 >= 0 && l1 < degrees1 && l2 < degrees2 && std::abs(l1 - l2) <= l && l <= l1 + l2;
    require(valid, ErrorCode::value, kOp, "expected |l1 - l2| <= l <= l1 + l2 with l1 < ", degrees1, " and l2 < ", degrees2,
            " for edges, got (", l1, ", ", l2, ") -> ", l);
    edges.push_back({l, l1, l2});
  }
  return edges;
}

void count(BilinearPlan& plan, int degrees_out) {
  plan.tau_out.assign(degrees_out, 0);
  for (const auto& e : plan.edges) {
    int64_t fragments = 0;
    for_fragments(plan, e, [&](int, int) { ++fragments; });
    if (fragments == 0) continue;
    plan.tau_out[e.l] += static_cast<int>(fragments);
    plan.terms += fragments * math::coupling_count(e.l1, e.l2, e.l, plan.complex_basis);
  }
  plan.rows = {degree_offset(plan.tau_out, degrees_out), degree_offset(plan.tau1, static_cast<int>(plan.tau1.size())),
               degree_offset(plan.tau2, static_cast<int>(plan.tau2.size()))};
  for (int64_t rows : plan.rows) require(rows < INT_MAX, ErrorCode::memory, kOp, "expected fewer than 2^31 rows, got ", rows);
  require(plan.terms < INT_MAX, ErrorCode::memory, kOp, "expected fewer than 2^31 terms, got ", plan.terms);
}

std::string key_of(const BilinearPlan& plan) {
  std::ostringstream key;
  key << "bilinear " << plan.complex_basis << plan.square << ' ' << plan.dtype << ' ' << plan.device;
  for (const auto* tau : {&plan.tau1, &plan.tau2}) {
    key << " tau";
    for (int t : *tau) key << ' ' << t;
  }
  for (const auto& e : plan.edges) key << ' ' << e.l << ',' << e.l1 << ',' << e.l2;
  return key.str();
}

}  // namespace

std::shared_ptr<const RoleTerms> BilinearPlan::role(int r) const {
  std::lock_guard lock(mutex_);
  if (!roles_[r]) {
    const size_t bytes = static_cast<size_t>(terms) * (8 + dtype_size(real_of(dtype))) + static_cast<size_t>(rows[r] + 1) * 4;
    const auto build = [&]() -> std::shared_ptr<const Plan> { return sort_terms(*this, r); };
    roles_[r] = std::static_pointer_cast<const RoleTerms>(PlanCache::instance().get(key + " role " + std::to_string(r), kOp, bytes, build));
  }
  return roles_[r];
}

std::shared_ptr<const BilinearPlan> bilinear_plan(std::span<const int32_t> tau1, std::span<const int32_t> tau2,
                                                  std::span<const int32_t> edges, bool complex_basis, bool square, Dtype dtype,
                                                  int device) {
  require(is_floating(dtype), ErrorCode::dtype, kOp, "expected a floating dtype, got ", dtype);
  require(!complex_basis || is_complex(dtype), ErrorCode::dtype, kOp, "expected a complex dtype for basis 'complex', got ", dtype);
  auto plan = std::make_shared<BilinearPlan>();
  plan->tau1 = check_tau("tau1", tau1);
  plan->tau2 = check_tau("tau2", tau2);
  require(!square || plan->tau1 == plan->tau2, ErrorCode::value, kOp,
          "expected tau2 equal to tau1 where the product is of one input, got another");
  plan->edges = check_edges(edges, static_cast<int>(tau1.size()), static_cast<int>(tau2.size()));
  plan->complex_basis = complex_basis;
  plan->square = square;
  plan->dtype = dtype;
  plan->device = device;
  int degrees_out = 0;
  for (const auto& e : plan->edges) degrees_out = std::max(degrees_out, e.l + 1);
  count(*plan, degrees_out);
  plan->key = key_of(*plan);
  return plan;
}

Tensor bilinear(const Tensor& p, const Tensor& q, const BilinearPlan& plan, int64_t role) {
  require_same_device(kOp, p, q);
  require(role >= 0 && role < 3, ErrorCode::value, kOp, "expected role 0, 1 or 2, got ", role);
  const int r = static_cast<int>(role);
  const int64_t rows_p = plan.rows[r == 0 ? 1 : 0], rows_q = plan.rows[r == 2 ? 1 : 2];
  const int n = p.ndim();
  const bool fits = n >= 2 && q.ndim() == n && p.shape[n - 2] == rows_p && q.shape[n - 2] == rows_q;
  require(fits, ErrorCode::shape, kOp, "expected [..., ", rows_p, ", C] and [..., ", rows_q, ", C], got ", p.shape, " and ", q.shape);
  Dims other = q.shape;
  other[n - 2] = rows_p;
  require(other == p.shape, ErrorCode::shape, kOp, "expected equal batch axes and channels, got ", p.shape, " and ", q.shape);
  require(p.dtype == plan.dtype && q.dtype == plan.dtype, ErrorCode::dtype, kOp, "expected ", plan.dtype, ", got ", p.dtype, " and ",
          q.dtype);
  require(p.backend().code() == plan.device, ErrorCode::device, kOp, "expected tensors on ", device_name(plan.device), ", got ",
          p.backend().name());
  const auto terms = plan.role(r);
  const Tensor x = contiguous(p), y = contiguous(q);
  Dims shape = p.shape;
  shape[n - 2] = plan.rows[r];
  const Tensor out = empty(shape, p.dtype, p.backend());
  const int64_t batch = p.shape.product(0, n - 2), channels = p.shape[n - 1];
  const int64_t rows_out = plan.rows[r], count = plan.terms;
  launch(kOp, &KernelTable::bilinear, batch * channels * count + out.size(), out.backend(), [=] {
    const auto ints = [](const Tensor& t) { return static_cast<const int32_t*>(t.data()); };
    return BilinearArgs{out.dtype,
                        batch,
                        rows_out,
                        rows_p,
                        rows_q,
                        channels,
                        count,
                        ints(terms->begin),
                        ints(terms->row_p),
                        ints(terms->row_q),
                        terms->value.data(),
                        x.data(),
                        y.data(),
                        out.data()};
  });
  return out;
}

}  // namespace clebsch::ops
