#include <utility>

#include "kernels/cpu_loop.h"
#include "kernels/scratch.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kTaskWork = 1 << 15;  // products worth a task
constexpr int64_t kMaxTasks = 64;
constexpr int64_t kSamples = 4;  // with one vector a row, computed together

// Vectors of sums that stay in registers over the terms of a row.
template <class T>
constexpr int kVectors = kParts<T> == 2 ? 4 : 8;

// Rows of lanes: the channels of one sample where they fill a vector, else the channels of several samples side by side.
template <class T>
struct Lanes {
  const T* p;
  const T* q;
  T* out;
  int64_t count, stride;  // lanes of a row, distance of rows; count >= kLanes<T>
};

// Distances of the vectors that one kernel computes: neighbours in a row, or the same lanes of several samples.
template <class T>
struct Neighbours {
  static constexpr int64_t p = kLanes<T>, q = kLanes<T>, out = kLanes<T>;
};
struct Samples {
  int64_t p, q, out;
};

// `vectors` vectors of one row of the result, from `lane` on.
template <class T, int vectors, class Apart>
void row_kernel(const BilinearArgs& args, int64_t row, const Lanes<T>& lanes, int64_t lane, Apart apart) {
  using R = RealOf<T>;
  const auto* value = static_cast<const R*>(args.value);
  Vector<R> sum[kParts<T>][vectors] = {};
  for (int32_t t = args.begin[row]; t < args.begin[row + 1]; ++t) {
    const T* p = lanes.p + args.row_p[t] * lanes.stride + lane;
    const T* q = lanes.q + args.row_q[t] * lanes.stride + lane;
    for (int v = 0; v < vectors; ++v) {
      const Vector<R> x = value[t] * load(reinterpret_cast<const R*>(p + v * apart.p)),
                      y = load(reinterpret_cast<const R*>(q + v * apart.q));
      sum[0][v] += x * y;
      if constexpr (kParts<T> == 2) sum[1][v] += x * swap_pairs<R>(y);
    }
  }
  T* out = lanes.out + row * lanes.stride + lane;
  for (int v = 0; v < vectors; ++v) {
    Vector<R> z = sum[0][v];
    if constexpr (kParts<T> == 2) z = complex_from_products<R>(sum[0][v], sum[1][v]);
    store<R>(reinterpret_cast<R*>(out + v * apart.out), z);
  }
}

template <class T, class Apart>
using RowKernel = void (*)(const BilinearArgs& args, int64_t row, const Lanes<T>& lanes, int64_t lane, Apart apart);

// row_kernel of 1..kVectors<T> vectors.
template <class T, class Apart, int... vectors>
RowKernel<T, Apart> pick_kernel(int64_t count, std::integer_sequence<int, vectors...>) {
  constexpr RowKernel<T, Apart> kernels[] = {row_kernel<T, vectors + 1, Apart>...};
  return kernels[count - 1];
}
template <class T, class Apart>
RowKernel<T, Apart> kernel_of(int64_t count) {
  return pick_kernel<T, Apart>(count, std::make_integer_sequence<int, kVectors<T>>());
}

// Rows [begin, end). Lanes behind the last whole vector are computed with their left neighbours, once more.
template <class T>
void multiply_rows(const BilinearArgs& args, int64_t begin, int64_t end, const Lanes<T>& lanes) {
  const int64_t vectors = lanes.count / kLanes<T>;
  const auto run = [&](int64_t count, int64_t lane) {
    const auto kernel = kernel_of<T, Neighbours<T>>(count);
    for (int64_t row = begin; row < end; ++row) kernel(args, row, lanes, lane, {});
  };
  for (int64_t v = 0; v < vectors; v += kVectors<T>) run(minimum(kVectors<T>, vectors - v), v * kLanes<T>);
  if (lanes.count % kLanes<T> != 0) run(1, lanes.count - kLanes<T>);
}

// The same of up to kSamples samples with less than two vectors a row, side by side: a term is read once for all.
template <class T>
void multiply_rows_of_samples(const BilinearArgs& args, int64_t samples, int64_t begin, int64_t end, const Lanes<T>& lanes) {
  const Samples apart{args.rows_p * lanes.stride, args.rows_q * lanes.stride, args.rows_out * lanes.stride};
  const auto kernel = kernel_of<T, Samples>(samples);
  const auto run = [&](int64_t lane) {
    for (int64_t row = begin; row < end; ++row) kernel(args, row, lanes, lane, apart);
  };
  for (int64_t lane = 0; lane + kLanes<T> <= lanes.count; lane += kLanes<T>) run(lane);
  if (lanes.count % kLanes<T> != 0) run(lanes.count - kLanes<T>);
}

