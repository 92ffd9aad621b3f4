#include "math/wigner_column.h"

namespace clebsch::math {
namespace {

double parity_sign(int n) { return n % 2 == 0 ? 1 : -1; }

// d^l_mn for l = m >= |n|: (-1)^{m-n} sqrt(binomial(2m, m+n)) cos^{m+n}(beta/2) sin^{m-n}(beta/2). Multiplied factor by factor, because
// binomial and powers alone leave the range.
long double stretched_d(int m, int n, HalfAngle half) {
  const int fewer = std::min(m + n, m - n), more = 2 * m - fewer;
  long double value = parity_sign(m - n) * std::pow(n >= 0 ? half.cosine : half.sine, more - fewer);
  for (int k = 1; k <= fewer; ++k) value *= std::sqrt(static_cast<long double>(more + k) / k) * half.cosine * half.sine;
  return value;
}

}  // namespace

WignerColumns::WignerColumns(std::vector<HalfAngle> angles, int L)
    : L_(L), angles_(std::move(angles)), root_(static_cast<size_t>(L) * L), inverse_(static_cast<size_t>(L) * L) {
  for (const HalfAngle& half : angles_) cosine_.push_back((half.cosine - half.sine) * (half.cosine + half.sine));
  for (int k = 1; k < L; ++k) {
    for (int m = 0; m < k; ++m) {
      const size_t at = static_cast<size_t>(k) * L + m;
      root_[at] = std::sqrt(static_cast<long double>(k - m) * (k + m));
      inverse_[at] = 1 / root_[at];
    }
  }
}

WignerColumns::Orders WignerColumns::standard_orders(int m, int n) {
  if (m >= std::abs(n)) return {m, n, 1};
  if (-n >= std::abs(m)) return {-n, -m, 1};
  return n >= std::abs(m) ? Orders{n, m, parity_sign(m - n)} : Orders{-m, -n, parity_sign(m - n)};
}

WignerColumns::State WignerColumns::seed(const Orders& orders) const {
  State state{std::vector<long double>(angles_.size()), {}};
  for (const HalfAngle& half : angles_) state.value.push_back(orders.sign * stretched_d(orders.m, orders.n, half));
  return state;
}

// r_{l+1,m} r_{l+1,n} d^{l+1} = (2l+1) ((l+1) cos(beta) - m n/l) d^l - (l+1)/l r_{l,m} r_{l,n} d^{l-1}, r_{l,m} = sqrt(l^2 - m^2)
void WignerColumns::advance(const Orders& orders, int l, State& state) const {
  const int m = orders.m, n = std::abs(orders.n);
  const long double reciprocal = l > 0 ? 1.0L / l : 0;  // degree 0 has m = n = 0 and no predecessor
  const size_t row = static_cast<size_t>(l) * L_, next = row + L_;
  const long double scale = inverse_[next + m] * inverse_[next + n];
  const long double slope = scale * (2 * l + 1) * (l + 1), shift = scale * (2 * l + 1) * orders.m * orders.n * reciprocal;
  const long double back = scale * (l + 1) * reciprocal * root_[row + m] * root_[row + n];
  for (size_t i = 0; i < cosine_.size(); ++i) {
    const long double after = (slope * cosine_[i] - shift) * state.value[i] - back * state.before[i];
    state.before[i] = state.value[i];
    state.value[i] = after;
  }
}

}  // namespace clebsch::math
