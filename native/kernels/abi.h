#pragma once
// The border between the device-independent core and a backend: plain structs and one table of launchers.
// A backend is `cpu` (one table per instruction set), `cuda` (libclebsch_cuda.so) or `emulated`
// (the same .cu files compiled for the host, tests only). Adding a kernel = one row in CLEBSCH_KERNELS,
// one args struct, one launcher in <family>.cpp and one in <family>.cu.
//
// Launchers assume valid, non-overlapping input (native/ops checks); sizes may be zero. They return nullptr,
// or a static text that says what failed. Strides and offsets are in elements of the tensor's own dtype
// (a complex number is one element). Sums never use floating-point atomics: same input, same bits.
#include <cstddef>
#include <cstdint>

#include "kernels/abi_types.h"
#include "kernels/transform_args.h"

namespace clebsch {

constexpr int32_t kAbiVersion = 8;

// ---- layout ---------------------------------------------------------------------------------------------------

// out[i] = value (re + i im for complex, re otherwise), i < size, contiguous.
struct FillArgs {
  Dtype dtype;
  int64_t size;
  double re, im;
  void* out;
};

// out[j] = cast(x[j]) over a strided index space; strides may be 0 (broadcast) or negative (flip) in x.
// Real to complex sets im = 0; complex to real keeps re; float to integer truncates toward zero and saturates (NaN gives 0).
struct CopyArgs {
  Dtype from, to;
  int32_t ndim;
  int64_t shape[kMaxDims];
  const void* x;
  int64_t x_stride[kMaxDims];
  void* out;
  int64_t out_stride[kMaxDims];
};

// out[o, r, i] = x[o, index[r], i]; a negative or out-of-range index gives zeros. x [outer, rows_in, inner], contiguous.
struct GatherRowsArgs {
  Dtype dtype;
  int64_t outer, rows_in, rows_out, inner;
  const int32_t* index;
  const void* x;
  void* out;
};

// Adjoint: out[o, r, i] = sum over k with index[k] == r of x[o, k, i], in ascending k. x [outer, rows_in, inner], out [outer, rows_out,
// inner].
struct ScatterRowsArgs {
  Dtype dtype;
  int64_t outer, rows_in, rows_out, inner;
  const int32_t* index;
  const void* x;
  void* out;
};

// out[b, oy, ox, ky, kx, c] = x[b, oy*sy + ky - py, ox*sx + kx - px, c], zero outside. x [batch, height, width, channels], contiguous.
struct UnfoldArgs {
  Dtype dtype;
  int64_t batch, height, width, channels, out_height, out_width, ky, kx, sy, sx, py, px;
  const void* x;
  void* out;
};
// Adjoint of unfold, same fields: x [batch, out_height, out_width, ky, kx, channels] -> out [batch, height, width, channels]; each output
// gathers.

// ---- elementwise ----------------------------------------------------------------------------------------------

// Codes are shared with lib/ops/elementwise.ts through the op table (native/addon/op_table.cpp).
enum class UnaryOp : int32_t {
  neg,
  abs,
  sign,
  square,
  reciprocal,
  sqrt,
  rsqrt,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  sigmoid,
  relu,
  silu,
  softplus,
  erf,
  floor,
  ceil,
  round,
  conj,
  logical_not
};
// out contiguous. Result dtype = dtype, save abs of a complex (its real type) and logical_not (uint8).
// Complex dtypes support: neg, abs, square, reciprocal, sqrt, exp, log, sin, cos, tanh, conj. round is half-to-even.
struct UnaryArgs {
  UnaryOp op;
  Dtype dtype;
  int32_t ndim;
  int64_t shape[kMaxDims];
  const void* x;
  int64_t x_stride[kMaxDims];
  void* out;
};

enum class BinaryOp : int32_t {
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  atan2,  // result in dtype
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or  // result uint8 0 or 1
};
// Operands share dtype; strides are 0 along broadcast axes. Complex: add, sub, mul, div, pow (principal branch), equal, not_equal.
// maximum and minimum give NaN where either is NaN. Integers: div truncates, x / 0 = 0.
struct BinaryArgs {
  BinaryOp op;
  Dtype dtype;
  int32_t ndim;
  int64_t shape[kMaxDims];
  const void* a;
  int64_t a_stride[kMaxDims];
  const void* b;
  int64_t b_stride[kMaxDims];
  void* out;
};

// out = condition != 0 ? a : b. condition uint8; a, b share dtype.
struct WhereArgs {
  Dtype dtype;
  int32_t ndim;
  int64_t shape[kMaxDims];
  const uint8_t* condition;
  int64_t condition_stride[kMaxDims];
  const void* a;
  int64_t a_stride[kMaxDims];
  const void* b;
  int64_t b_stride[kMaxDims];
  void* out;
};

// ---- reductions -----------------------------------------------------------------------------------------------

// sum: any dtype (uint8 and int32 accumulate in int32: out is int32). max: real dtypes, NaN wins. argmax: out int32,
// flat index over the reduced axes in row-major order, first of equals, a NaN counts as largest.
enum class ReduceOp : int32_t { sum, max, argmax };
// out [kept shape], contiguous. Sums are split at fixed places (independent of the thread count) and pairwise or blocked.
struct ReduceArgs {
  ReduceOp op;
  Dtype dtype;
  int32_t kept_ndim;
  int64_t kept_shape[kMaxDims], kept_stride[kMaxDims];
  int32_t reduced_ndim;
  int64_t reduced_shape[kMaxDims], reduced_stride[kMaxDims];
  const void* x;
  void* out;
};

// ---- contractions ---------------------------------------------------------------------------------------------

constexpr int kMaxGroup = 4;
// One index; a, b, c are its strides in the operands (0 = not there).
struct ContractDim {
  int64_t size, a, b, c;
};
// One block: for every batch index, C[m, n] = sum_k A[m, k] B[k, n], where m, n, k are themselves multi-indices.
// batch: in A, B and C (or in C and one operand only when M or N has no use for it); m: A and C; n: B and C; k: A and B.
// Groups are merged and ordered by native/ops/contract.cpp: slowest dim first, the last dim has the smallest stride in C (m, n, batch) or A
// (k). An empty group (dims = 0) has size 1. a0, b0, c0: first element.
struct ContractBlock {
  int64_t a0, b0, c0;
  int32_t batch_dims, m_dims, n_dims, k_dims;
  ContractDim batch[kMaxGroup], m[kMaxGroup], n[kMaxGroup], k[kMaxGroup];
};
// The general tensor contraction behind matmul, einsum, degree-wise linear layers and the table transforms. Blocks write disjoint parts of
// c and overwrite them (no accumulation; k of size 0 writes zeros). dtype: float32/64 or complex64/128, the same for a, b, c. blocks is
// host memory, valid during the call only.
struct ContractArgs {
  Dtype dtype;
  const void* a;
  const void* b;
  void* c;
  int32_t count;
  const ContractBlock* blocks;
};

// ---- Clebsch-Gordan -------------------------------------------------------------------------------------------

// out[s, i, ch] = sum over terms t in [begin[i], begin[i+1]) of value[t] * p[s, row_p[t], ch] * q[s, row_q[t], ch], in ascending t.
// p [batch, rows_p, channels], q [batch, rows_q, channels], out [batch, rows_out, channels], contiguous; p and q may be the same memory.
// value is real (float32 for complex64, ...); begin, rows, value are device memory (the plan's tables).
struct BilinearArgs {
  Dtype dtype;
  int64_t batch, rows_out, rows_p, rows_q, channels, terms;
  const int32_t* begin;
  const int32_t* row_p;
  const int32_t* row_q;
  const void* value;
  const void* p;
  const void* q;
  void* out;
};

// The form Q(z, w, a, b) = sum over steps, k < count and couplings of value w[step.w + k] z[l, m, u0 + k] a[m1] b[m2], per sample and
// channel: products of two signals, at once multiplied by weights. It is linear in each argument; a kernel gives the derivative by one of
// them: role 0 z, role 1 w (summed over samples and channels), role 2 a. Signals are [batch, rows, channels]; their rows are numbered
// degree by degree, then fragment, then order ("places"), and `index_*` tells the tensor's row of each place.
//
// A step names places of order 0: z that of fragment u0 of degree l (the next fragment's is 2l+1 further), a and b those of its factors.
// Its groups hold the couplings to one order of the result, or to a pair of orders (m, -m):
//   no pair: `count` terms, A = sum of value f s;
//   a pair: `count` quadruples of two values c and d, with + and - the orders +-m,
//     A = c f+ s+ + d f- s-,  B = c f+ s- - d f- s+,  and, if `single`, behind them c f+ s0 in A and d f- s0 in B.
// The sums A belong to order `a`, the sums B to order -a. f runs over the first factor and s over the second. Factors and result:
// (a, b -> z), role 2 (z, b -> a). orders: per entry f in the lower and s in the upper 16 bits.
struct FusedGroup {
  int32_t value, order;  // first value, first entry
  int32_t count, single;
  int32_t a, pair;
};
struct FusedStep {
  int32_t group, groups;  // the groups of orders 0, 1, ..., or of -l .. l where none is a pair
  int32_t z, count, w, a, b, l;
};
constexpr int kFusedParts = 16;
constexpr int kFusedSumSteps = 16;  // steps whose results are summed apart from others, at least
// Units are disjoint in what they write: degrees of the result in roles 0 and 2, weights with all their steps in role 1. unit_step and
// unit_place [units + 1]: their steps and, for degrees, places; part [kFusedParts + 1]: units in parts of about equal work. step_rows: rows
// of the fragments of a step, at most.
struct FusedProductArgs {
  Dtype dtype;
  int32_t role;
  int64_t batch, channels, rows_z, rows_a, rows_b, weights;
  int64_t terms, units, step_rows;
  const FusedStep* steps;
  const FusedGroup* groups;
  const int32_t* orders;
  const void* values;  // real
  const int32_t* unit_step;
  const int32_t* unit_place;
  const int32_t* part;
  const int32_t* index_z;
  const int32_t* index_a;
  const int32_t* index_b;
  const void* z;  // operands; that of the role is null
  const void* w;
  const void* a;
  const void* b;
  void* out;
};

// ---- signals on the rotation group -----------------------------------------------------------------------------

// A real signal on SO(3), or with N = 1 on the sphere, at the nodes of a grid: f = A B x, where B goes from the coefficients of a sample
// and channel, x [batch, size, channels], to waves in alpha and gamma on each ring of beta (`table`), and A from waves to the angles.
//   out = B_out^T A^T f(A B_x x)                    (g null)
//   out = B_out^T A^T [f'(A B_x x) (A B_g g)]       (g given)
// with f = op, one of relu, silu, sigmoid, tanh, softplus, square. Waves are ordered cos 0 .. cos (L-1), sin 1 .. sin (L-1), likewise in
// gamma with N: alpha is [n_alpha][2L-1], gamma [n_gamma][2N-1], and wave k of angle p that of angle n_alpha - p save the sign of the
// sines; n_alpha is a multiple of 4, and wave k of angle n_alpha / 2 - p has the sign of (-1)^k for cosines, -(-1)^k for sines. rows[i]:
// coefficient at sorted place i. pairs [L][N][2]: for orders (m, n) the first sorted place and the first number in the tables. Let d be L -
// max(m, n) degrees. m, n > 0: the places hold the signs (+,+), (-,-), (+,-), (-,+), d each, and the table has for (cos cos, sin sin) and
// for (cos sin, sin cos) [2 results][n_beta][2 d]. Else the places hold the one or two signs and the table [n_beta][d] is that of both.
struct GroupActivationArgs {
  Dtype dtype;  // float32 or float64
  UnaryOp op;
  int64_t batch, channels, size, L, N, n_beta, n_alpha, n_gamma;
  const int32_t* rows;
  const int32_t* pairs;
  const void* alpha;
  const void* gamma;
  const void* x;
  const void* g;
  const void* table_x;
  const void* table_g;
  const void* table_out;
  void* out;
};

// ---- random ---------------------------------------------------------------------------------------------------

// Philox4x32-10, key = seed, counter = (offset + i/4 ...): element i is a function of (seed, offset + i) alone.
// uniform: low + (high - low) * u, u in [0, 1) with 24 (float32) or 53 (float64, from two words) bits; normal: mean a, deviation b,
// by the inverse normal distribution (Wichura AS241) of a 53-bit u in (0, 1), evaluated in float64 without fused multiply-add, then
// rounded: the same numbers on every device, instruction set and thread count. dtype float32 or float64.
enum class RandomOp : int32_t { uniform, normal };
struct RandomArgs {
  RandomOp op;
  Dtype dtype;
  int64_t size;
  uint64_t seed, offset;
  double a, b;
  void* out;
};

// ---- optimizers (in place on parameter and state; real dtypes) ------------------------------------------------

// g += weight_decay * p; v = momentum * v + g; p -= lr * (nesterov ? g + momentum * v : v). velocity may be null when momentum = 0.
struct SgdArgs {
  Dtype dtype;
  int64_t size;
  void* parameter;
  const void* gradient;
  void* velocity;
  double lr, momentum, weight_decay;
  int32_t nesterov;
};
// Adam (decoupled = 0: g += weight_decay * p) or AdamW (decoupled = 1: p *= 1 - lr * weight_decay). correction_k = 1 - beta_k^step.
// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr * (m / correction1) / (sqrt(v / correction2) + eps).
struct AdamArgs {
  Dtype dtype;
  int64_t size;
  void* parameter;
  const void* gradient;
  void* m;
  void* v;
  double lr, beta1, beta2, eps, weight_decay, correction1, correction2;
  int32_t decoupled;
};

// THE LIST of kernels: launcher name, args.
#define CLEBSCH_KERNELS(X)                 \
  X(fill, FillArgs)                        \
  X(copy, CopyArgs)                        \
  X(gather_rows, GatherRowsArgs)           \
  X(scatter_rows, ScatterRowsArgs)         \
  X(unfold, UnfoldArgs)                    \
  X(fold, UnfoldArgs)                      \
  X(unary, UnaryArgs)                      \
  X(binary, BinaryArgs)                    \
  X(where, WhereArgs)                      \
  X(reduce, ReduceArgs)                    \
  X(contract, ContractArgs)                \
  X(bilinear, BilinearArgs)                \
  X(fused_product, FusedProductArgs)       \
  X(group_activation, GroupActivationArgs) \
  X(fourier, FourierArgs)                  \
  X(legendre, LegendreArgs)                \
  X(harmonic, HarmonicArgs)                \
  X(resampling, ResamplingArgs)            \
  X(wigner, WignerArgs)                    \
  X(torus, TorusArgs)                      \
  X(group_synthesis, GroupSynthesisArgs)   \
  X(random, RandomArgs)                    \
  X(sgd, SgdArgs)                          \
  X(adam, AdamArgs)

// `stream` is the backend's own stream object (ignored by cpu).
struct KernelTable {
#define CLEBSCH_ROW(name, Args) const char* (*name)(const Args& args, void* stream);
  CLEBSCH_KERNELS(CLEBSCH_ROW)
#undef CLEBSCH_ROW
};

// ---- accelerators ---------------------------------------------------------------------------------------------

struct AcceleratorDevice {
  char name[128];
  int32_t major, minor;
  int64_t total_bytes;
};

// What libclebsch_cuda.so and libclebsch_emulated.so export through `clebsch_accelerator(abi)`.
// Functions return nullptr or a static or thread-local text that says what failed.
struct AcceleratorApi {
  int32_t abi;
  const char* name;             // "cuda" or "emulated"
  const char* architectures;    // "80, 90, 100 + PTX"
  int32_t runtime_version;      // 13000; 0 for emulated
  int32_t (*driver_version)();  // 0: no driver
  const char* (*device_count)(int32_t* count);
  const char* (*describe)(int32_t index, AcceleratorDevice* out);
  const char* (*open)(int32_t index, void** stream);                                    // context and one in-order stream
  const char* (*allocate)(void* stream, size_t bytes, void** out);                      // stream-ordered
  const char* (*release)(void* stream, void* memory);                                   // stream-ordered
  const char* (*upload)(void* stream, void* device, const void* host, size_t bytes);    // host memory may be reused on return
  const char* (*download)(void* stream, void* host, const void* device, size_t bytes);  // returns when host holds the data
  const char* (*synchronize)(void* stream);                                             // waits; reports a pending error
  const char* (*configure)(const char* key, const char* value);  // emulated: "order" = ascending | descending | random:SEED
  KernelTable kernels;
};

}  // namespace clebsch

// The only exported symbol of an accelerator library; nullptr when `abi` is not its own.
extern "C" {
typedef const clebsch::AcceleratorApi* (*clebsch_accelerator_fn)(int32_t abi);
}
