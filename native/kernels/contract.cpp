#include "kernels/contract_lane.h"
#include "kernels/contract_tile.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kSerialWork = 50000;  // multiply-adds that are done before another thread has woken up

// All blocks of a call run together: first the panels that tasks share are packed, then the tasks run, then partial sums are added.
template <class T>
struct Call {
  const ContractArgs& args;
  Plan<T>* plan;
  T* workspace;
  int32_t count = 0;
  int64_t panels = 0, tasks = 0, rows = 0;  // of all plans
  int64_t workspace_size = 0, work = 0;
};

template <class T>
void add_block(Call<T>& call, const ContractBlock& block) {
  Plan<T>& plan = call.plan[call.count++];
  plan = plan_block<T>(call.args, block);
  plan.first_panel = call.panels;
  plan.first_task = call.tasks;
  plan.first_row = call.rows;
  plan.workspace = call.workspace_size;
  call.tasks += task_count(plan);
  call.work += result_size(plan) * plan.k.size;
  if (is_partial(plan)) {
    write_densely(plan);
    call.rows += plan.batch.size * plan.m.size;
    call.workspace_size += plan.chunks[kDepth] * result_size(plan);
  } else if (shares_panels(plan)) {
    call.panels += plan.panels;
    call.workspace_size += plan.k.size * plan.vectors * kLanes<T>;
  }
}

// f(plan, item of the plan) for all items of all plans; `first` is the member of Plan that counts the items before it.
template <class T, class F>
void for_items(const Call<T>& call, int64_t Plan<T>::*first, int64_t items, F f) {
  const int64_t grain = call.work < kSerialWork ? items : minimum(items, 1 + items * kSerialWork / call.work);
  parallel_for(items, grain, [&](int64_t begin, int64_t end) {
    int32_t at = 0;
    for (int32_t last = call.count; last - at > 1;) {
      const int32_t middle = (at + last) / 2;
      (call.plan[middle].*first <= begin ? at : last) = middle;
    }
    for (int64_t item = begin; item < end; ++item) {
      while (at + 1 < call.count && call.plan[at + 1].*first <= item) ++at;
      f(call.plan[at], item - call.plan[at].*first);
    }
  });
}

template <class T>
void pack_shared_panel(const Call<T>& call, const Plan<T>& plan, int64_t panel) {
  for (int64_t begin = 0; begin < plan.k.size; begin += kBlockDepth) {
    const int64_t depth = minimum(kBlockDepth, plan.k.size - begin);
    pack_panel(plan, plan.b, panel, begin, depth, call.workspace + plan.workspace + panel_offset(plan, panel, begin, depth));
  }
}

template <class T>
bool run_task(const Call<T>& call, const Plan<T>& plan, int64_t task) {
  const Box box = box_of(plan, task);
  T* c = plan.c;
  if (is_partial(plan)) c = call.workspace + plan.workspace + box.begin[kDepth] / plan.chunk[kDepth] * result_size(plan);
  if (plan.method != Method::tile) return run_lanes(plan, box, c);
  return run_tiles(plan, box, shares_panels(plan) ? call.workspace + plan.workspace : nullptr, c);
}

// Adds the partial sums of all results with one batch index and one m, in the order of k.
template <class T>
void add_partial_sums(const Call<T>& call, const Plan<T>& plan, int64_t row) {
  const Plan<T> place = plan_block<T>(call.args, *plan.block);  // `plan` has the strides of the partial sums
  const int64_t lanes = plan.size[kLane], width = plan.n.size * lanes;
  const bool empty = plan.k.size == 0;  // no partial sums, and no workspace for them
  T* sum = empty ? nullptr : call.workspace + plan.workspace + row * width;
  for (int64_t chunk = 1; chunk < plan.chunks[kDepth]; ++chunk) {
    for (int64_t i = 0; i < width; ++i) sum[i] += sum[chunk * result_size(plan) + i];
  }
  T* out = place.c + offset_at(place.batch, &ContractDim::c, row / plan.m.size) + offset_at(place.m, &ContractDim::c, row % plan.m.size);
  for (int64_t i = 0; i < width; ++i) { out[offset_at(place.n, &ContractDim::c, i / lanes) + i % lanes] = empty ? T{} : sum[i]; }
}

template <class T>
const char* contract_blocks(const ContractArgs& args) {
  static thread_local Scratch plans, workspace;
  constexpr const char* kNoMemory = "no memory for the workspace of a contraction";
  Call<T> call{args, static_cast<Plan<T>*>(plans.reserve(static_cast<size_t>(args.count) * sizeof(Plan<T>))), nullptr};
  if (call.plan == nullptr && args.count > 0) return kNoMemory;
  for (int32_t i = 0; i < args.count; ++i) {
    if (has_results(args.blocks[i])) add_block(call, args.blocks[i]);
  }
  call.workspace = static_cast<T*>(workspace.reserve(static_cast<size_t>(call.workspace_size) * sizeof(T)));
  if (call.workspace == nullptr && call.workspace_size > 0) return kNoMemory;
  bool failed = false;
  for_items(call, &Plan<T>::first_panel, call.panels, [&](const Plan<T>& plan, int64_t panel) { pack_shared_panel(call, plan, panel); });
  for_items(call, &Plan<T>::first_task, call.tasks, [&](const Plan<T>& plan, int64_t task) {
    if (!run_task(call, plan, task)) __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
  });
  for_items(call, &Plan<T>::first_row, call.rows, [&](const Plan<T>& plan, int64_t row) { add_partial_sums(call, plan, row); });
  return failed ? kNoMemory : nullptr;
}

}  // namespace

const char* contract(const ContractArgs& args, void*) {
  return visit_continuous(args.dtype, [&](auto type) { return contract_blocks<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
