#pragma once
// How one block of a contraction is computed: its index groups, the method and the split into tasks.
// All of it follows from sizes and strides alone, so results do not depend on the number of threads.
#include "kernels/cpu_loop.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// ---- index groups ---------------------------------------------------------------------------------------------

using Operand = int64_t ContractDim::*;  // which strides: &ContractDim::a, b or c

struct Group {
  int count = 0;
  int64_t size = 1;
  ContractDim dim[2 * kMaxGroup];
};

// Adds a dimension as the fastest one; it joins its neighbour where one stride walks both.
inline void append(Group& group, const ContractDim& dim) {
  if (dim.size == 1) return;
  group.size *= dim.size;
  ContractDim* last = group.count > 0 ? &group.dim[group.count - 1] : nullptr;
  if (last != nullptr && last->a == dim.a * dim.size && last->b == dim.b * dim.size && last->c == dim.c * dim.size) {
    *last = {last->size * dim.size, dim.a, dim.b, dim.c};
  } else {
    group.dim[group.count++] = dim;
  }
}

inline void append(Group& group, int count, const ContractDim* dim) {
  for (int d = 0; d < count; ++d) append(group, dim[d]);
}

// Offset of an item of the group that the first `count` dimensions span.
inline int64_t offset_at(const Group& group, int count, Operand operand, int64_t index) {
  int64_t offset = 0;
  for (int d = count - 1; d > 0; --d) {
    offset += index % group.dim[d].size * (group.dim[d].*operand);
    index /= group.dim[d].size;
  }
  return count > 0 ? offset + index * (group.dim[0].*operand) : 0;
}

inline int64_t offset_at(const Group& group, Operand operand, int64_t index) { return offset_at(group, group.count, operand, index); }

// Offsets of items [begin, end).
inline void list_offsets(const Group& group, Operand operand, int64_t begin, int64_t end, int64_t* out) {
  const int outer = group.count > 0 ? group.count - 1 : 0;
  const ContractDim fastest = group.count > 0 ? group.dim[outer] : ContractDim{1, 0, 0, 0};
  while (begin < end) {
    const int64_t first = begin % fastest.size, run = minimum(end - begin, fastest.size - first);
    const int64_t base = offset_at(group, outer, operand, begin / fastest.size);
    for (int64_t i = 0; i < run; ++i) *out++ = base + (first + i) * (fastest.*operand);
    begin += run;
  }
}

// Stride of the fastest dimension.
inline int64_t fastest_step(const Group& group, Operand operand) { return group.count == 0 ? 1 : group.dim[group.count - 1].*operand; }

// Items of the fastest dimension.
inline int64_t run_of(const Group& group) { return group.count == 0 ? 1 : group.dim[group.count - 1].size; }

inline Group without_fastest(Group group) {
  group.size /= run_of(group);
  if (group.count > 0) --group.count;
  return group;
}

inline bool is_uniform(const Group& group) { return group.count <= 1; }
inline bool is_adjacent(const Group& group, Operand operand) { return is_uniform(group) && fastest_step(group, operand) == 1; }

// ---- plan -----------------------------------------------------------------------------------------------------

// tile: outer products, vectors along n. dot: vectors along k, summed at the end. lane: vectors along a batch index that is adjacent in
// all three operands.
enum class Method { tile, dot, lane };

// The axes along which the work of a block is cut into tasks. kColumns counts panels for Method::tile and items of n otherwise;
// kLane is the vectorised batch index of Method::lane, of size 1 otherwise.
enum Axis { kBatch, kRows, kColumns, kLane, kDepth, kAxes };

constexpr int64_t kMaxRows = 128, kMaxColumns = 1024;  // items of m and n in a task
constexpr int64_t kBlockDepth = 256;                   // items of k between two visits of the result
constexpr int64_t kTaskWork = 1 << 17;                 // real multiply-adds worth a task
constexpr int64_t kMaxTasks = 64;                      // more than this no axis is cut for
constexpr int64_t kMaxPartialSums = 32;                // of one result
constexpr int64_t kMaxWorkspace = 16 << 20;            // bytes of packed panels, or of partial sums, that a block may take

// The register tile of Method::tile: rows of A times a panel of vectors of B.
template <class T>
constexpr int kTileRows = (kVectorBytes == 16 ? 4 : 6) / kParts<T>;
template <class T>
constexpr int kTileVectors = kVectorRegisters == 32 ? 4 : 2;
template <class T>
constexpr int kPanel = kTileVectors<T> * kLanes<T>;  // columns

template <class T>
struct Plan {
  const ContractBlock* block;
  Method method;
  bool in_place;  // Method::tile: both operands are read where they are, run by run, else B is packed
  Group batch, m, n, k;
  const T* a;
  const T* b;
  T* c;
  int64_t size[kAxes], chunk[kAxes], chunks[kAxes];
  int64_t vectors, panels;                     // Method::tile: of n; in place: vectors of a run of n, panels of all runs
  int64_t workspace;                           // offset of the packed panels or of the partial sums
  int64_t first_panel, first_task, first_row;  // places of this block among the panels to pack, the tasks and the rows to sum of a call
};

