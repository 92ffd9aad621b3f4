#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

// Checks shared by gather and its adjoint; args with outer, inner and rows_in set.
struct Rows {
  Tensor x, index;
  GatherRowsArgs args;
};

Rows check_rows(const char* op, const Tensor& x, const Tensor& index, int64_t axis) {
  require_same_device(op, x, index);
  require(index.dtype == Dtype::int32 && index.ndim() == 1, ErrorCode::shape, op, "expected an int32 tensor with one axis for index, got ",
          index.dtype, " ", index.shape);
  require(axis >= 0 && axis < x.ndim(), ErrorCode::value, op, "expected an axis of 0..", x.ndim() - 1, ", got ", axis);
  const int a = static_cast<int>(axis);
  Rows rows{contiguous(x), contiguous(index), {}};
  rows.args.dtype = x.dtype;
  rows.args.outer = x.shape.product(0, a);
  rows.args.inner = x.shape.product(a + 1);
  rows.args.rows_in = x.shape[a];
  return rows;
}

template <class Args>
Tensor move_rows(const char* op, KernelRow<Args> row, const Rows& rows, int64_t axis, int64_t rows_out) {
  Dims shape = rows.x.shape;
  shape[static_cast<int>(axis)] = rows_out;
  Tensor out = empty(shape, rows.x.dtype, rows.x.backend());
  launch(op, row, rows.x.size() + out.size(), out.backend(), [rows, rows_out, out] {
    const GatherRowsArgs& a = rows.args;
    return Args{a.dtype, a.outer, a.rows_in, rows_out, a.inner, static_cast<const int32_t*>(rows.index.data()), rows.x.data(), out.data()};
  });
  return out;
}

Tensor window_op(const char* op, KernelRow<UnfoldArgs> row, const Tensor& x, const Dims& image, const Dims& w, const Dims& out_shape,
                 int64_t oh, int64_t ow) {
  const Tensor source = contiguous(x);
  Tensor out = empty(out_shape, x.dtype, x.backend());
  launch(op, row, source.size() + out.size(), out.backend(), [=] {
    return UnfoldArgs{out.dtype, image[0], image[1], image[2], image[3],      oh,        ow, w[0], w[1],
                      w[2],      w[3],     w[4],     w[5],     source.data(), out.data()};
  });
  return out;
}

// Output rows and columns of a window over height x width.
std::pair<int64_t, int64_t> window_count(const char* op, const Dims& w, int64_t height, int64_t width) {
  const bool valid = w.ndim == 8 && w[0] > 0 && w[1] > 0 && w[2] > 0 && w[3] > 0 && w[4] >= 0 && w[5] >= 0 && w[6] >= 0 && w[7] >= 0;
  require(valid, ErrorCode::value, op, "expected [ky, kx, sy, sx > 0, top, left, bottom, right >= 0] for window, got ", w);
  const int64_t rows = height + w[4] + w[6] - w[0], columns = width + w[5] + w[7] - w[1];
  require(rows >= 0 && columns >= 0, ErrorCode::shape, op, "expected an image of at least the kernel's size ", w[0], " x ", w[1], ", got ",
          height, " x ", width);
  return {rows / w[2] + 1, columns / w[3] + 1};
}

}  // namespace

Tensor gather_rows(const Tensor& x, const Tensor& index, int64_t axis) {
  const Rows rows = check_rows("gatherRows", x, index, axis);
  return move_rows<GatherRowsArgs>("gatherRows", &KernelTable::gather_rows, rows, axis, index.size());
}

Tensor scatter_rows(const Tensor& x, const Tensor& index, int64_t axis, int64_t rows_out) {
  const Rows rows = check_rows("scatterRows", x, index, axis);
  require(rows_out >= 0, ErrorCode::value, "scatterRows", "expected rows >= 0, got ", rows_out);
  require(rows.args.rows_in == index.size(), ErrorCode::shape, "scatterRows", "expected ", rows.args.rows_in, " entries for index (x is ",
          x.shape, "), got ", index.size());
  return move_rows<ScatterRowsArgs>("scatterRows", &KernelTable::scatter_rows, rows, axis, rows_out);
}

Tensor unfold(const Tensor& x, const Dims& window) {
  require(x.ndim() == 4, ErrorCode::shape, "unfold", "expected [batch, height, width, channels] for x, got ", x.shape);
  const auto [oh, ow] = window_count("unfold", window, x.shape[1], x.shape[2]);
  const Dims shape{x.shape[0], oh, ow, window[0], window[1], x.shape[3]};
  return window_op("unfold", &KernelTable::unfold, x, x.shape, window, shape, oh, ow);
}

Tensor fold(const Tensor& x, const Dims& window, int64_t height, int64_t width) {
  const auto [oh, ow] = window_count("fold", window, height, width);
  const bool fits = x.ndim() == 6 && x.shape[1] == oh && x.shape[2] == ow && x.shape[3] == window[0] && x.shape[4] == window[1];
  require(fits, ErrorCode::shape, "fold", "expected [batch, ", oh, ", ", ow, ", ", window[0], ", ", window[1], ", channels] for x, got ",
          x.shape);
  const Dims image{x.shape[0], height, width, x.shape[5]};
  return window_op("fold", &KernelTable::fold, x, image, window, image, oh, ow);
}

}  // namespace clebsch::ops
