#pragma once
// Matrix products from register tiles: an outer product of a column of A and a row of B per k, with B in panels of a few vectors.
// A complex product is two real ones, re(A) B and im(A) B with B as pairs of real numbers, put together at the end.
// Operands of any strides are packed through lists of offsets (Matthews, "High-performance tensor contraction without transposition",
// 2018).
#include "kernels/contract_plan.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// ---- register tile --------------------------------------------------------------------------------------------

// re(A) B + i im(A) B.
template <class R>
inline Vector<R> complex_from_parts(Vector<R> re, Vector<R> im) {
  return blend_pairs<R>(re - swap_pairs<R>(im), re + swap_pairs<R>(im));
}

template <class T>
using TileKernel = void (*)(int64_t depth, const T* a, const int64_t* a_row, int64_t a_step, const T* b, int64_t b_step, T* c,
                            const int64_t* c_row, bool add);

// c[c_row[i] + j] (+)= sum over p < depth of a[a_row[i] + p a_step] b[j + p b_step], i < rows, j < vectors * kLanes.
template <class T, int rows, int vectors>
void tile_kernel(int64_t depth, const T* a, const int64_t* a_row, int64_t a_step, const T* b, int64_t b_step, T* c, const int64_t* c_row,
                 bool add) {
  using R = RealOf<T>;
  constexpr int parts = kParts<T>, width = kWidth<R>;
  const R* x[rows];
  for (int i = 0; i < rows; ++i) x[i] = reinterpret_cast<const R*>(a + a_row[i]);
  const R* y = reinterpret_cast<const R*>(b);
  Vector<R> sum[rows][parts][vectors] = {};
  int64_t at = 0;
  for (int64_t p = 0; p < depth; ++p, at += a_step * parts, y += b_step * parts) {
    Vector<R> row[vectors];
    for (int v = 0; v < vectors; ++v) row[v] = load(y + v * width);
    for (int i = 0; i < rows; ++i) {
      for (int part = 0; part < parts; ++part) {
        const R factor = x[i][at + part];
        for (int v = 0; v < vectors; ++v) sum[i][part][v] += factor * row[v];
      }
    }
  }
  for (int i = 0; i < rows; ++i) {
    R* z = reinterpret_cast<R*>(c + c_row[i]);
    for (int v = 0; v < vectors; ++v) {
      Vector<R> value = sum[i][0][v];
      if constexpr (parts == 2) value = complex_from_parts<R>(value, sum[i][1][v]);
      put<R>(z + v * width, value, width, add);
    }
  }
}

template <class T, class I>
struct TileKernels;
template <class T, int... i>
struct TileKernels<T, std::integer_sequence<int, i...>> {
  static constexpr TileKernel<T> table[] = {tile_kernel<T, i / kTileVectors<T> + 1, i % kTileVectors<T> + 1>...};
};

template <class T>
TileKernel<T> tile_kernel_for(int64_t rows, int64_t vectors) {
  return TileKernels<T, std::make_integer_sequence<int, kTileRows<T> * kTileVectors<T>>>::table[(rows - 1) * kTileVectors<T> + vectors - 1];
}

// ---- packing --------------------------------------------------------------------------------------------------

// Items whose offsets count up by one, several in a row: copied as vectors.
template <int most>
struct Runs {
  int64_t count = 0, begin[most + 1];
  Runs(const int64_t* item, int64_t items) {
    for (int64_t i = 0; i < items; ++i) {
      if (i == 0 || item[i] != item[i - 1] + 1) begin[count++] = i;
    }
    begin[count] = items;
  }
  // f(first item, items)
  template <class F>
  void each(F f) const {
    for (int64_t r = 0; r < count; ++r) f(begin[r], begin[r + 1] - begin[r]);
  }
  // Whether vectors pay.
  bool long_enough() const { return 4 * count <= begin[count]; }
};

// out[p width + i] = x[depth[p] + item[i]], i < items, for items in long runs.
template <class T>
void pack_runs(T* __restrict out, int64_t width, const T* __restrict x, const int64_t* item, const Runs<kPanel<T>>& runs,
               const int64_t* depth, int64_t count) {
  for (int64_t p = 0; p < count; ++p) {
    runs.each([&](int64_t i, int64_t n) { copy_elements(out + p * width + i, x + depth[p] + item[i], n); });
  }
}

