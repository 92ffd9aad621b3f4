#include "math/polar_tables.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/wigner.h"
#include "math/wigner_column.h"

namespace clebsch::math {
namespace {

constexpr long double kPi = std::numbers::pi_v<long double>;

int degrees(int L, int m, int n) { return L - std::max(std::abs(m), std::abs(n)); }

// The cardinal functions of the circle through the nodes of mw (2L-1 points) or mwss (2L points), frequencies |k| < L.
class CircleInterpolation {
 public:
  CircleInterpolation(Sampling sampling, int L)
      : L_(L), points_(sampling == Sampling::mw ? 2 * L - 1 : 2 * L), theta_(polar_rule(sampling, L, 0).theta) {}

  int rings() const { return static_cast<int>(theta_.size()); }
  bool is_pole(int t) const { return t == rings() - 1 || (points_ == 2 * L_ && t == 0); }

  // What the value on ring t, with its mirror image of sign (-1)^parity on the other side of the circle, contributes at theta.
  long double operator()(int t, int parity, long double theta) const {
    const long double own = kernel(theta - theta_[t]);
    if (is_pole(t)) return own;
    return parity == 0 ? own + kernel(theta + theta_[t]) : own - kernel(theta + theta_[t]);
  }

 private:
  long double kernel(long double angle) const {
    const long double sine = std::sin(angle / 2);
    return sine == 0 ? (2 * L_ - 1) / static_cast<long double>(points_) : std::sin((L_ - 0.5L) * angle) / (points_ * sine);
  }

  int L_, points_;
  std::vector<long double> theta_;
};

// d^l_mn at nodes, and for mw and mwss a matrix from there to the rings.
struct Stage {
  WignerColumns columns;
  std::vector<long double> scale;   // of nodes
  std::vector<double> to_rings[2];  // by parity of m + n: [rings][nodes]; empty: nodes are the rings
};

std::vector<HalfAngle> half_angles(const std::vector<long double>& theta) {
  std::vector<HalfAngle> halves;
  for (long double angle : theta) halves.push_back(half_angle(angle));
  return halves;
}

Stage node_stage(const PolarGrid& grid) {
  const PolarRule rule = polar_rule(grid.sampling, grid.L, grid.rows);
  std::vector<long double> scale(rule.theta.size(), 1);
  if (!grid.inverse) {
    for (size_t t = 0; t < scale.size(); ++t) scale[t] = 2 * kPi * rule.weight[t];
  }
  return {WignerColumns(half_angles(rule.theta), grid.L), scale, {}};
}

// f_mn extends to the circle by f(2 pi - theta) = (-1)^{m+n} f(theta), as d does. The product of d and the trigonometric interpolant is a
// polynomial in cos(theta) of degree < 2L, which the Gauss rule of L nodes integrates.
Stage gauss_stage(const PolarGrid& grid, const CircleInterpolation& interpolation) {
  const PolarRule rule = polar_rule(Sampling::gl, grid.L, 0);
  Stage stage{WignerColumns(half_angles(rule.theta), grid.L), {}, {}};
  for (long double w : rule.weight) stage.scale.push_back(2 * kPi * w);
  for (int parity = 0; parity < 2; ++parity) {
    for (int t = 0; t < interpolation.rings(); ++t) {
      for (long double theta : rule.theta) stage.to_rings[parity].push_back(static_cast<double>(interpolation(t, parity, theta)));
    }
  }
  return stage;
}

// For odd m + n a value on a pole ring extends to an even function, whose product with the odd d the Gauss rule does not integrate. (It is
// zero in a signal, not in a cotangent.) There the integrand cos(k theta) d(theta) sin(theta) is even and of degree < 2L, so the midpoint
// rule of L nodes is exact.
Stage pole_stage(const PolarGrid& grid, const CircleInterpolation& interpolation) {
  const std::vector<long double> theta = polar_rule(Sampling::equiangular, grid.L, grid.L).theta;
  Stage stage{WignerColumns(half_angles(theta), grid.L), {}, {}};
  for (long double angle : theta) stage.scale.push_back(2 * kPi * kPi / grid.L * std::sin(angle));
  for (int t = 0; t < interpolation.rings(); ++t) {
    if (!interpolation.is_pole(t)) continue;
    for (long double angle : theta) stage.to_rings[1].push_back(static_cast<double>(interpolation(t, 1, angle)));
  }
  return stage;
}

// out[r][k] = sum_i matrix[r][i] panel[i][k]
void multiply(const double* matrix, const double* panel, int rows, int nodes, int columns, double* out) {
  for (int r = 0; r < rows; ++r, matrix += nodes, out += columns) {
    std::fill(out, out + columns, 0);
    int i = 0;
    for (; i + 4 <= nodes; i += 4) {
      const double a = matrix[i], b = matrix[i + 1], c = matrix[i + 2], d = matrix[i + 3];
      const double* p = panel + static_cast<int64_t>(i) * columns;
      const double *q = p + columns, *u = q + columns, *v = u + columns;
      for (int k = 0; k < columns; ++k) out[k] += (a * p[k] + b * q[k]) + (c * u[k] + d * v[k]);
    }
    for (; i < nodes; ++i) {
      const double* p = panel + static_cast<int64_t>(i) * columns;
      for (int k = 0; k < columns; ++k) out[k] += matrix[i] * p[k];
    }
  }
}

// Blocks of orders (m, n), for one table.
class BlockMaker {
 public:
  explicit BlockMaker(const PolarGrid& grid) : grid_(grid) {
    const bool interpolated = !grid.inverse && (grid.sampling == Sampling::mw || grid.sampling == Sampling::mwss);
    if (!interpolated) {
      stages_.push_back(node_stage(grid));
      rings_ = static_cast<int>(stages_[0].scale.size());
      return;
    }
    const CircleInterpolation interpolation(grid.sampling, grid.L);
    rings_ = interpolation.rings();
    stages_.push_back(gauss_stage(grid, interpolation));
    stages_.push_back(pole_stage(grid, interpolation));
    for (int t = 0; t < rings_; ++t) {
      if (interpolation.is_pole(t)) poles_.push_back(t);
    }
  }