// Samples side by side: to[row, sample, channel] = x[sample, row, channel], zeros behind; rows of `to` are `stride` apart.
template <class T>
void gather_samples(T* to, const T* x, int64_t samples, int64_t rows, int64_t channels, int64_t stride) {
  for (int64_t s = 0; s < samples; ++s) {
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t c = 0; c < channels; ++c) to[row * stride + s * channels + c] = *x++;
    }
  }
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t lane = samples * channels; lane < stride; ++lane) to[row * stride + lane] = T{};
  }
}

// Rows [begin, end) of the results of `samples` samples with few channels; false if there is no memory.
template <class T>
bool multiply_samples(const BilinearArgs& args, int64_t sample, int64_t samples, int64_t begin, int64_t end) {
  static thread_local Scratch scratch;
  const int64_t channels = args.channels, stride = ceil_div(samples * channels, kLanes<T>) * kLanes<T>;
  const auto* p = static_cast<const T*>(args.p) + sample * args.rows_p * channels;
  const auto* q = static_cast<const T*>(args.q) + sample * args.rows_q * channels;
  T* memory = static_cast<T*>(scratch.reserve(static_cast<size_t>((args.rows_p + args.rows_q + args.rows_out) * stride) * sizeof(T)));
  if (memory == nullptr) return false;
  T *lanes_p = memory, *lanes_q = lanes_p + args.rows_p * stride, *lanes_out = lanes_q + args.rows_q * stride;
  gather_samples(lanes_p, p, samples, args.rows_p, channels, stride);
  gather_samples(lanes_q, q, samples, args.rows_q, channels, stride);
  multiply_rows<T>(args, begin, end, {lanes_p, lanes_q, lanes_out, stride, stride});
  for (int64_t s = 0; s < samples; ++s) {
    T* out = static_cast<T*>(args.out) + ((sample + s) * args.rows_out + begin) * channels;
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t c = 0; c < channels; ++c) *out++ = lanes_out[row * stride + s * channels + c];
    }
  }
  return true;
}

// First row of part `part` of `parts` with equal numbers of terms.
inline int64_t row_at(const BilinearArgs& args, int64_t part, int64_t parts) {
  if (part == parts) return args.rows_out;
  const int64_t term = args.terms * part / parts;
  int64_t first = 0, last = args.rows_out;
  while (first < last) {
    const int64_t middle = (first + last) / 2;
    if (args.begin[middle] < term)
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

// Samples that are computed together: as many as fill the lanes where they have few channels, several where a row is one vector.
template <class T>
int64_t samples_together(int64_t channels) {
  if (channels < kLanes<T>) return kVectors<T> * kLanes<T> / channels;
  return channels < 2 * kLanes<T> ? kSamples : 1;
}

// Rows [begin, end) of the results of `samples` samples from `sample` on; false if there is no memory.
template <class T>
bool multiply_group(const BilinearArgs& args, int64_t sample, int64_t samples, int64_t begin, int64_t end) {
  const int64_t channels = args.channels;
  if (channels < kLanes<T>) return multiply_samples<T>(args, sample, samples, begin, end);
  const Lanes<T> lanes{static_cast<const T*>(args.p) + sample * args.rows_p * channels,
                       static_cast<const T*>(args.q) + sample * args.rows_q * channels,
                       static_cast<T*>(args.out) + sample * args.rows_out * channels, channels, channels};
  if (samples == 1)
    multiply_rows<T>(args, begin, end, lanes);
  else
    multiply_rows_of_samples<T>(args, samples, begin, end, lanes);
  return true;
}

template <class T>
const char* multiply(const BilinearArgs& args) {
  const int64_t group = minimum(args.batch, samples_together<T>(args.channels));
  const int64_t groups = ceil_div(args.batch, group), work = args.terms * args.batch * args.channels;
  const int64_t tasks = minimum(kMaxTasks, 1 + work / kTaskWork), grain = ceil_div(groups, minimum(groups, tasks));
  const int64_t parts = groups >= tasks ? 1 : minimum(args.rows_out, tasks / groups);
  bool failed = false;
  parallel_for(ceil_div(groups, grain) * parts, 1, [&](int64_t first, int64_t last) {
    for (int64_t task = first; task < last; ++task) {
      const int64_t begin = row_at(args, task % parts, parts), end = row_at(args, task % parts + 1, parts);
      const int64_t start = task / parts * grain * group, stop = minimum(args.batch, start + grain * group);
      for (int64_t sample = start; sample < stop; sample += group) {
        if (!multiply_group<T>(args, sample, minimum(group, stop - sample), begin, end)) __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      }
    }
  });
  return failed ? "no memory for the samples of a bilinear product" : nullptr;
}

}  // namespace

const char* bilinear(const BilinearArgs& args, void*) {
  if (args.batch == 0 || args.rows_out == 0 || args.channels == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) { return multiply<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
