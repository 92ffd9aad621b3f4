#pragma once
// Contractions whose vectors run over an index that both operands have, adjacent in each: k itself (Method::dot), whose lanes are summed at
// the end, or a batch index (Method::lane), whose lanes are results. Nothing is packed.
#include "kernels/contract_plan.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// n adjacent items of both operands, counted in T.
struct Segment {
  int64_t a, b, n;
};

// The register tile: results times vectors of products.
template <class T>
constexpr int kLaneRows = kVectorRegisters == 32 ? 4 : 4 - kParts<T>;
template <class T>
constexpr int kLaneColumns = kVectorRegisters == 32 ? 5 - kParts<T> : 4 - kParts<T>;

// Sums of products of one result, lane by lane. Complex: straight and crossed products, see complex_from_products.
template <class T>
struct Lanes {
  Vector<RealOf<T>> part[kParts<T>];
};

template <class T>
using LaneKernel = void (*)(const Segment* segment, int64_t segments, const T* a, const int64_t* a_row, const T* b, const int64_t* b_column,
                            Lanes<T>* out);

// out[i columns + j] = sum over the segments of the products of row i of A and column j of B.
template <class T, int rows, int columns>
void lane_kernel(const Segment* segment, int64_t segments, const T* a, const int64_t* a_row, const T* b, const int64_t* b_column,
                 Lanes<T>* out) {
  using R = RealOf<T>;
  constexpr int parts = kParts<T>, width = kWidth<R>, results = rows * columns;
  constexpr int chains = results * parts >= 4 ? 1 : 4 / (results * parts);  // sums that hide the latency of an addition
  Lanes<T> sum[chains][results] = {};
  for (const Segment* end = segment + segments; segment < end; ++segment) {
    const R *x[rows], *y[columns];
    for (int i = 0; i < rows; ++i) x[i] = reinterpret_cast<const R*>(a + segment->a + a_row[i]);
    for (int j = 0; j < columns; ++j) y[j] = reinterpret_cast<const R*>(b + segment->b + b_column[j]);
    const auto accumulate = [&](Lanes<T>* total, auto read) {
      Vector<R> right[columns], crossed[columns];
      for (int j = 0; j < columns; ++j) right[j] = read(y[j]);
      for (int j = 0; j < columns; ++j) crossed[j] = swap_pairs<R>(right[j]);  // not used by real types
      for (int i = 0; i < rows; ++i) {
        const Vector<R> left = read(x[i]);
        for (int j = 0; j < columns; ++j) {
          total[i * columns + j].part[0] += left * right[j];
          if constexpr (parts == 2) total[i * columns + j].part[1] += left * crossed[j];
        }
      }
    };
    const int64_t n = segment->n * parts;
    int64_t p = 0;
    for (; p + chains * width <= n; p += chains * width) {
      for (int chain = 0; chain < chains; ++chain) accumulate(sum[chain], [&](const R* z) { return load(z + p + chain * width); });
    }
    if constexpr (chains > 1) {
      for (; p + width <= n; p += width) accumulate(sum[0], [&](const R* z) { return load(z + p); });
    }
    if (p < n) accumulate(sum[0], [&](const R* z) { return load_first(z + p, n - p); });
  }
  for (int i = 0; i < results; ++i) {
    for (int chain = 1; chain < chains; ++chain) {
      for (int part = 0; part < parts; ++part) sum[0][i].part[part] += sum[chain][i].part[part];
    }
    out[i] = sum[0][i];
  }
}

template <class T, class I>
struct LaneKernels;
template <class T, int... i>
struct LaneKernels<T, std::integer_sequence<int, i...>> {
  static constexpr LaneKernel<T> table[] = {lane_kernel<T, i / kLaneColumns<T> + 1, i % kLaneColumns<T> + 1>...};
};

template <class T>
LaneKernel<T> lane_kernel_for(int64_t rows, int64_t columns) {
  return LaneKernels<T, std::make_integer_sequence<int, kLaneRows<T> * kLaneColumns<T>>>::table[(rows - 1) * kLaneColumns<T> + columns - 1];
}

// The sum of all lanes.
template <class T>
T total_of(const Lanes<T>& lanes) {
  using R = RealOf<T>;
  Vector<R> v = lanes.part[0];
  if constexpr (kParts<T> == 2) v = complex_from_products<R>(lanes.part[0], lanes.part[1]);
  T item[kLanes<T>];
  memcpy(item, &v, sizeof item);
  for (int half = kLanes<T> / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) item[i] = item[i] + item[i + half];
  }
  return item[0];
}