inline void exchange_operands(Group& group) {
  for (int d = 0; d < group.count; ++d) {
    ContractDim& dim = group.dim[d];
    dim = {dim.size, dim.b, dim.a, dim.c};
  }
}

template <class X>
inline void exchange(X& x, X& y) {
  const X z = x;
  x = y;
  y = z;
}

// C^T = B^T A^T.
template <class T>
void exchange_operands(Plan<T>& plan) {
  exchange_operands(plan.batch);
  exchange_operands(plan.m);
  exchange_operands(plan.n);
  exchange_operands(plan.k);
  exchange(plan.m, plan.n);
  exchange(plan.a, plan.b);
}

// Batch indices that an operand lacks become rows or columns: few large matrix products instead of many small ones.
template <class T>
void group_indices(Plan<T>& plan) {
  const ContractBlock& block = *plan.block;
  Group columns;
  append(columns, block.n_dims, block.n);
  for (int d = 0; d < block.batch_dims; ++d) {
    const ContractDim& dim = block.batch[d];
    append(dim.b == 0 ? plan.m : dim.a == 0 && columns.size < kLanes<T> ? plan.n : plan.batch, dim);
  }
  append(plan.m, block.m_dims, block.m);
  append(plan.n, block.n_dims, block.n);
  append(plan.k, block.k_dims, block.k);
}

// Takes the fastest batch index out of its group if its items are adjacent everywhere and fill half a vector. Returns their number, else 1.
template <class T>
int64_t take_lanes(Group& batch) {
  if (batch.count == 0) return 1;
  const ContractDim fastest = batch.dim[batch.count - 1];
  if (fastest.a != 1 || fastest.b != 1 || fastest.c != 1 || fastest.size * 2 < kLanes<T>) return 1;
  --batch.count;
  batch.size /= fastest.size;
  return fastest.size;
}

// Sums along vectors pay if the result is small, so that packing would cost as much as multiplying.
template <class T>
bool prefers_dot(const Plan<T>& plan) {
  if (plan.k.count == 0 || fastest_step(plan.k, &ContractDim::a) != 1 || fastest_step(plan.k, &ContractDim::b) != 1) return false;
  const int64_t narrow = minimum(plan.m.size, plan.n.size), run = run_of(plan.k);
  return narrow == 1 || (narrow <= 32 && run >= kLanes<T> && plan.k.size >= 4 * kLanes<T>);
}

// Panels of a run of n where that is read in place, else of all n.
template <class T>
int64_t panels_of_run(const Plan<T>& plan) {
  return ceil_div(plan.vectors, kTileVectors<T>);
}

template <class T>
void plan_tiles(Plan<T>& plan) {
  const bool narrow = 2 * plan.n.size <= kLanes<T> && plan.m.size > plan.n.size;
  const bool transposed = fastest_step(plan.n, &ContractDim::c) != 1 && fastest_step(plan.m, &ContractDim::c) == 1;
  if (narrow || (transposed && plan.m.size >= kLanes<T>)) exchange_operands(plan);
  const bool adjacent = fastest_step(plan.n, &ContractDim::b) == 1 && fastest_step(plan.n, &ContractDim::c) == 1;
  const int64_t run = run_of(plan.n);
  // Packing pays for many rows, and sooner where narrow panels are read across long rows of B
  const int64_t tiles = run < plan.n.size || kVectorRegisters == 32 ? 16 : 3;
  plan.in_place = adjacent && is_uniform(plan.k) && run >= kLanes<T> && plan.m.size <= tiles * kTileRows<T>;
  plan.vectors = plan.in_place ? run / kLanes<T> : ceil_div(plan.n.size, kLanes<T>);
  plan.panels = panels_of_run(plan) * (plan.in_place ? plan.n.size / run : 1);
}

// ---- split ----------------------------------------------------------------------------------------------------

// Cuts an axis into at most `wanted` pieces of at least `least` items; returns how many pieces are wanted of the other axes.
template <class T>
int64_t cut(Plan<T>& plan, Axis axis, int64_t wanted, int64_t least) {
  const int64_t size = plan.size[axis], pieces = size < 2 * least ? 1 : minimum(wanted, size / least);
  plan.chunk[axis] = ceil_div(size, pieces);
  return wanted / pieces;
}

// The result goes to a dense buffer [batch, m, n, lane] from now on.
template <class T>
void write_densely(Plan<T>& plan) {
  int64_t stride = plan.size[kLane];
  Group* const groups[] = {&plan.n, &plan.m, &plan.batch};
  for (Group* group : groups) {
    for (int d = group->count - 1; d >= 0; --d) {
      group->dim[d].c = stride;
      stride *= group->dim[d].size;
    }
  }
}

