#pragma once
// Products of generalized signals that are multiplied by weights at once (see FusedProductArgs): a list of items and, per role, the tables
// that its kernel walks.
#include <array>
#include <mutex>

#include "ops/ops.h"

namespace clebsch::ops {

// Fragment t1 of degree l1 times fragment t2 of degree l2, coupled to degree l, is added to its fragments first .. first + count - 1, the
// k-th time with weight w + k.
struct FusedItem {
  int32_t l, l1, l2, t1, t2, first, count, w;
};

// What a table computes. `pair`: Q(z, w, x, y) of two signals. For items of one signal, `square`: Q(z, w, x, x), with the terms that occur
// twice taken once, and `both`: Q(z, w, x, y) + Q(z, w, y, x), whose derivative by x at y = x is that of the square.
enum class FusedForm : int { pair, square, both };

class FusedTable final : public Plan {
 public:
  Tensor steps, groups, orders, values, unit_step, unit_place, part;
  int64_t terms = 0, units = 0, step_rows = 0;
  size_t bytes() const override;
};

class FusedPlan {
 public:
  std::array<std::vector<int32_t>, 3> tau;  // of z, x, y
  std::vector<FusedItem> items;
  bool complex_basis, square;
  Dtype dtype;  // of the signals
  int device;
  int64_t weights = 0, terms = 0;  // non-zero couplings of one channel
  std::array<int64_t, 3> rows{};
  std::array<Tensor, 3> index;  // the tensor's row of each place
  std::string key;

  // Role 0 z, 1 w, 2 x, 3 y.
  std::shared_ptr<const FusedTable> table(FusedForm form, int role) const;

 private:
  mutable std::mutex mutex_;
  mutable std::array<std::array<std::shared_ptr<const FusedTable>, 4>, 3> tables_;  // held, as BilinearPlan's
};

// fused_table.cpp
int64_t degree_place(const std::vector<int32_t>& tau, int l);
std::shared_ptr<const FusedTable> build_fused_table(const FusedPlan& plan, FusedForm form, int role);

}  // namespace clebsch::ops
