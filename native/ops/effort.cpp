#include "ops/effort.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "core/dtype.h"
#include "core/shape.h"
#include "math/polar_tables.h"

namespace clebsch {
namespace {

double size_of(Dtype dtype) { return static_cast<double>(dtype_size(dtype)); }

Dims dims_of(int32_t ndim, const int64_t* sizes) {
  Dims dims;
  for (int32_t i = 0; i < ndim; ++i) dims.push(sizes[i]);
  return dims;
}

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Elements of an operand that a strided index space visits.
double elements(int32_t ndim, const int64_t* shape, const int64_t* stride) {
  double count = 1;
  for (int32_t i = 0; i < ndim; ++i)
    if (stride[i] != 0 || shape[i] == 0) count *= static_cast<double>(shape[i]);
  return count;
}

Effort rows_effort(Dtype dtype, int64_t outer, int64_t from, int64_t to, int64_t inner, double index_rows, bool adds) {
  const double row = static_cast<double>(outer * inner);
  return {adds ? row * static_cast<double>(from) * (is_complex(dtype) ? 2 : 1) : 0,
          row * static_cast<double>(from + to) * size_of(dtype) + index_rows * sizeof(int32_t),
          text(Dims{outer, from, inner}, " to ", to, " rows")};
}

double group_size(int32_t count, const ContractDim* dims) {
  double size = 1;
  for (int32_t i = 0; i < count; ++i) size *= static_cast<double>(dims[i].size);
  return size;
}

double operand_size(const ContractBlock& block, int64_t ContractDim::*stride) {
  double size = 1;
  const auto count = [&](int32_t dims, const ContractDim* dim) {
    for (int32_t i = 0; i < dims; ++i)
      if (dim[i].*stride != 0 || dim[i].size == 0) size *= static_cast<double>(dim[i].size);
  };
  count(block.batch_dims, block.batch);
  count(block.m_dims, block.m);
  count(block.n_dims, block.n);
  count(block.k_dims, block.k);
  return size;
}

// Multiply-adds.
double products(const ContractBlock& b) {
  return group_size(b.batch_dims, b.batch) * group_size(b.m_dims, b.m) * group_size(b.n_dims, b.n) * group_size(b.k_dims, b.k);
}

std::string shape_of(const ContractArgs& args) {
  const auto less = [](const ContractBlock& x, const ContractBlock& y) { return products(x) < products(y); };
  const ContractBlock* b = std::max_element(args.blocks, args.blocks + args.count, less);
  if (args.count == 0) return "";
  const double batch = group_size(b->batch_dims, b->batch), m = group_size(b->m_dims, b->m), n = group_size(b->n_dims, b->n),
               k = group_size(b->k_dims, b->k);
  const std::string others = args.count > 1 ? text(", the largest of ", args.count) : "";
  return text(batch > 1 ? text(batch, " ") : "", '[', m, ", ", k, "] x [", k, ", ", n, ']', others);
}

}  // namespace

Effort effort_of(const FillArgs& a) { return {0, static_cast<double>(a.size) * size_of(a.dtype), text(Dims{a.size})}; }

Effort effort_of(const CopyArgs& a) {
  const double read = elements(a.ndim, a.shape, a.x_stride), written = elements(a.ndim, a.shape, a.out_stride);
  return {0, read * size_of(a.from) + written * size_of(a.to), text(dims_of(a.ndim, a.shape))};
}

Effort effort_of(const GatherRowsArgs& a) {
  return rows_effort(a.dtype, a.outer, std::min(a.rows_in, a.rows_out), a.rows_out, a.inner, static_cast<double>(a.rows_out), false);
}

Effort effort_of(const ScatterRowsArgs& a) {
  return rows_effort(a.dtype, a.outer, a.rows_in, a.rows_out, a.inner, static_cast<double>(a.rows_in), true);
}

Effort effort_of(const UnfoldArgs& a) {
  const int64_t image = a.batch * a.height * a.width * a.channels;
  const int64_t windows = a.batch * a.out_height * a.out_width * a.ky * a.kx * a.channels;
  return {0, static_cast<double>(image + windows) * size_of(a.dtype),
          text(Dims{a.batch, a.height, a.width, a.channels}, ", window ", Dims{a.ky, a.kx})};
}

Effort effort_of(const UnaryArgs& a) {
  const Dims shape = dims_of(a.ndim, a.shape);
  const double n = static_cast<double>(shape.product());
  return {n * (is_complex(a.dtype) ? 2 : 1), (elements(a.ndim, a.shape, a.x_stride) + n) * size_of(a.dtype), text(shape)};
}

Effort effort_of(const BinaryArgs& a) {
  const Dims shape = dims_of(a.ndim, a.shape);
  const double n = static_cast<double>(shape.product());
  const bool compares = a.op >= BinaryOp::equal, sums = a.op == BinaryOp::add || a.op == BinaryOp::sub;
  const double each = compares ? 0 : !is_complex(a.dtype) ? 1 : sums ? 2 : 6;
  const double read = elements(a.ndim, a.shape, a.a_stride) + elements(a.ndim, a.shape, a.b_stride);
  return {n * each, read * size_of(a.dtype) + n * (compares ? 1 : size_of(a.dtype)), text(shape)};
}

Effort effort_of(const WhereArgs& a) {
  const Dims shape = dims_of(a.ndim, a.shape);
  const double read = elements(a.ndim, a.shape, a.a_stride) + elements(a.ndim, a.shape, a.b_stride);
  const double bytes = elements(a.ndim, a.shape, a.condition_stride) + (read + static_cast<double>(shape.product())) * size_of(a.dtype);
  return {0, bytes, text(shape)};
}

Effort effort_of(const ReduceArgs& a) {
  const Dims kept = dims_of(a.kept_ndim, a.kept_shape), reduced = dims_of(a.reduced_ndim, a.reduced_shape);
  const double n = static_cast<double>(kept.product()), of = static_cast<double>(reduced.product());
  const double read = elements(a.kept_ndim, a.kept_shape, a.kept_stride) * elements(a.reduced_ndim, a.reduced_shape, a.reduced_stride);
  const double result = a.op == ReduceOp::argmax || a.dtype == Dtype::uint8 ? sizeof(int32_t) : size_of(a.dtype);
  return {a.op == ReduceOp::sum ? n * of * (is_complex(a.dtype) ? 2 : 1) : 0, read * size_of(a.dtype) + n * result,
          text(kept, " over ", reduced)};
}

Effort effort_of(const ContractArgs& a) {
  double work = 0, numbers = 0;
  for (int32_t i = 0; i < a.count; ++i) {
    const ContractBlock& block = a.blocks[i];
    work += products(block);
    for (auto stride : {&ContractDim::a, &ContractDim::b, &ContractDim::c}) numbers += operand_size(block, stride);
  }
  return {work * (is_complex(a.dtype) ? 8 : 2), numbers * size_of(a.dtype), shape_of(a)};
}

// Two products and a sum for each term, one of them with a real value.
Effort effort_of(const BilinearArgs& a) {
  const double samples = static_cast<double>(a.batch * a.channels), terms = static_cast<double>(a.terms);
  const double tables = terms * (2 * sizeof(int32_t) + size_of(real_of(a.dtype))) + static_cast<double>(a.rows_out + 1) * sizeof(int32_t);
  const double rows = static_cast<double>((a.p == a.q ? 0 : a.rows_q) + a.rows_p + a.rows_out);
  return {samples * terms * (is_complex(a.dtype) ? 10 : 3), samples * rows * size_of(a.dtype) + tables,
          text(a.terms, " terms of ", Dims{a.batch, a.channels})};
}

// As a bilinear product, and the weights once: what the tables save is not taken off.
Effort effort_of(const FusedProductArgs& a) {
  const double samples = static_cast<double>(a.batch * a.channels), terms = static_cast<double>(a.terms);
  const double rows = static_cast<double>(a.rows_z + a.rows_a + (a.a == a.b ? 0 : a.rows_b));
  return {samples * terms * (is_complex(a.dtype) ? 10 : 4),
          samples * rows * size_of(a.dtype) + static_cast<double>(a.weights) * size_of(a.dtype),
          text("role ", a.role, ", ", a.terms, " terms of ", Dims{a.batch, a.channels})};
}

Effort effort_of(const GroupActivationArgs& args) {
  const double L = static_cast<double>(args.L), N = static_cast<double>(args.N), rings = static_cast<double>(args.n_beta);
  const double lanes = static_cast<double>(args.batch * args.channels), maps = args.g ? 3 : 2;
  double beta = 0;
  for (int64_t m = 0; m < args.L; ++m)
    for (int64_t n = 0; n < args.N; ++n) beta += (m > 0 && n > 0 ? 8 : m + n > 0 ? 2 : 1) * static_cast<double>(args.L - std::max(m, n));
  const double angles = static_cast<double>(args.n_alpha), turns = static_cast<double>(args.n_gamma);
  const double waves = angles * (L - 0.5) * (2 * N - 1) + angles * turns * (2 * N - 1);  // cosines and sines share the angles p and -p
  return {2 * maps * lanes * rings * (beta + waves) + lanes * rings * angles * turns,
          (maps * lanes * static_cast<double>(args.size) + 2 * rings * beta) * size_of(args.dtype),
          text(Dims{args.batch, args.size, args.channels}, " on ", Dims{args.n_beta, args.n_alpha, args.n_gamma})};
}

// 5 n log2 n for a complex transform, half of that for a real one.
Effort effort_of(const FourierArgs& args) {
  const double lanes = static_cast<double>(args.outer * args.inner), each = is_complex(args.dtype) ? 5 : 2.5;
  double work = 0;
  for (int32_t i = 0; i < args.groups; ++i) {
    const double n = static_cast<double>(args.group[i].n);
    work += static_cast<double>(args.group[i].rings) * each * n * std::log2(n);
  }
  const double numbers = static_cast<double>(args.rings * (2 * args.orders - 1) + args.points);
  return {lanes * work, lanes * numbers * size_of(args.dtype),
          text(Dims{args.outer, args.rings, 2 * args.orders - 1, args.inner}, args.synthesis ? " to " : " from ", args.points, " points")};
}

// A step of the recursion and the sums over its degrees, at every slot: spin 0 has two degrees a step, which all rings of a slot share.
Effort effort_of(const LegendreArgs& a) {
  const double L = static_cast<double>(a.L), s = static_cast<double>(std::abs(a.spin)), slots = static_cast<double>(a.slots);
  const double maps = static_cast<double>(a.outer * a.inner), parts = is_complex(a.dtype) ? 2 : 1;
  const double coefficients = L * L - s * s, steps = (coefficients + L) / (a.spin == 0 ? 4 : 2);
  const double numbers = maps * parts * (coefficients + static_cast<double>(a.rings) * (2 * L - 1)) * size_of(real_of(a.dtype));
  return {slots * (4 * steps + 2 * maps * parts * coefficients), numbers,
          text(Dims{a.outer, a.L * a.L, a.inner}, a.analysis ? " from " : " on ", a.rings, " rings")};
}

Effort effort_of(const HarmonicArgs& args) {
  const LegendreArgs& polar = args.polar;
  const Effort degrees = effort_of(polar), orders = effort_of(args.longitudes);
  const double numbers = static_cast<double>(polar.outer * (polar.L * polar.L + args.longitudes.points) * polar.inner);
  return {degrees.flops + orders.flops, numbers * size_of(polar.dtype), degrees.shape};
}

// Four columns share a complex transform of the circle, four of 2L points there and back and one more.
Effort effort_of(const ResamplingArgs& a) {
  const double numbers = static_cast<double>(a.batch * (2 * a.L - 1) * a.inner), parts = is_complex(a.dtype) ? 2 : 1;
  const double circle = static_cast<double>(a.circle), size = static_cast<double>(2 * a.L);
  const int64_t rings = a.circle / 2 + 1;
  return {numbers * parts / 4 * 5 * (circle * std::log2(circle) + 5 * size * std::log2(size)),
          numbers * static_cast<double>(rings + a.L) * size_of(a.dtype),
          text(Dims{a.batch, rings, 2 * a.L - 1, a.inner}, a.transposed ? " from " : " to ", a.L, " rings")};
}

// A multiply-add for each number, degree and ring; the table is read once.
Effort effort_of(const WignerArgs& args) {
  const double maps = static_cast<double>(args.batch * args.channels), parts = is_complex(args.dtype) ? 2 : 1;
  const int L = static_cast<int>(args.L), N = static_cast<int>(args.N);
  const double coefficients = static_cast<double>(math::group_coefficients(false, L, N));
  const double rings = static_cast<double>(args.rings), waves = static_cast<double>((2 * N - 1) * (2 * L - 1)) * rings;
  return {2 * maps * parts * coefficients * rings,
          (maps * parts * (coefficients + waves) + coefficients * rings / 2) * size_of(real_of(args.dtype)),
          text(Dims{args.batch, L, N, args.channels}, args.analysis ? " from " : " on ", args.rings, " rings")};
}

Effort effort_of(const TorusArgs& args) {
  FourierArgs alpha = args.alpha, gamma = args.gamma;
  const int64_t orders = 2 * gamma.orders - 1, alphas = alpha.group[0].n, gammas = gamma.kept > 0 ? gamma.kept : gamma.group[0].n;
  alpha.outer *= orders * args.rings;
  gamma.inner *= args.rings * alphas;
  const double numbers = static_cast<double>(args.batch * args.rings * args.inner * (orders * (2 * alpha.orders - 1) + gammas * alphas));
  return {effort_of(alpha).flops + effort_of(gamma).flops, numbers * size_of(alpha.dtype),
          text(Dims{args.batch, orders, args.rings, 2 * alpha.orders - 1, args.inner}, alpha.synthesis ? " to " : " from ",
               Dims{gammas, alphas})};
}

// Beside the sums, two multiply-adds of the recursion for each degree, ring and pair of orders.
Effort effort_of(const GroupSynthesisArgs& args) {
  const WignerArgs& polar = args.polar;
  const Effort degrees = effort_of(polar), orders = effort_of(args.angles);
  const int L = static_cast<int>(polar.L), N = static_cast<int>(polar.N);
  const double coefficients = static_cast<double>(math::group_coefficients(false, L, N));
  const double maps = static_cast<double>(polar.batch * polar.channels), parts = is_complex(polar.dtype) ? 2 : 1;
  const double samples = static_cast<double>(args.angles.gamma.kept * polar.rings * args.angles.alpha.group[0].n);
  return {degrees.flops + orders.flops + 2 * maps * coefficients * static_cast<double>(polar.rings),
          maps * parts * (coefficients + samples) * size_of(real_of(polar.dtype)), degrees.shape};
}

Effort effort_of(const RandomArgs& a) { return {0, static_cast<double>(a.size) * size_of(a.dtype), text(Dims{a.size})}; }

Effort effort_of(const SgdArgs& a) {
  const bool moving = a.velocity != nullptr;
  const double each = 2 + (a.weight_decay != 0 ? 2 : 0) + (moving ? a.nesterov ? 4 : 2 : 0);
  const double n = static_cast<double>(a.size);
  return {n * each, n * (moving ? 5 : 3) * size_of(a.dtype), text(Dims{a.size})};
}

// Three for m, four for v, seven for the step.
Effort effort_of(const AdamArgs& a) {
  const double n = static_cast<double>(a.size);
  return {n * (14 + (a.weight_decay != 0 ? 2 : 0)), n * 7 * size_of(a.dtype), text(Dims{a.size})};
}

}  // namespace clebsch
