#include <algorithm>
#include <map>
#include <numeric>

#include "math/clebsch_gordan.h"
#include "ops/fused_product.h"

namespace clebsch::ops {
namespace {

enum Factor : int { kZ, kX, kY };

// Which of z, x, y is the result, and which are the factors.
struct Arrangement {
  Factor out, p, q;
};

// `merged`: both factors are the same signal, terms that are equal then are taken once, with twice the value.
enum class Variant : int { plain, doubled, merged };

// The coefficients of one edge by the orders of any arrangement.
class Couplings {
 public:
  Couplings(const FusedItem& item, bool complex_basis) : degree_{item.l, item.l1, item.l2} {
    values_.assign(static_cast<size_t>(2 * (2 * item.l1 + 1) * (2 * item.l2 + 1)), 0.0);
    const auto list = complex_basis ? math::couplings(item.l1, item.l2, item.l) : math::real_couplings(item.l1, item.l2, item.l);
    for (const math::Coupling& c : list) values_[place({c.m, c.m1, c.m2})] = c.value;
  }

  int degree(Factor f) const { return degree_[f]; }
  bool odd() const { return (degree_[kZ] + degree_[kX] + degree_[kY]) % 2 == 1; }

  double at(const Arrangement& r, int out, int p, int q) const {
    std::array<int, 3> m{};
    m[r.out] = out, m[r.p] = p, m[r.q] = q;
    return values_[place(m)];
  }

 private:
  // Given m1 and m2, |m| is | |m1| - |m2| | or |m1| + |m2|, and its sign follows.
  size_t place(const std::array<int, 3>& m) const {
    const int far = std::abs(m[kZ]) == std::abs(m[kX]) + std::abs(m[kY]) ? 1 : 0;
    return static_cast<size_t>(2 * ((m[kX] + degree_[kX]) * (2 * degree_[kY] + 1) + m[kY] + degree_[kY]) + far);
  }

  std::array<int, 3> degree_;
  std::vector<double> values_;
};

struct Entry {
  int f, s;
  double c, d;
};

// The entries of one group on their way into the table. `singles` have s = 0 and may be exchanged with `others`, which have f = 0.
struct GroupEntries {
  std::vector<Entry> terms, quadruples, singles, others;
};

void merge_into(std::vector<Entry>& list, const Entry& e) {
  const auto known =
      std::find_if(list.begin(), list.end(), [&](const Entry& k) { return k.f == e.f && k.s == e.s && k.c * k.d * e.c * e.d >= 0; });
  if (known == list.end()) return list.push_back(e);
  known->c += e.c;
  known->d += e.d;
}

// Both factors are one signal, so that f and s may be exchanged.
GroupEntries merged(const GroupEntries& group) {
  GroupEntries result;
  for (Entry e : group.terms) {
    if (e.f > e.s) std::swap(e.f, e.s);
    merge_into(result.terms, e);
  }
  for (Entry e : group.quadruples) {
    const int sign = e.c == e.d ? -1 : 1;
    if (std::abs(e.f) > std::abs(e.s)) e = {sign * e.s, sign * e.f, e.c, e.d};
    merge_into(result.quadruples, e);
  }
  for (const Entry& e : group.singles) merge_into(result.singles, e);
  for (const Entry& e : group.others) merge_into(result.singles, {e.s, e.f, e.c, e.d});
  return result;
}

class TableBuilder {
 public:
  TableBuilder(const FusedPlan& plan, FusedForm form, int role) : plan_(plan), form_(form), role_(role) {
    for (const FusedItem& item : plan.items) add_item(item);
    sort_steps();
  }

  std::shared_ptr<const FusedTable> upload() const {
    Backend& device = backend(plan_.device);
    const auto ints = [&](const void* data, size_t count) { return from_host(data, {static_cast<int64_t>(count)}, Dtype::int32, device); };
    auto table = std::make_shared<FusedTable>();
    table->steps = ints(sorted_.data(), sorted_.size() * sizeof(FusedStep) / 4);
    table->groups = ints(groups_.data(), groups_.size() * sizeof(FusedGroup) / 4);
    table->orders = ints(orders_.data(), orders_.size());
    table->unit_step = ints(unit_step_.data(), unit_step_.size());
    table->unit_place = ints(unit_place_.data(), unit_place_.size());
    table->part = ints(part_.data(), part_.size());
    const Dims count{static_cast<int64_t>(values_.size())};
    const std::vector<float> rounded(values_.begin(), values_.end());
    const bool single = real_of(plan_.dtype) == Dtype::float32;
    table->values =
        single ? from_host(rounded.data(), count, Dtype::float32, device) : from_host(values_.data(), count, Dtype::float64, device);
    table->units = static_cast<int64_t>(unit_step_.size()) - 1;
    table->terms = terms_;
    table->step_rows = step_rows_;
    return table;
  }

