#pragma once
// Every operation, device independent: checks, allocates, queues, returns. Throws Error before anything is queued.
// Shapes in comments; "real"/"complex" name float dtypes. No gradients here: lib/ops defines those with these same operations.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/plan_cache.h"
#include "core/tensor.h"
#include "math/sampling.h"

namespace clebsch::ops {

// ---- views (views.cpp): no copy, save reshape of a strided tensor and as_complex of an odd layout
Tensor reshape(const Tensor& x, const Dims& shape);
Tensor transpose(const Tensor& x, const Dims& permutation);
Tensor slice(const Tensor& x, const Dims& begin, const Dims& size);
Tensor flip(const Tensor& x, const Dims& axes);
Tensor broadcast_to(const Tensor& x, const Dims& shape);
Tensor real(const Tensor& x);        // complex [...] -> real [...]
Tensor imag(const Tensor& x);        // complex [...] -> real [...]
Tensor as_real(const Tensor& x);     // complex [...] -> real [..., 2]
Tensor as_complex(const Tensor& x);  // real [..., 2] -> complex [...]

// ---- layout (layout.cpp)
Tensor full(const Dims& shape, Dtype dtype, Backend& backend, double re, double im);
Tensor contiguous(const Tensor& x);
Tensor cast(const Tensor& x, Dtype dtype);
Tensor to_device(const Tensor& x, Backend& backend);
Tensor pad(const Tensor& x, const Dims& before, const Dims& after, double value);
Tensor concat(const std::vector<Tensor>& xs, int64_t axis);
Tensor make_complex(const Tensor& re, const Tensor& im);  // real [...] x real [...] -> complex [...]

// ---- rows (rows.cpp): index is int32 [k]; an index out of range gives zeros (gather) or is ignored (scatter)
Tensor gather_rows(const Tensor& x, const Tensor& index, int64_t axis);                 // [..., n, ...] -> [..., k, ...]
Tensor scatter_rows(const Tensor& x, const Tensor& index, int64_t axis, int64_t rows);  // adjoint: [..., k, ...] -> [..., rows, ...]
// window: ky, kx, sy, sx, top, left, bottom, right. [B, H, W, C] -> [B, Ho, Wo, ky, kx, C]
Tensor unfold(const Tensor& x, const Dims& window);
Tensor fold(const Tensor& x, const Dims& window, int64_t height, int64_t width);  // adjoint of unfold

// ---- elementwise (elementwise.cpp): numpy broadcasting; operands share a dtype
Tensor unary(UnaryOp op, const char* name, const Tensor& x);
Tensor binary(BinaryOp op, const char* name, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// ---- reductions (reduce.cpp): the reduced axes are dropped
Tensor reduce(ReduceOp op, const char* name, const Tensor& x, const Dims& axes);

// ---- contractions (contract.cpp)
// labels: one letter per axis; a letter in both inputs and the output is a batch index, in both inputs only it is summed.
Tensor einsum(const Tensor& a, const Tensor& b, const std::string& labels_a, const std::string& labels_b, const std::string& labels_out);
// spec: block count, then per block a0, b0, c0, nd and nd x (size, stride a, stride b, stride c); a, b taken contiguous, stride 0 = index
// not there.
Tensor contract(const Tensor& a, const Tensor& b, std::span<const double> spec, const Dims& out_shape);

// ---- Clebsch-Gordan products (bilinear.cpp)
// T(z, x, y) = sum value z_i x_j y_k over the terms of a product x [.., rows_x, C] (x) y [.., rows_y, C] -> z [.., rows_z, C].
// Role 0, 1, 2: the derivative of T by z, x, y, which is the product itself and its two adjoints: one gather over three sort orders.
class BilinearPlan;
std::shared_ptr<const BilinearPlan> bilinear_plan(std::span<const int32_t> tau1, std::span<const int32_t> tau2,
                                                  std::span<const int32_t> edges, bool complex_basis, bool square, Dtype dtype, int device);
// Role 0: p = x, q = y; 1: p = z, q = y; 2: p = z, q = x.
Tensor bilinear(const Tensor& p, const Tensor& q, const BilinearPlan& plan, int64_t role);

// ---- products multiplied by weights (fused_product.cpp): see FusedProductArgs and ops/fused_product.h
// items: rows of (l, l1, l2, t1, t2, first, count, w), whose weights w .. w + count - 1 are disjoint and together all. `square`: the
// product of a signal with itself.
class FusedPlan;
std::shared_ptr<const FusedPlan> fused_plan(std::span<const int32_t> tau1, std::span<const int32_t> tau2, std::span<const int32_t> tau_out,
                                            std::span<const double> items, bool complex_basis, bool square, Dtype dtype, int device);
// The derivative by one of z, w, x, y (roles 0 to 3) of Q(z, w, x, y), for a square of Q(z, w, x, y) + Q(z, w, y, x); a, b, c are the
// other three in this order.
Tensor fused_product(const Tensor& a, const Tensor& b, const Tensor& c, const FusedPlan& plan, int64_t role);
// The derivative of Q(z, w, x, x) by z (role 0, of w and x) or by w (role 1, of z and x).
Tensor fused_square(const Tensor& a, const Tensor& x, const FusedPlan& plan, int64_t role);

// ---- signals on the rotation group (group_activation.cpp): see GroupActivationArgs
// x, g [..., size, C]; grid: L, N, n_beta, n_alpha, n_gamma; rows int32 [size], pairs int32 [L N 2], alpha [n_alpha (2L-1)], gamma [n_gamma
// (2N-1)].
Tensor group_activation(const Tensor& x, const Tensor& table_x, const Tensor& table_out, const Tensor& alpha, const Tensor& gamma,
                        const Tensor& rows, const Tensor& pairs, const std::string& fn, const Dims& grid);
Tensor group_activation_gradient(const Tensor& x, const Tensor& g, const Tensor& table_x, const Tensor& table_g, const Tensor& table_out,
                                 const Tensor& alpha, const Tensor& gamma, const Tensor& rows, const Tensor& pairs, const std::string& fn,
                                 const Dims& grid);

// ---- Fourier sums on rings (fourier.cpp): see FourierArgs
// spec: orders M, rings R, sign, scale, count, then `count` numbers of points and `count` offsets; count = 1 for rings that are alike, else
// R.
Tensor fourier_synthesis(const Tensor& x, std::span<const double> spec);  // [outer, R, 2M-1, inner] -> [outer, P, inner]
Tensor fourier_analysis(const Tensor& f, std::span<const double> spec);   // its conjugate transpose
// ---- Legendre functions (legendre.cpp), see LegendreArgs. theta [T] in radians, weights [T] or empty for ones; complex x, or real x
// and spin 0. [outer, L L, inner] -> [outer, T, 2L-1, inner], and its transpose.
Tensor legendre_synthesis(const Tensor& x, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin);
Tensor legendre_analysis(const Tensor& x, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin);
// Both steps (harmonic.cpp), see HarmonicArgs: [outer, L L, inner] -> [outer, P, inner], and its conjugate transpose.
Tensor harmonic_synthesis(const Tensor& x, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin,
                          std::span<const double> spec);
Tensor harmonic_analysis(const Tensor& f, std::span<const double> theta, std::span<const double> weights, int64_t L, int64_t spin,
                         std::span<const double> spec);

// Rings of mw (circle = 2L - 1) or mwss (2L) to those between multiples of pi/L (resampling.cpp), see ResamplingArgs; odd: whether n is.
// [batch, rings, 2L-1, inner] -> [batch, L, 2L-1, inner], and its transpose.
Tensor ring_resampling(const Tensor& x, int64_t L, int64_t circle, bool odd);
Tensor ring_resampling_transposed(const Tensor& x, int64_t L, int64_t circle, bool odd);

// ---- transforms on the rotation group (wigner.cpp, torus.cpp), see WignerArgs and TorusArgs
// sizes: L, N, rings, every; table: group_table. [batch, size, C] -> [batch, 2N-1, rings, 2L-1, C], and its transpose.
Tensor wigner_synthesis(const Tensor& x, const Tensor& table, const Dims& sizes);
Tensor wigner_analysis(const Tensor& x, const Tensor& table, const Dims& sizes);
// alpha, gamma: specs of Fourier sums on one ring; kept: points of gamma. [batch, 2N-1, rings, 2L-1, C] -> [batch, kept, rings, points of
// alpha, C], and its conjugate transpose.
Tensor torus_synthesis(const Tensor& x, std::span<const double> alpha, std::span<const double> gamma, int64_t kept);
Tensor torus_analysis(const Tensor& f, std::span<const double> alpha, std::span<const double> gamma, int64_t kept);

// Both steps by recursion (group_synthesis.cpp), see GroupSynthesisArgs; L <= 64. Inverse transform: [batch, size, C] -> [batch, kept,
// rings, points of alpha, C].
Tensor group_synthesis(const Tensor& x, const std::string& sampling, const Dims& sizes, std::span<const double> alpha,
                       std::span<const double> gamma, int64_t kept);

// 'mw', 'mwss', 'dh', 'gl', 'equiangular', 'soft'. Throws ERR_VALUE.
math::Sampling sampling_of(const std::string& name);

// ---- tables of transforms (tables.cpp), cached: float64 mathematics rounded once to dtype
// Matrices of the polar step, one after another in the layout of math/polar_tables.h, shape [total]; rows 0: as many rings as the sampling
// has. On the sphere, of real signals (n = 0) or complex ones of order n, and on SO(3), of orders |n| < N.
Tensor sphere_table(bool inverse, bool real, const std::string& sampling, int64_t L, int64_t rows, int64_t n, Dtype dtype,
                    Backend& backend);
Tensor group_table(bool inverse, const std::string& sampling, int64_t L, int64_t N, Dtype dtype, Backend& backend);
// For l = 0..L-1 the orthogonal matrix J_l [2l+1][2l+1] that carries the y to the z axis (math/wigner.h), shape [total].
Tensor rotation_table(int64_t L, Dtype dtype, Backend& backend);

// ---- random (random.cpp): element i depends on (seed, offset + i) alone
Tensor random(RandomOp op, const char* name, const Dims& shape, Dtype dtype, Backend& backend, double seed, double offset, double a,
              double b);

// ---- optimizers (optimizer.cpp): in place on parameter and state
struct SgdOptions {
  double lr, momentum, weight_decay;
  bool nesterov;
};
void sgd(const Tensor& parameter, const Tensor& gradient, const std::optional<Tensor>& velocity, const SgdOptions& options);
struct AdamOptions {
  double lr, beta1, beta2, eps, weight_decay, correction1, correction2;
  bool decoupled;
};
void adam(const Tensor& parameter, const Tensor& gradient, const Tensor& m, const Tensor& v, const AdamOptions& options);

}  // namespace clebsch::ops
