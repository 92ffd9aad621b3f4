#pragma once
// A Clebsch-Gordan product as a list of terms z_i += value x_j y_k, kept in up to three sort orders (one per role, built on first use).
#include <array>
#include <mutex>

#include "ops/ops.h"

namespace clebsch::ops {

// Terms of one role on its device: out[i] = sum over t in [begin[i], begin[i+1]) of value[t] p[row_p[t]] q[row_q[t]].
class RoleTerms final : public Plan {
 public:
  Tensor begin, row_p, row_q, value;
  size_t bytes() const override { return begin.bytes() + row_p.bytes() + row_q.bytes() + value.bytes(); }
};

class BilinearPlan {
 public:
  struct Edge {
    int l, l1, l2;
  };
  std::vector<int> tau1, tau2, tau_out;
  std::vector<Edge> edges;
  bool complex_basis, square;
  Dtype dtype;  // of the signals
  int device;
  int64_t terms = 0;              // non-zero couplings, one channel
  std::array<int64_t, 3> rows{};  // of z, x, y
  std::string key;

  std::shared_ptr<const RoleTerms> role(int r) const;

 private:
  mutable std::mutex mutex_;
  mutable std::array<std::shared_ptr<const RoleTerms>, 3> roles_;  // held: an evicted table lives as long as the plan
};

}  // namespace clebsch::ops