// The same for items anywhere.
template <class T>
void pack_items(T* __restrict out, int64_t width, const T* __restrict x, const int64_t* item, int64_t items, const int64_t* depth,
                int64_t count) {
  constexpr int64_t kRun = 16;  // the rows of `out` that are written at a time stay in the first-level cache
  for (int64_t p = 0, end; p < count; p = end) {
    for (end = p + 1; end < minimum(count, p + kRun) && depth[end] == depth[end - 1] + 1;) ++end;
    for (int64_t i = 0; i < items; ++i) {
      const T* from = x + depth[p] + item[i];
      for (int64_t q = p; q < end; ++q) out[q * width + i] = from[q - p];
    }
  }
}

// The same, with zeros for items <= i < width.
template <class T>
void pack(T* out, int64_t width, const T* x, const int64_t* item, int64_t items, const int64_t* depth, int64_t count) {
  const Runs<kPanel<T>> runs(item, items);
  if (runs.long_enough())
    pack_runs(out, width, x, item, runs, depth, count);
  else
    pack_items(out, width, x, item, items, depth, count);
  for (int64_t p = 0; items < width && p < count; ++p) {
    for (int64_t i = items; i < width; ++i) out[p * width + i] = T{};
  }
}

// ---- tasks ----------------------------------------------------------------------------------------------------

constexpr int64_t kMaxRuns = 64;  // whose offsets are listed at a time

template <class T>
struct TileScratch {
  T a[kMaxRows * kBlockDepth], b[kPanel<T> * kBlockDepth], c[kTileRows<T> * kPanel<T> + kLanes<T>];
  int64_t a_row[kMaxRows], packed_row[kMaxRows], c_row[kMaxRows], c_column[kPanel<T>], b_run[kMaxRuns], c_run[kMaxRuns];
};

// The rows of A that a task multiplies with one panel after another.
template <class T>
struct Rows {
  int64_t count, depth;
  const T* a;
  const int64_t* a_row;
  int64_t a_step;
  bool packed;  // the step is the number of rows of a tile, not a_step
  const int64_t* c_row;
  bool add;
};

// f(first row, rows) for tiles that are as equal as can be.
template <class T, class F>
void for_tiles(int64_t rows, F f) {
  if (rows == 0) return;
  const int64_t tiles = ceil_div(rows, kTileRows<T>), least = rows / tiles, larger = rows - tiles * least;
  for (int64_t t = 0, first = 0, count; t < tiles; ++t, first += count) {
    count = least + (t < larger);
    f(first, count);
  }
}

// c (+)= rows times a panel, with adjacent columns.
template <class T>
void multiply(const Rows<T>& rows, const T* b, int64_t b_step, int64_t vectors, T* c) {
  for_tiles<T>(rows.count, [&](int64_t first, int64_t count) {
    const int64_t a_step = rows.packed ? count : rows.a_step;
    tile_kernel_for<T>(count, vectors)(rows.depth, rows.a, rows.a_row + first, a_step, b, b_step, c, rows.c_row + first, rows.add);
  });
}

// out[j] (+)= tile[j], j < n.
template <class T>
void put_run(const T* tile, int64_t n, T* out, bool add) {
  using R = RealOf<T>;
  const R* from = reinterpret_cast<const R*>(tile);
  R* to = reinterpret_cast<R*>(out);
  const int64_t end = n * kParts<T>;
  for (int64_t j = 0; j < end; j += kWidth<R>) put<R>(to + j, load(from + j), minimum(kWidth<R>, end - j), add);
}

