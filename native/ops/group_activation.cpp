#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

UnaryOp activation_of(const char* op, const std::string& name) {
  constexpr std::pair<const char*, UnaryOp> names[] = {{"relu", UnaryOp::relu},         {"silu", UnaryOp::silu},
                                                       {"sigmoid", UnaryOp::sigmoid},   {"tanh", UnaryOp::tanh},
                                                       {"softplus", UnaryOp::softplus}, {"square", UnaryOp::square}};
  for (const auto& [text, activation] : names)
    if (name == text) return activation;
  fail(ErrorCode::value, op, "expected 'relu', 'silu', 'sigmoid', 'tanh', 'softplus' or 'square' for fn, got '", name, "'");
}

struct Grid {
  int64_t L, N, n_beta, n_alpha, n_gamma;
};

int64_t table_size(const Grid& grid) {
  int64_t size = 0;
  for (int64_t m = 0; m < grid.L; ++m)
    for (int64_t n = 0; n < grid.N; ++n) size += (m > 0 && n > 0 ? 8 : 1) * grid.n_beta * (grid.L - std::max(m, n));
  return size;
}

int64_t signal_size(const Grid& grid) {
  int64_t size = 0;
  for (int64_t l = 0; l < grid.L; ++l) size += (2 * l + 1) * std::min(2 * l + 1, 2 * grid.N - 1);
  return size;
}

struct Operands {
  const Tensor& x;
  const std::optional<Tensor> g;
  const Tensor& table_x;
  const std::optional<Tensor> table_g;
  const Tensor &table_out, &alpha, &gamma, &rows, &pairs;
};

void check_part(const char* op, const char* name, const Tensor& part, Dtype dtype, int64_t size) {
  require(part.dtype == dtype && part.size() == size, ErrorCode::value, op, "expected ", dtype, " of ", size, " elements for ", name,
          ", got ", part.dtype, ' ', part.shape);
}

void check(const char* op, const Operands& o, const Grid& grid) {
  require_same_device(op, o.x, o.table_x, o.table_out, o.alpha, o.gamma, o.rows, o.pairs);
  if (o.g) require_same_device(op, o.x, *o.g, *o.table_g);
  const bool valid = grid.N >= 1 && grid.N <= grid.L && grid.L <= 1024 && grid.n_beta >= 1 && grid.n_alpha >= 4 && grid.n_gamma >= 1;
  require(valid, ErrorCode::value, op, "expected 1 <= N <= L <= 1024 and a grid that is not empty, got L = ", grid.L, ", N = ", grid.N);
  require(grid.n_alpha % 4 == 0, ErrorCode::value, op, "expected a multiple of 4 for nAlpha, got ", grid.n_alpha);
  const Dtype dtype = o.x.dtype;
  require(is_real_float(dtype), ErrorCode::dtype, op, "expected float32 or float64, got ", dtype);
  const int n = o.x.ndim();
  const int64_t size = signal_size(grid), numbers = table_size(grid);
  require(n >= 2 && o.x.shape[n - 2] == size, ErrorCode::shape, op, "expected [..., ", size, ", C] for x, got ", o.x.shape);
  if (o.g) {
    require(o.g->shape == o.x.shape, ErrorCode::shape, op, "expected ", o.x.shape, " for g, got ", o.g->shape);
    require(o.g->dtype == dtype, ErrorCode::dtype, op, "expected ", dtype, " for g, got ", o.g->dtype);
    check_part(op, "its table", *o.table_g, dtype, numbers);
  }
  check_part(op, "the table of x", o.table_x, dtype, numbers);
  check_part(op, "the table of the result", o.table_out, dtype, numbers);
  check_part(op, "alpha", o.alpha, dtype, grid.n_alpha * (2 * grid.L - 1));
  check_part(op, "gamma", o.gamma, dtype, grid.n_gamma * (2 * grid.N - 1));
  check_part(op, "rows", o.rows, Dtype::int32, size);
  check_part(op, "pairs", o.pairs, Dtype::int32, grid.L * grid.N * 2);
}

Tensor run(const char* op, const Operands& o, const std::string& fn, const Dims& sizes) {
  require(sizes.ndim == 5, ErrorCode::value, op, "expected L, N, nBeta, nAlpha, nGamma for grid, got ", sizes);
  const Grid grid{sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]};
  const UnaryOp activation = activation_of(op, fn);
  check(op, o, grid);
  const Tensor x = contiguous(o.x), g = contiguous(o.g ? *o.g : o.x), out = empty(x.shape, x.dtype, x.backend());
  const Tensor table_x = contiguous(o.table_x), table_g = contiguous(o.table_g ? *o.table_g : o.table_x);
  const Tensor table_out = contiguous(o.table_out), alpha = contiguous(o.alpha), gamma = contiguous(o.gamma);
  const Tensor rows = contiguous(o.rows), pairs = contiguous(o.pairs);
  const bool gradient = o.g.has_value();
  const int n = x.ndim();
  const int64_t batch = x.shape.product(0, n - 2), channels = x.shape[n - 1], size = x.shape[n - 2];
  launch(op, &KernelTable::group_activation, x.size() * grid.n_alpha * grid.n_gamma, out.backend(), [=] {
    const auto ints = [](const Tensor& t) { return static_cast<const int32_t*>(t.data()); };
    return GroupActivationArgs{out.dtype,
                               activation,
                               batch,
                               channels,
                               size,
                               grid.L,
                               grid.N,
                               grid.n_beta,
                               grid.n_alpha,
                               grid.n_gamma,
                               ints(rows),
                               ints(pairs),
                               alpha.data(),
                               gamma.data(),
                               x.data(),
                               gradient ? g.data() : nullptr,
                               table_x.data(),
                               gradient ? table_g.data() : nullptr,
                               table_out.data(),
                               out.data()};
  });
  return out;
}

}  // namespace

Tensor group_activation(const Tensor& x, const Tensor& table_x, const Tensor& table_out, const Tensor& alpha, const Tensor& gamma,
                        const Tensor& rows, const Tensor& pairs, const std::string& fn, const Dims& grid) {
  return run("groupActivation", {x, std::nullopt, table_x, std::nullopt, table_out, alpha, gamma, rows, pairs}, fn, grid);
}

Tensor group_activation_gradient(const Tensor& x, const Tensor& g, const Tensor& table_x, const Tensor& table_g, const Tensor& table_out,
                                 const Tensor& alpha, const Tensor& gamma, const Tensor& rows, const Tensor& pairs, const std::string& fn,
                                 const Dims& grid) {
  return run("groupActivationGradient", {x, g, table_x, table_g, table_out, alpha, gamma, rows, pairs}, fn, grid);
}

}  // namespace clebsch::ops