 private:
  struct Block {
    int32_t group, groups;
    int64_t terms;
  };
  struct Step {
    FusedStep step;
    int32_t unit;
    int64_t work;
  };

  // The steps of one item; `both` adds that with the signals exchanged, which on the diagonal is the same.
  void add_item(const FusedItem& item) {
    const bool diagonal = plan_.square && item.l1 == item.l2 && item.t1 == item.t2;
    const Variant variant = !diagonal || form_ == FusedForm::pair ? Variant::plain
                            : form_ == FusedForm::square          ? Variant::merged
                                                                  : Variant::doubled;
    const bool exchanged = role_ == 3;
    add_step(item, exchanged, variant);
    if (form_ == FusedForm::both && !diagonal) add_step(item, !exchanged, Variant::plain);
  }

  // The first signal is y where `exchanged`, else x.
  void add_step(const FusedItem& item, bool exchanged, Variant variant) {
    const Factor first = exchanged ? kY : kX, second = exchanged ? kX : kY;
    const Arrangement arrangement = role_ < 2 ? Arrangement{kZ, first, second} : Arrangement{first, kZ, second};
    const Block& block = block_of(item, arrangement, variant);
    const auto place = [&](Factor f) {
      const int l = f == kZ ? item.l : f == kX ? item.l1 : item.l2, t = f == kZ ? item.first : f == kX ? item.t1 : item.t2;
      return static_cast<int32_t>(degree_place(plan_.tau[f], l) + static_cast<int64_t>(t) * (2 * l + 1) + l);
    };
    const FusedStep step{block.group, block.groups, place(kZ), item.count, item.w, place(first), place(second), item.l};
    const int32_t unit = role_ == 1 ? item.w : role_ == 0 ? item.l : exchanged ? item.l2 : item.l1;
    terms_ += block.terms;
    step_rows_ = std::max(step_rows_, int64_t{2} * (item.l + item.l1 + item.l2) + 3);
    steps_.push_back({step, unit, block.terms + static_cast<int64_t>(item.count) * (2 * item.l + 1)});
  }

  const Block& block_of(const FusedItem& item, const Arrangement& arrangement, Variant variant) {
    const std::array<int, 6> key{item.l, item.l1, item.l2, arrangement.out, arrangement.p, static_cast<int>(variant)};
    const auto known = blocks_.find(key);
    if (known != blocks_.end()) return known->second;
    const std::array<int, 3> edge{item.l, item.l1, item.l2};
    if (edge != edge_) couplings_ = std::make_unique<Couplings>(item, plan_.complex_basis);
    edge_ = edge;
    const int highest = couplings_->degree(arrangement.out);
    Block block{static_cast<int32_t>(groups_.size()), plan_.complex_basis ? 2 * highest + 1 : highest + 1, 0};
    for (int m = plan_.complex_basis ? -highest : 0; m <= highest; ++m) {
      const GroupEntries group = plan_.complex_basis ? complex_group(arrangement, m) : real_group(arrangement, m);
      append(variant == Variant::merged ? merged(group) : group, group_order(m), !plan_.complex_basis && m > 0,
             variant == Variant::doubled ? 2 : 1);
      const FusedGroup& g = groups_.back();
      block.terms += g.pair ? 4 * g.count + 2 * g.single : g.count;
    }
    return blocks_.emplace(key, block).first->second;
  }

  // The order that the sums A belong to.
  int group_order(int m) const { return !plan_.complex_basis && couplings_->odd() ? -m : m; }

  GroupEntries complex_group(const Arrangement& r, int out) const {
    GroupEntries group;
    const int lp = couplings_->degree(r.p), lq = couplings_->degree(r.q);
    for (int p = -lp; p <= lp; ++p) {
      // z = x + y in orders, whichever of them is the result.
      const int q = r.out == kZ ? out - p : r.p == kZ ? p - out : p + out;
      if (std::abs(q) <= lq) group.terms.push_back({p, q, couplings_->at(r, out, p, q), 0});
    }
    return group;
  }

  GroupEntries real_group(const Arrangement& r, int m) const {
    GroupEntries group;
    const int lp = couplings_->degree(r.p), lq = couplings_->degree(r.q);
    for (int p = 0; p <= lp; ++p) {
      const int near = std::abs(m - p), far = m + p;
      if (near <= lq) add_orders(group, r, m, p, near);
      if (far <= lq && far != near) add_orders(group, r, m, p, far);
    }
    return group;
  }