// The same as `multiply` for the first columns of a packed panel, which may lie anywhere; `tile` is room for a register tile and a vector.
template <class T>
void multiply_scattered(const Rows<T>& rows, const T* b, int64_t vectors, T* c, const int64_t* column, int64_t columns, T* tile) {
  int64_t tile_row[kTileRows<T>];
  for (int i = 0; i < kTileRows<T>; ++i) tile_row[i] = i * kPanel<T>;
  const Runs<kPanel<T>> runs(column, columns);
  for_tiles<T>(rows.count, [&](int64_t first, int64_t count) {
    const int64_t a_step = rows.packed ? count : rows.a_step;
    tile_kernel_for<T>(count, vectors)(rows.depth, rows.a, rows.a_row + first, a_step, b, vectors * kLanes<T>, tile, tile_row, false);
    for (int64_t i = 0; i < count; ++i) {
      const T* from = tile + tile_row[i];
      T* to = c + rows.c_row[first + i];
      if (runs.long_enough()) {
        runs.each([&](int64_t j, int64_t n) { put_run(from + j, n, to + column[j], rows.add); });
      } else {
        for (int64_t j = 0; j < columns; ++j) to[column[j]] = rows.add ? to[column[j]] + from[j] : from[j];
      }
    }
  });
}

// Panels [begin, end) of one run of adjacent columns. Those behind the last whole vector are computed with their left neighbours, once
// more.
template <class T>
void multiply_run(const Plan<T>& plan, const Rows<T>& rows, int64_t begin, int64_t end, const T* b, int64_t b_step, T* c) {
  const int64_t run = run_of(plan.n), panels = panels_of_run(plan);
  for (int64_t panel = begin; panel < end; ++panel) {
    const int64_t vector = panel * plan.vectors / panels, column = vector * kLanes<T>;
    multiply(rows, b + column, b_step, (panel + 1) * plan.vectors / panels - vector, c + column);
  }
  if (end == panels && run % kLanes<T> != 0) multiply(rows, b + run - kLanes<T>, b_step, 1, c + run - kLanes<T>);
}

// B is read where it is.
template <class T>
void multiply_in_place(const Plan<T>& plan, const Box& box, T* c, TileScratch<T>& s) {
  list_offsets(plan.m, &ContractDim::a, box.begin[kRows], box.end[kRows], s.a_row);
  list_offsets(plan.m, &ContractDim::c, box.begin[kRows], box.end[kRows], s.c_row);
  const int64_t a_step = fastest_step(plan.k, &ContractDim::a), b_step = fastest_step(plan.k, &ContractDim::b);
  const int64_t panels = panels_of_run(plan), first = box.begin[kColumns], last = box.end[kColumns];
  const Group runs = without_fastest(plan.n);
  for (int64_t i = box.begin[kBatch]; i < box.end[kBatch]; ++i) {
    const T* a = plan.a + offset_at(plan.batch, &ContractDim::a, i) + box.begin[kDepth] * a_step;
    const T* b = plan.b + offset_at(plan.batch, &ContractDim::b, i) + box.begin[kDepth] * b_step;
    T* out = c + offset_at(plan.batch, &ContractDim::c, i);
    const Rows<T> rows = {
        box.end[kRows] - box.begin[kRows], box.end[kDepth] - box.begin[kDepth], a, s.a_row, a_step, false, s.c_row, false};
    for (int64_t run = first / panels, end; run * panels < last; run = end) {
      end = minimum(ceil_div(last, panels), run + kMaxRuns);
      list_offsets(runs, &ContractDim::b, run, end, s.b_run);
      list_offsets(runs, &ContractDim::c, run, end, s.c_run);
      for (int64_t r = run; r < end; ++r) {
        const int64_t begin = r * panels < first ? first - r * panels : 0, stop = minimum(panels, last - r * panels);
        multiply_run(plan, rows, begin, stop, b + s.b_run[r - run], b_step, out + s.c_run[r - run]);
      }
    }
  }
}

// Packs items [begin, begin + depth) of k of a panel of B.
template <class T>
void pack_panel(const Plan<T>& plan, const T* b, int64_t panel, int64_t begin, int64_t depth, T* out) {
  int64_t item[kPanel<T>], at[kBlockDepth];
  const int64_t first = panel_begin(plan, panel) * kLanes<T>, width = panel_begin(plan, panel + 1) * kLanes<T> - first;
  const int64_t columns = minimum(width, plan.n.size - first);
  list_offsets(plan.n, &ContractDim::b, first, first + columns, item);
  list_offsets(plan.k, &ContractDim::b, begin, begin + depth, at);
  pack(out, width, b, item, columns, at, depth);
}