  int rings() const { return rings_; }

  // [rings][degrees] of orders (m, n).
  std::vector<double> operator()(int m, int n) {
    const int columns = degrees(grid_.L, m, n), parity = (m + n) & 1;
    std::vector<double> block = values(stages_[0], m, n);
    if (stages_.size() == 1) return block;
    std::vector<double> result(static_cast<size_t>(rings_) * columns);
    multiply(stages_[0].to_rings[parity].data(), block.data(), rings_, static_cast<int>(stages_[0].scale.size()), columns, result.data());
    if (parity == 0) return result;
    block = values(stages_[1], m, n);
    std::vector<double> rows(poles_.size() * columns);
    multiply(stages_[1].to_rings[1].data(), block.data(), static_cast<int>(poles_.size()), grid_.L, columns, rows.data());
    for (size_t p = 0; p < poles_.size(); ++p) {
      std::copy_n(rows.begin() + p * columns, columns, result.begin() + static_cast<int64_t>(poles_[p]) * columns);
    }
    return result;
  }

 private:
  // Factor of degree l, beside 2 pi weight_t in the forward transform.
  long double factor(int l, int n) const {
    if (grid_.domain == Domain::sphere) return (n % 2 == 0 ? 1 : -1) * std::sqrt((2 * l + 1) / (4 * kPi));
    return grid_.inverse ? (2 * l + 1) / (8 * kPi * kPi) : 2 * kPi;
  }

  // [nodes][degrees]: factor_l scale_i d^l_mn(theta_i)
  std::vector<double> values(const Stage& stage, int m, int n) const {
    const int columns = degrees(grid_.L, m, n), first = grid_.L - columns;
    std::vector<double> result(stage.scale.size() * columns);
    stage.columns.visit(m, n, [&](int l, const long double* d) {
      const long double f = factor(l, n);
      for (size_t i = 0; i < stage.scale.size(); ++i) result[i * columns + l - first] = static_cast<double>(f * stage.scale[i] * d[i]);
    });
    return result;
  }

  PolarGrid grid_;
  int rings_;
  std::vector<Stage> stages_;
  std::vector<int> poles_;
};

// Of the polar step of real signals on SO(3).
WignerArgs sizes(int rings, int L, int N) {
  WignerArgs args{};
  args.dtype = Dtype::float64;
  args.rings = rings;
  args.L = L;
  args.N = N;
  return args;
}

}  // namespace

int64_t sphere_table_size(int rings, int L, int first_m, int n) {
  int64_t size = 0;
  for (int m = first_m; m < L; ++m) size += static_cast<int64_t>(rings) * degrees(L, m, n);
  return size;
}

std::vector<double> sphere_table(const PolarGrid& grid, int first_m, int n) {
  BlockMaker make(grid);
  std::vector<double> table;
  table.reserve(static_cast<size_t>(sphere_table_size(make.rings(), grid.L, first_m, n)));
  for (int m = first_m; m < grid.L; ++m) {
    const std::vector<double> block = make(m, n);
    table.insert(table.end(), block.begin(), block.end());
  }
  return table;
}

int64_t group_table_size(int rings, int L, int N) { return wigner_table_start(sizes(rings, L, N), 0, N); }

int64_t group_coefficients(bool complex, int L, int N) {
  WignerArgs args = sizes(0, L, N);
  if (complex) args.dtype = Dtype::complex128;
  return wigner_size(args);
}

std::vector<double> group_table(const PolarGrid& grid, int N) {
  BlockMaker make(grid);
  std::vector<double> table;
  table.reserve(static_cast<size_t>(group_table_size(make.rings(), grid.L, N)));
  const WignerArgs args = sizes(make.rings(), grid.L, N);
  for (int n = 0; n < N; ++n) {
    for (int m = 0; m < grid.L; ++m) {
      const size_t size = static_cast<size_t>(make.rings()) * degrees(grid.L, m, n);
      for (int order = n; order >= -n; order -= 2 * n) {
        if (0 < m && m < n) {
          // d_mn = (-1)^{m-n} d_nm, d_{m,-n} = d_{n,-m}
          const size_t twin = static_cast<size_t>(wigner_table_start(args, n, m)) + (order < 0 ? size : 0);
          const double sign = order > 0 && (n - m) % 2 != 0 ? -1 : 1;
          for (size_t i = 0; i < size; ++i) table.push_back(sign * table[twin + i]);
        } else {
          const std::vector<double> block = make(m, order);
          table.insert(table.end(), block.begin(), block.end());
        }
        if (m == 0 || n == 0) break;
      }
    }
  }
  return table;
}

}  // namespace clebsch::math
