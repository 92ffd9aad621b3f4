#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

// Copies x into the strided view `to` of another tensor, casting where dtypes differ.
void copy_into(const char* op, const Tensor& x, const Tensor& to) {
  if (x.size() == 0) return;
  CopyArgs args{};
  args.from = x.dtype;
  args.to = to.dtype;
  args.ndim = x.ndim();
  copy_dims(args.shape, x.shape);
  copy_dims(args.x_stride, x.strides);
  copy_dims(args.out_stride, to.strides);
  launch(op, &KernelTable::copy, x.size(), to.backend(), [args, x, to]() mutable {
    args.x = x.data();
    args.out = to.data();
    return args;
  });
}

void fill(const Tensor& out, double re, double im) {
  launch("fill", &KernelTable::fill, out.size(), out.backend(), [out, re, im] {
    return FillArgs{out.dtype, out.size(), re, im, out.data()};
  });
}

}  // namespace

Tensor full(const Dims& shape, Dtype dtype, Backend& backend, double re, double im) {
  Tensor out = empty(shape, dtype, backend);
  fill(out, re, im);
  return out;
}

Tensor contiguous(const Tensor& x) { return x.is_contiguous() ? x : cast(x, x.dtype); }

Tensor cast(const Tensor& x, Dtype dtype) {
  if (dtype == x.dtype && x.is_contiguous()) return x;
  Tensor out = empty(x.shape, dtype, x.backend());
  copy_into("cast", x, out);
  return out;
}

// The two streams meet on a worker thread: the target's task waits for the source's earlier work. Streams only ever wait for work queued
// before, so they cannot wait for each other in a circle.
Tensor to_device(const Tensor& x, Backend& to) {
  if (&x.backend() == &to) return x;
  const Tensor source = contiguous(x);
  Tensor out = empty(x.shape, x.dtype, to);
  struct Meeting {
    std::mutex mutex;
    std::condition_variable ready;
    bool done = false;
    std::optional<Error> error;  // of the source, which goes on to the target
    std::vector<char> bytes;
  };
  auto meeting = std::make_shared<Meeting>();
  meeting->bytes.resize(x.bytes());
  queue_read(source, meeting->bytes.data(), meeting);
  x.backend().stream().on_complete([meeting](std::optional<Error> error) {
    std::lock_guard lock(meeting->mutex);
    if (error) meeting->error.emplace(*error);
    meeting->done = true;
    meeting->ready.notify_one();
  });
  to.stream().enqueue("toDevice", Stream::kInlineCost + 1, [out, meeting]() -> const char* {
    std::unique_lock lock(meeting->mutex);
    meeting->ready.wait(lock, [&] { return meeting->done; });
    if (meeting->error) throw *meeting->error;
    return out.backend().upload(out.data(), meeting->bytes.data(), meeting->bytes.size());
  });
  return out;
}

Tensor pad(const Tensor& x, const Dims& before, const Dims& after, double value) {
  const bool fits = before.ndim == x.ndim() && after.ndim == x.ndim();
  require(fits, ErrorCode::shape, "pad", "expected ", x.ndim(), " entries for before and after, got ", before, " and ", after);
  Dims shape = x.shape;
  for (int i = 0; i < x.ndim(); ++i) {
    require(before[i] >= 0 && after[i] >= 0, ErrorCode::value, "pad", "expected numbers >= 0 for before and after, got ", before, " and ",
            after);
    shape[i] += before[i] + after[i];
  }
  Tensor out = full(shape, x.dtype, x.backend(), value, 0);
  copy_into("pad", x, slice(out, before, x.shape));
  return out;
}

Tensor concat(const std::vector<Tensor>& xs, int64_t axis) {
  require(!xs.empty(), ErrorCode::value, "concat", "expected at least one tensor, got none");
  const Tensor& first = xs[0];
  require(axis >= 0 && axis < first.ndim(), ErrorCode::value, "concat", "expected an axis of 0..", first.ndim() - 1, ", got ", axis);
  const int a = static_cast<int>(axis);
  Dims shape = first.shape;
  shape[a] = 0;
  for (const Tensor& x : xs) {
    require_same_device("concat", first, x);
    require(x.dtype == first.dtype, ErrorCode::dtype, "concat", "expected ", first.dtype, " for all tensors, got ", x.dtype);
    Dims other = x.shape;
    if (other.ndim == shape.ndim) other[a] = first.shape[a];
    require(other == first.shape, ErrorCode::shape, "concat", "expected shapes equal to ", first.shape, " save along axis ", axis, ", got ",
            x.shape);
    shape[a] += x.shape[a];
  }
  Tensor out = empty(shape, first.dtype, first.backend());
  Dims begin;
  begin.ndim = shape.ndim;
  for (const Tensor& x : xs) {
    copy_into("concat", x, slice(out, begin, x.shape));
    begin[a] += x.shape[a];
  }
  return out;
}

Tensor make_complex(const Tensor& re, const Tensor& im) {
  require_same_device("complex", re, im);
  require(is_real_float(re.dtype) && im.dtype == re.dtype, ErrorCode::dtype, "complex",
          "expected two tensors of float32 or of float64, got ", re.dtype, " and ", im.dtype);
  require(re.shape == im.shape, ErrorCode::shape, "complex", "expected ", re.shape, " for im, got ", im.shape);
  Tensor out = empty(re.shape, complex_of(re.dtype), re.backend());
  copy_into("complex", re, real(out));
  copy_into("complex", im, imag(out));
  return out;
}

}  // namespace clebsch::ops