// A panel among all packed panels of a block.
template <class T>
int64_t panel_offset(const Plan<T>& plan, int64_t panel, int64_t begin, int64_t depth) {
  return (begin * plan.vectors + depth * panel_begin(plan, panel)) * kLanes<T>;
}

// The rows of a task for items [begin, begin + depth) of k. A is read element by element and stays where it is if k has one stride: packing
// it was never faster.
template <class T>
Rows<T> rows_of(const Plan<T>& plan, const Box& box, const T* a, int64_t begin, int64_t depth, TileScratch<T>& s) {
  const int64_t count = box.end[kRows] - box.begin[kRows];
  const bool add = begin > box.begin[kDepth];
  if (is_uniform(plan.k)) {
    const int64_t step = fastest_step(plan.k, &ContractDim::a);
    return {count, depth, a + begin * step, s.a_row, step, false, s.c_row, add};
  }
  int64_t at[kBlockDepth];
  list_offsets(plan.k, &ContractDim::a, begin, begin + depth, at);
  for_tiles<T>(count, [&](int64_t first, int64_t rows) {
    for (int64_t i = 0; i < rows; ++i) s.packed_row[first + i] = first * depth + i;
    pack(s.a + first * depth, rows, a, s.a_row + first, rows, at, depth);
  });
  return {count, depth, s.a, s.packed_row, 0, true, s.c_row, add};
}

// `panels`: all of B, packed; or null.
template <class T>
void multiply_packed(const Plan<T>& plan, const Box& box, const T* panels, T* c, TileScratch<T>& s) {
  list_offsets(plan.m, &ContractDim::a, box.begin[kRows], box.end[kRows], s.a_row);
  list_offsets(plan.m, &ContractDim::c, box.begin[kRows], box.end[kRows], s.c_row);
  const bool adjacent = is_adjacent(plan.n, &ContractDim::c);
  for (int64_t i = box.begin[kBatch]; i < box.end[kBatch]; ++i) {
    const T* a = plan.a + offset_at(plan.batch, &ContractDim::a, i);
    const T* b = plan.b + offset_at(plan.batch, &ContractDim::b, i);
    T* out = c + offset_at(plan.batch, &ContractDim::c, i);
    for (int64_t begin = box.begin[kDepth]; begin < box.end[kDepth]; begin += kBlockDepth) {
      const int64_t depth = minimum(kBlockDepth, box.end[kDepth] - begin);
      const Rows<T> rows = rows_of(plan, box, a, begin, depth, s);
      for (int64_t panel = box.begin[kColumns]; panel < box.end[kColumns]; ++panel) {
        const int64_t vector = panel_begin(plan, panel), vectors = panel_begin(plan, panel + 1) - vector, first = vector * kLanes<T>;
        const int64_t columns = minimum(vectors * kLanes<T>, plan.n.size - first);
        const T* packed = panels != nullptr ? panels + panel_offset(plan, panel, begin, depth) : s.b;
        if (panels == nullptr) pack_panel(plan, b, panel, begin, depth, s.b);
        if (adjacent && columns == vectors * kLanes<T>) {
          multiply(rows, packed, columns, vectors, out + first);
        } else {
          list_offsets(plan.n, &ContractDim::c, first, first + columns, s.c_column);
          multiply_scattered(rows, packed, vectors, out, s.c_column, columns, s.c);
        }
      }
    }
  }
}

// One task; false if there is no memory for it.
template <class T>
bool run_tiles(const Plan<T>& plan, const Box& box, const T* panels, T* c) {
  static thread_local Scratch scratch;
  auto* s = static_cast<TileScratch<T>*>(scratch.reserve(sizeof(TileScratch<T>)));
  if (s == nullptr) return false;
  if (plan.in_place)
    multiply_in_place(plan, box, c, *s);
  else
    multiply_packed(plan, box, panels, c, *s);
  return true;
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
