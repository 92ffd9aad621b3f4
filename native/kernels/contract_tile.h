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

// out[p width + i] = x[depth[p] + item[i]], zeros for items <= i < width. Adjacent items: their offsets count up by one.
template <class T>
void pack(T* __restrict out, int64_t width, const T* __restrict x, const int64_t* item, int64_t items, bool adjacent_items,
          const int64_t* depth, int64_t count) {
  constexpr int64_t kRun = 16;  // the rows of `out` that are written at a time stay in the first-level cache
  for (int64_t p = 0, end; p < count; p = end) {
    for (end = p + 1; end < minimum(count, p + kRun) && depth[end] == depth[end - 1] + 1;) ++end;
    if (adjacent_items) {
      for (int64_t q = p; q < end; ++q) copy_elements(out + q * width, x + depth[q] + item[0], items);
    } else {
      for (int64_t i = 0; i < items; ++i) {
        const T* from = x + depth[p] + item[i];
        for (int64_t q = p; q < end; ++q) out[q * width + i] = from[q - p];
      }
    }
    for (int64_t q = p; items < width && q < end; ++q) {
      for (int64_t i = items; i < width; ++i) out[q * width + i] = T{};
    }
  }
}

// ---- tasks ----------------------------------------------------------------------------------------------------

template <class T>
struct TileScratch {
  T a[kMaxRows * kBlockDepth], b[kPanel<T> * kBlockDepth], c[kTileRows<T> * kPanel<T>];
  int64_t a_row[kMaxRows], packed_row[kMaxRows], c_row[kMaxRows], c_column[kPanel<T>];
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
  const int64_t tiles = ceil_div(rows, kTileRows<T>);
  for (int64_t t = 0; t < tiles; ++t) f(t * rows / tiles, (t + 1) * rows / tiles - t * rows / tiles);
}

// c (+)= rows times a panel, with adjacent columns.
template <class T>
void multiply(const Rows<T>& rows, const T* b, int64_t b_step, int64_t vectors, T* c) {
  for_tiles<T>(rows.count, [&](int64_t first, int64_t count) {
    const int64_t a_step = rows.packed ? count : rows.a_step;
    tile_kernel_for<T>(count, vectors)(rows.depth, rows.a, rows.a_row + first, a_step, b, b_step, c, rows.c_row + first, rows.add);
  });
}

// out[column[j]] (+)= tile[j], j < columns.
template <class T>
void put_row(const T* tile, int64_t columns, T* out, const int64_t* column, bool adjacent, bool add) {
  if (adjacent) {
    using R = RealOf<T>;
    const R* from = reinterpret_cast<const R*>(tile);
    R* to = reinterpret_cast<R*>(out + column[0]);
    const int64_t n = columns * kParts<T>;
    for (int64_t j = 0; j < n; j += kWidth<R>) put<R>(to + j, load(from + j), minimum(kWidth<R>, n - j), add);
  } else {
    for (int64_t j = 0; j < columns; ++j) out[column[j]] = add ? out[column[j]] + tile[j] : tile[j];
  }
}

// The same for the first columns of a packed panel, which may lie anywhere; `tile` is room for a register tile.
template <class T>
void multiply_scattered(const Rows<T>& rows, const T* b, int64_t vectors, T* c, const int64_t* column, int64_t columns, bool adjacent,
                        T* tile) {
  int64_t tile_row[kTileRows<T>];
  for (int i = 0; i < kTileRows<T>; ++i) tile_row[i] = i * kPanel<T>;
  for_tiles<T>(rows.count, [&](int64_t first, int64_t count) {
    const int64_t a_step = rows.packed ? count : rows.a_step;
    tile_kernel_for<T>(count, vectors)(rows.depth, rows.a, rows.a_row + first, a_step, b, vectors * kLanes<T>, tile, tile_row, false);
    for (int64_t i = 0; i < count; ++i) put_row(tile + tile_row[i], columns, c + rows.c_row[first + i], column, adjacent, rows.add);
  });
}

// B is read where it is. Columns behind the last whole vector are computed with their left neighbours, once more.
template <class T>
void multiply_in_place(const Plan<T>& plan, const Box& box, T* c, TileScratch<T>& s) {
  list_offsets(plan.m, &ContractDim::a, box.begin[kRows], box.end[kRows], s.a_row);
  list_offsets(plan.m, &ContractDim::c, box.begin[kRows], box.end[kRows], s.c_row);
  const int64_t a_step = fastest_step(plan.k, &ContractDim::a), b_step = fastest_step(plan.k, &ContractDim::b);
  const bool remainder = plan.n.size % kLanes<T> != 0 && box.end[kColumns] == plan.panels;
  for (int64_t i = box.begin[kBatch]; i < box.end[kBatch]; ++i) {
    const T* a = plan.a + offset_at(plan.batch, &ContractDim::a, i) + box.begin[kDepth] * a_step;
    const T* b = plan.b + offset_at(plan.batch, &ContractDim::b, i) + box.begin[kDepth] * b_step;
    T* out = c + offset_at(plan.batch, &ContractDim::c, i);
    const Rows<T> rows = {
        box.end[kRows] - box.begin[kRows], box.end[kDepth] - box.begin[kDepth], a, s.a_row, a_step, false, s.c_row, false};
    for (int64_t panel = box.begin[kColumns]; panel < box.end[kColumns]; ++panel) {
      const int64_t vector = panel_begin(plan, panel), column = vector * kLanes<T>;
      multiply(rows, b + column, b_step, panel_begin(plan, panel + 1) - vector, out + column);
    }
    if (remainder) multiply(rows, b + plan.n.size - kLanes<T>, b_step, 1, out + plan.n.size - kLanes<T>);
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
  pack(out, width, b, item, columns, is_adjacent(plan.n, &ContractDim::b), at, depth);
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
    pack(s.a + first * depth, rows, a, s.a_row + first, rows, is_adjacent(plan.m, &ContractDim::a), at, depth);
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
          multiply_scattered(rows, packed, vectors, out, s.c_column, columns, adjacent, s.c);
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