  // All couplings of the orders +-m, +-p, +-q.
  void add_orders(GroupEntries& group, const Arrangement& r, int m, int p, int q) const {
    const int order = group_order(m);
    const auto a = [&](int f, int s) { return couplings_->at(r, order, f, s); };
    const auto b = [&](int f, int s) { return couplings_->at(r, -order, f, s); };
    const double c = a(p, q), d = a(-p, -q);
    if (m == 0) {  // without a partner, and with an odd number of sines if the sum of degrees is odd
      const int s = couplings_->odd() ? -q : q;
      if (p > 0 || !couplings_->odd()) group.terms.push_back({p, s, a(p, s), 0});
      if (p > 0) group.terms.push_back({-p, -s, a(-p, -s), 0});
    } else if (q == 0) {
      group.singles.push_back({p, 0, c, b(-p, 0)});
    } else if (p == 0) {
      group.others.push_back({0, q, c, b(0, -q)});
    } else if (b(p, -q) == c && b(-p, q) == -d) {
      group.quadruples.push_back({p, q, c, d});
    } else {
      check(b(p, -q) == -c && b(-p, q) == d);
      group.quadruples.push_back({-p, -q, d, c});
    }
  }

  // As quadruples, of which half vanish.
  static void add_others(GroupEntries& group) {
    for (const Entry& e : group.others) {
      check(e.d == e.c || e.d == -e.c);
      group.quadruples.push_back(e.d == e.c ? Entry{0, e.s, e.c, 0} : Entry{0, -e.s, 0, e.c});
    }
  }

  static void check(bool known) {
    require(known, ErrorCode::value, "fusedTensorProduct", "expected couplings of the real basis to come in quadruples, got others");
  }

  void append(GroupEntries entries, int order, bool pair, double factor) {
    add_others(entries);
    const std::vector<Entry>& list = pair ? entries.quadruples : entries.terms;
    groups_.push_back({static_cast<int32_t>(values_.size()), static_cast<int32_t>(orders_.size()), static_cast<int32_t>(list.size()),
                       static_cast<int32_t>(entries.singles.size()), order, pair ? 1 : 0});
    for (const auto* part : {&list, static_cast<const std::vector<Entry>*>(&entries.singles)}) {
      for (const Entry& e : *part) {
        orders_.push_back(static_cast<int32_t>(static_cast<uint16_t>(e.f) | static_cast<uint32_t>(static_cast<uint16_t>(e.s)) << 16));
        values_.push_back(factor * e.c);
        if (pair) values_.push_back(factor * e.d);
      }
    }
    require(values_.size() < INT32_MAX, ErrorCode::memory, "fusedTensorProduct", "expected fewer than 2^31 coefficients, got more");
  }

  // Steps by unit, in the order of the items.
  void sort_steps() {
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.unit < b.unit; });
    std::vector<int64_t> work{0};
    const auto close_unit = [&] {
      unit_step_.push_back(static_cast<int32_t>(sorted_.size()));
      work.push_back(work.back());
    };
    if (role_ == 1) {
      for (size_t i = 0; i < steps_.size(); ++i) {
        if (i == 0 || steps_[i].unit != steps_[i - 1].unit) close_unit();
        take(steps_[i], work);
      }
    } else {
      const auto& tau = plan_.tau[role_ == 0 ? kZ : role_ == 2 ? kX : kY];
      size_t i = 0;
      for (int l = 0; l < static_cast<int>(tau.size()); ++l) {
        unit_place_.push_back(static_cast<int32_t>(degree_place(tau, l)));
        close_unit();
        for (; i < steps_.size() && steps_[i].unit == l; ++i) take(steps_[i], work);
      }
      unit_place_.push_back(static_cast<int32_t>(degree_place(tau, static_cast<int>(tau.size()))));
    }
    unit_step_.push_back(static_cast<int32_t>(sorted_.size()));
    for (int i = 0; i <= kFusedParts; ++i) {
      const int64_t share = work.back() * i / kFusedParts;
      const auto first = std::lower_bound(work.begin() + 1, work.end(), share) - work.begin() - 1;
      part_.push_back(i == kFusedParts ? static_cast<int32_t>(unit_step_.size()) - 1 : i == 0 ? 0 : static_cast<int32_t>(first));
    }
  }

  void take(const Step& step, std::vector<int64_t>& work) {
    sorted_.push_back(step.step);
    work.back() += step.work;
  }

  const FusedPlan& plan_;
  const FusedForm form_;
  const int role_;
  std::map<std::array<int, 6>, Block> blocks_;
  std::array<int, 3> edge_{-1, -1, -1};
  std::unique_ptr<Couplings> couplings_;
  std::vector<Step> steps_;
  std::vector<FusedStep> sorted_;
  std::vector<FusedGroup> groups_;
  std::vector<int32_t> orders_, unit_step_, unit_place_, part_;
  std::vector<double> values_;
  int64_t terms_ = 0, step_rows_ = 0;
};

}  // namespace

int64_t degree_place(const std::vector<int32_t>& tau, int l) {
  int64_t place = 0;
  for (int k = 0; k < l; ++k) place += static_cast<int64_t>(2 * k + 1) * tau[k];
  return place;
}

std::shared_ptr<const FusedTable> build_fused_table(const FusedPlan& plan, FusedForm form, int role) {
  return TableBuilder(plan, form, role).upload();
}

}  // namespace clebsch::ops
