// The polar step on SO(3) by tables (see WignerArgs).
#include "math/polar_tables.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
WignerArgs wigner_sizes(const char* op, const Dims& sizes, Dtype dtype) {
  require(sizes.ndim == 4, ErrorCode::value, op, "expected L, N, rings, every, got ", sizes);
  const int64_t L = sizes[0], N = sizes[1], rings = sizes[2], every = sizes[3];
  require(L >= 1 && L <= 4096, ErrorCode::value, op, "expected 1..4096 for L, got ", L);
  require(N >= 1 && N <= L, ErrorCode::value, op, "expected 1..L = ", L, " for N, got ", N);
  require(rings >= 1 && rings <= 16384, ErrorCode::value, op, "expected 1..16384 rings, got ", rings);
  require(every == 1 || every == 2, ErrorCode::value, op, "expected 1 or 2 for every, got ", every);
  require(is_floating(dtype), ErrorCode::dtype, op, "expected a real or complex float dtype for x, got ", dtype);
  WignerArgs args{};
  args.dtype = dtype;
  args.every = static_cast<int32_t>(every);
  args.L = L;
  args.N = N;
  args.rings = rings;
  return args;
}

namespace {

Tensor run(const char* op, const Tensor& operand, const Tensor& table, const Dims& sizes, bool analysis) {
  WignerArgs args = wigner_sizes(op, sizes, operand.dtype);
  const auto L = static_cast<int>(args.L), N = static_cast<int>(args.N);
  const int64_t rows = math::group_coefficients(is_complex(args.dtype), L, N), planes = 2 * args.N - 1, columns = 2 * args.L - 1;
  if (analysis) {
    const bool fits = operand.ndim() == 5 && operand.shape[1] == planes && operand.shape[2] == args.rings && operand.shape[3] == columns;
    require(fits, ErrorCode::shape, op, "expected [batch, ", planes, ", ", args.rings, ", ", columns, ", C] for x, got ", operand.shape);
  } else {
    const bool fits = operand.ndim() == 3 && operand.shape[1] == rows;
    require(fits, ErrorCode::shape, op, "expected [batch, ", rows, ", C] for x, got ", operand.shape);
  }
  const int64_t numbers = math::group_table_size(static_cast<int>(args.rings), L, N);
  require(table.ndim() == 1 && table.shape[0] == numbers, ErrorCode::shape, op, "expected [", numbers, "] for table, got ", table.shape);
  require(table.dtype == real_of(operand.dtype), ErrorCode::dtype, op, "expected ", real_of(operand.dtype), " for table, got ",
          table.dtype);
  require_same_device(op, operand, table);
  const Tensor x = contiguous(operand), d = contiguous(table);
  args.analysis = analysis;
  args.batch = x.shape[0];
  args.channels = x.shape[x.ndim() - 1];
  const Tensor out = empty(analysis ? Dims{args.batch, rows, args.channels} : Dims{args.batch, planes, args.rings, columns, args.channels},
                           x.dtype, x.backend());
  launch(op, &KernelTable::wigner, args.batch * args.channels * rows * args.rings, out.backend(), [=] {
    WignerArgs full = args;
    full.table = d.data();
    full.x = x.data();
    full.out = out.data();
    return full;
  });
  return out;
}

}  // namespace

Tensor wigner_synthesis(const Tensor& x, const Tensor& table, const Dims& sizes) { return run("wignerSynthesis", x, table, sizes, false); }

Tensor wigner_analysis(const Tensor& x, const Tensor& table, const Dims& sizes) { return run("wignerAnalysis", x, table, sizes, true); }

}  // namespace clebsch::ops