// c[i] (+)= lane i, i < n.
template <class T>
void store_lanes(const Lanes<T>& lanes, T* c, int64_t n, bool add) {
  using R = RealOf<T>;
  Vector<R> v = lanes.part[0];
  if constexpr (kParts<T> == 2) v = complex_from_products<R>(lanes.part[0], lanes.part[1]);
  put<R>(reinterpret_cast<R*>(c), v, n * kParts<T>, add);
}

// c[i] = sum over the segments of a[i] b[i] for `vectors` vectors of lanes, the last of them `last` numbers R.
template <class T, int vectors>
void stream_kernel(const Segment* segment, int64_t segments, const T* a, const T* b, T* c, int64_t last) {
  using R = RealOf<T>;
  constexpr int width = kWidth<R>;
  Lanes<T> sum[vectors] = {};
  for (const Segment* end = segment + segments; segment < end; ++segment) {
    const R *x = reinterpret_cast<const R*>(a + segment->a), *y = reinterpret_cast<const R*>(b + segment->b);
    for (int v = 0; v < vectors; ++v) {
      const bool whole = v + 1 < vectors || last == width;
      const Vector<R> left = whole ? load(x + v * width) : load_first(x + v * width, last);
      const Vector<R> right = whole ? load(y + v * width) : load_first(y + v * width, last);
      sum[v].part[0] += left * right;
      if constexpr (kParts<T> == 2) sum[v].part[1] += left * swap_pairs<R>(right);
    }
  }
  for (int v = 0; v < vectors; ++v) store_lanes(sum[v], c + v * kLanes<T>, (v + 1 < vectors ? width : last) / kParts<T>, false);
}

// The same for n lanes.
template <class T>
void stream_lanes(const Segment* segment, int64_t segments, const T* a, const T* b, T* c, int64_t n) {
  constexpr int vectors = 4;
  constexpr int64_t W = kLanes<T>;
  int64_t i = 0;
  for (; i + vectors * W <= n; i += vectors * W) stream_kernel<T, vectors>(segment, segments, a + i, b + i, c + i, W * kParts<T>);
  const int64_t rest = n - i, last = (rest - 1) % W * kParts<T> + kParts<T>;
  if (rest > 3 * W) return stream_kernel<T, 4>(segment, segments, a + i, b + i, c + i, last);
  if (rest > 2 * W) return stream_kernel<T, 3>(segment, segments, a + i, b + i, c + i, last);
  if (rest > W) return stream_kernel<T, 2>(segment, segments, a + i, b + i, c + i, last);
  if (rest > 0) stream_kernel<T, 1>(segment, segments, a + i, b + i, c + i, last);
}

// ---- tasks ----------------------------------------------------------------------------------------------------

constexpr int64_t kMaxSegments = kBlockDepth;
constexpr int64_t kDotDepth = 1024;  // items of k between two visits of the result of Method::dot

struct LaneScratch {
  int64_t a_row[kMaxRows], c_row[kMaxRows], b_column[kMaxColumns], c_column[kMaxColumns];
  Segment segment[kMaxSegments];
};

// Lists items [begin, end) of k as segments, or the first of them: returns where it stopped. Segments of Method::lane get their length
// later.
inline int64_t list_segments(const Group& k, bool along_k, int64_t begin, int64_t end, Segment* segment, int64_t* segments) {
  end = minimum(end, begin + (along_k ? kDotDepth : kMaxSegments));
  if (!along_k) {
    int64_t a[kMaxSegments], b[kMaxSegments];
    list_offsets(k, &ContractDim::a, begin, end, a);
    list_offsets(k, &ContractDim::b, begin, end, b);
    *segments = end - begin;
    for (int64_t i = 0; i < *segments; ++i) segment[i] = {a[i], b[i], 0};
    return end;
  }
  const int64_t run = run_of(k);
  for (*segments = 0; begin < end && *segments < kMaxSegments; ++*segments) {
    const int64_t n = minimum(run - begin % run, end - begin);
    segment[*segments] = {offset_at(k, &ContractDim::a, begin), offset_at(k, &ContractDim::b, begin), n};
    begin += n;
  }
  return begin;
}

// f(first row, rows, first column, columns) for register tiles of a matrix.
template <class T, class F>
void for_lane_tiles(int64_t rows, int64_t columns, F f) {
  const int64_t down = ceil_div(rows, kLaneRows<T>), across = ceil_div(columns, kLaneColumns<T>);
  for (int64_t j = 0; j < across; ++j) {
    for (int64_t i = 0; i < down; ++i) {
      const int64_t row = i * rows / down, column = j * columns / across;
      f(row, (i + 1) * rows / down - row, column, (j + 1) * columns / across - column);
    }
  }
}

