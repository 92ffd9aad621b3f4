#pragma once
// d^l_mn of many angles for all degrees, order pair by order pair.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace clebsch::math {

// beta by the cosine and sine of its half, so that beta = pi/2 can be exact.
struct HalfAngle {
  long double cosine, sine;
};

inline HalfAngle half_angle(long double beta) { return {std::cos(beta / 2), std::sin(beta / 2)}; }

// Three-term recursion in l for each (m, n) (Varshalovich et al. 1988, section 4.8) in extended precision, whose range of exponents also
// holds the smallest seeds up to L = 4096.
class WignerColumns {
 public:
  WignerColumns(std::vector<HalfAngle> angles, int L);

  // f(l, d) for l = max(|m|, |n|)..L-1, where d[i] = d^l_mn of angle i.
  template <class F>
  void visit(int m, int n, F f) const {
    const Orders orders = standard_orders(m, n);
    State state = seed(orders);
    for (int l = orders.m; l < L_; ++l) {
      f(l, state.value.data());
      if (l + 1 < L_) advance(orders, l, state);
    }
  }

  // d^l_mn of l = max(|m|, |n|), where `visit` begins.
  std::vector<long double> first(int m, int n) const { return seed(standard_orders(m, n)).value; }

 private:
  // d_mn = sign d of orders with m >= |n|, by d_mn = (-1)^{m-n} d_nm = d_{-n,-m}.
  struct Orders {
    int m, n;
    double sign;
  };
  struct State {
    std::vector<long double> before, value;
  };
  static Orders standard_orders(int m, int n);
  State seed(const Orders& orders) const;
  void advance(const Orders& orders, int l, State& state) const;  // from l to l + 1

  int L_;
  std::vector<HalfAngle> angles_;
  std::vector<long double> cosine_;          // of the whole angles
  std::vector<long double> root_, inverse_;  // sqrt(k^2 - m^2) at [k][m], m < k < L, and the reciprocals
};

}  // namespace clebsch::math