template <class T>
int64_t result_size(const Plan<T>& plan) {
  return plan.batch.size * plan.m.size * plan.n.size * plan.size[kLane];
}

// A sum over a k much longer than m and n is cut into partial sums: the result does not give enough tasks.
template <class T>
void split(Plan<T>& plan) {
  const bool tiles = plan.method == Method::tile;
  const int64_t results = result_size(plan), k = plan.k.size;
  for (int axis = 0; axis < kAxes; ++axis) plan.chunk[axis] = plan.size[axis] > 0 ? plan.size[axis] : 1;
  int64_t wanted = minimum(kMaxTasks, 1 + results * k * kParts<T> * kParts<T> / kTaskWork);
  wanted = cut(plan, kBatch, wanted, 1);
  if (k >= 1024 && k >= 8 * plan.m.size && k >= 8 * plan.n.size) {
    const int64_t affordable = 1 + kMaxWorkspace / static_cast<int64_t>(results * sizeof(T));
    cut(plan, kDepth, minimum(wanted, minimum(kMaxPartialSums, affordable)), 512);
    wanted = 1;
  }
  wanted = cut(plan, kRows, wanted, tiles ? 32 : 16);
  wanted = cut(plan, kColumns, wanted, tiles ? 2 : 16);
  cut(plan, kLane, wanted, 4 * kLanes<T>);
  plan.chunk[kRows] = minimum(plan.chunk[kRows], kMaxRows);
  if (!plan.in_place) plan.chunk[kColumns] = minimum(plan.chunk[kColumns], tiles ? kMaxColumns / kPanel<T> : kMaxColumns);
  for (int axis = 0; axis < kAxes; ++axis) plan.chunks[axis] = ceil_div(plan.size[axis], plan.chunk[axis]);
}

// ---- what follows from a plan ---------------------------------------------------------------------------------

template <class T>
int64_t task_count(const Plan<T>& plan) {
  int64_t tasks = plan.k.size > 0 ? 1 : 0;  // an empty sum has no terms to compute
  for (int axis = 0; axis < kAxes; ++axis) tasks *= plan.chunks[axis];
  return tasks;
}

// Whether the results are sums of partial sums; none for an empty k.
template <class T>
bool is_partial(const Plan<T>& plan) {
  return plan.chunks[kDepth] != 1;
}

// Whether B is packed once for all tasks.
template <class T>
bool shares_panels(const Plan<T>& plan) {
  if (plan.method != Method::tile || plan.in_place || plan.batch.size > 1 || plan.chunks[kRows] == 1 || is_partial(plan)) return false;
  return plan.k.size * plan.vectors * kVectorBytes <= kMaxWorkspace;
}

// First vector of a panel: panels are as equal as can be.
template <class T>
int64_t panel_begin(const Plan<T>& plan, int64_t panel) {
  return panel * plan.vectors / plan.panels;
}

// The part of a block that a task computes.
struct Box {
  int64_t begin[kAxes], end[kAxes];
};

template <class T>
Box box_of(const Plan<T>& plan, int64_t task) {
  Box box;
  for (int axis = 0; axis < kAxes; ++axis) {
    box.begin[axis] = task % plan.chunks[axis] * plan.chunk[axis];
    box.end[axis] = minimum(plan.size[axis], box.begin[axis] + plan.chunk[axis]);
    task /= plan.chunks[axis];
  }
  return box;
}

inline int64_t size_of(int32_t count, const ContractDim* dim) {
  int64_t size = 1;
  for (int32_t d = 0; d < count; ++d) size *= dim[d].size;
  return size;
}

inline bool has_results(const ContractBlock& block) {
  return size_of(block.batch_dims, block.batch) > 0 && size_of(block.m_dims, block.m) > 0 && size_of(block.n_dims, block.n) > 0;
}

// The plan of a block with results; its c is in the result tensor also where the sums are partial.
template <class T>
Plan<T> plan_block(const ContractArgs& args, const ContractBlock& block) {
  Plan<T> plan = {};
  plan.block = &block;
  plan.a = static_cast<const T*>(args.a) + block.a0;
  plan.b = static_cast<const T*>(args.b) + block.b0;
  plan.c = static_cast<T*>(args.c) + block.c0;
  group_indices(plan);
  plan.size[kLane] = take_lanes<T>(plan.batch);
  plan.method = plan.size[kLane] > 1 ? Method::lane : prefers_dot(plan) ? Method::dot : Method::tile;
  if (plan.method == Method::tile) plan_tiles(plan);
  plan.size[kBatch] = plan.batch.size;
  plan.size[kRows] = plan.m.size;
  plan.size[kColumns] = plan.method == Method::tile ? plan.panels : plan.n.size;
  plan.size[kDepth] = plan.k.size;
  split(plan);
  return plan;
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