template <class T>
struct LaneTask {
  const Plan<T>& plan;
  const Box& box;
  LaneScratch& s;

  // One vector of lanes, or one dot product, of every result of the task.
  void multiply(int64_t segments, const T* a, const T* b, T* c, int64_t lanes, bool add) const {
    const bool dot = plan.method == Method::dot;
    const int64_t rows = box.end[kRows] - box.begin[kRows], columns = box.end[kColumns] - box.begin[kColumns];
    for_lane_tiles<T>(rows, columns, [&](int64_t row, int64_t tile_rows, int64_t column, int64_t tile_columns) {
      Lanes<T> sum[kLaneRows<T> * kLaneColumns<T>];
      lane_kernel_for<T>(tile_rows, tile_columns)(s.segment, segments, a, s.a_row + row, b, s.b_column + column, sum);
      for (int64_t i = 0; i < tile_rows; ++i) {
        for (int64_t j = 0; j < tile_columns; ++j) {
          const Lanes<T>& result = sum[i * tile_columns + j];
          T* out = c + s.c_row[row + i] + s.c_column[column + j];
          if (dot)
            *out = add ? *out + total_of(result) : total_of(result);
          else
            store_lanes(result, out, lanes, add);
        }
      }
    });
  }

  // Whether no number of A or B is of use to more than one sum, or sums have a single term: register tiles would save nothing then.
  bool streams() const {
    const int64_t results = (box.end[kRows] - box.begin[kRows]) * (box.end[kColumns] - box.begin[kColumns]);
    return plan.method == Method::lane && (plan.k.size == 1 || (results == 1 && plan.k.size <= kMaxSegments));
  }

  void stream(T* c) const {
    int64_t segments;
    list_segments(plan.k, false, 0, plan.k.size, s.segment, &segments);
    const int64_t rows = box.end[kRows] - box.begin[kRows], columns = box.end[kColumns] - box.begin[kColumns];
    const int64_t first = box.begin[kLane], lanes = box.end[kLane] - first;
    for (int64_t i = box.begin[kBatch]; i < box.end[kBatch]; ++i) {
      const T* a = plan.a + offset_at(plan.batch, &ContractDim::a, i) + first;
      const T* b = plan.b + offset_at(plan.batch, &ContractDim::b, i) + first;
      T* out = c + offset_at(plan.batch, &ContractDim::c, i) + first;
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < columns; ++column)
          stream_lanes(s.segment, segments, a + s.a_row[row], b + s.b_column[column], out + s.c_row[row] + s.c_column[column], lanes);
    }
  }

  void run(T* c) const {
    if (streams()) return stream(c);
    const bool dot = plan.method == Method::dot;
    for (int64_t i = box.begin[kBatch]; i < box.end[kBatch]; ++i) {
      const T* a = plan.a + offset_at(plan.batch, &ContractDim::a, i);
      const T* b = plan.b + offset_at(plan.batch, &ContractDim::b, i);
      T* out = c + offset_at(plan.batch, &ContractDim::c, i);
      for (int64_t begin = box.begin[kDepth], end; begin < box.end[kDepth]; begin = end) {
        int64_t segments;
        end = list_segments(plan.k, dot, begin, box.end[kDepth], s.segment, &segments);
        for (int64_t lane = box.begin[kLane]; lane < box.end[kLane]; lane += kLanes<T>) {
          const int64_t lanes = minimum(kLanes<T>, box.end[kLane] - lane);
          for (int64_t p = 0; !dot && p < segments; ++p) s.segment[p].n = lanes;
          multiply(segments, a + lane, b + lane, out + lane, lanes, begin > box.begin[kDepth]);
        }
      }
    }
  }
};

// One task; false if there is no memory for it.
template <class T>
bool run_lanes(const Plan<T>& plan, const Box& box, T* c) {
  static thread_local Scratch scratch;
  auto* s = static_cast<LaneScratch*>(scratch.reserve(sizeof(LaneScratch)));
  if (s == nullptr) return false;
  list_offsets(plan.m, &ContractDim::a, box.begin[kRows], box.end[kRows], s->a_row);
  list_offsets(plan.m, &ContractDim::c, box.begin[kRows], box.end[kRows], s->c_row);
  list_offsets(plan.n, &ContractDim::b, box.begin[kColumns], box.end[kColumns], s->b_column);
  list_offsets(plan.n, &ContractDim::c, box.begin[kColumns], box.end[kColumns], s->c_column);
  LaneTask<T>{plan, box, *s}.run(c);
  return true;
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
