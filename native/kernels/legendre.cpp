#include "kernels/flush_denormals.h"
#include "kernels/legendre_fused.h"
#include "kernels/legendre_lanes.h"
#include "kernels/legendre_rings.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// A task takes some maps through a group of neighbouring orders from either end of 0..L-1, which together are the same work everywhere.

constexpr int64_t kPanelSlots = 4 * kWidth<double>;  // of a group whose numbers go through a panel
constexpr int64_t kTaskWork = 1 << 16;               // multiply-adds that are worth the hand-over to another thread

// How maps and orders are shared out; by sizes alone.
struct Shares {
  int64_t maps, orders;  // of a task, of a group

  explicit Shares(const LegendreArgs& args) {
    // Neighbours until a vector's worth of numbers is adjacent in a ring, but groups enough for some threads
    orders = minimum(ceil_div(kMostOrders, args.inner), ceil_div(args.L, 8));
    const int64_t columns = (args.spin == 0 ? 4 : 2) * (legendre_is_complex(args) ? 2 : 1);
    maps = minimum(kMostColumns, kGroupRows / orders) / columns;
    maps = minimum(maps, args.outer * args.inner);
  }
};

template <class R>
class Task {
 public:
  Task(const LegendreArgs& args, const Shares& shares) : args_(args), columns_(kTileColumns) {
    while (columns_ < shares.maps * (args.spin == 0 ? 4 : 2) * (legendre_is_complex(args) ? 2 : 1)) columns_ += kTileColumns;
    rows_ = ceil_div(legendre_steps(args, 0), kTileVectors) * kTileVectors * columns_;
    orders_ = shares.orders;
  }

  size_t bytes() const { return static_cast<size_t>(orders_ * (rows_ + columns_ * kRow)) * sizeof(R); }

  // Orders first..end - 1.
  void run(const Columns<R>& columns, int64_t first, int64_t end, R* memory) const {
    OrderGroup group;
    for (int64_t m = first; m < end; ++m) {
      group.orders[group.count] = columns.of_order(m);
      group.row[group.count] = group.count * columns_;
      ++group.count;
    }
    const RingColumns<R> rings(args_, columns, group);
    R *rows = memory, *sums = memory + orders_ * rows_;
    if (args_.analysis) {
      analyse(columns, group, rings, rows, sums);
    } else {
      synthesize(columns, group, rings, rows, sums);
    }
  }

 private:
  static constexpr bool kSingle = same_type<R, float>;

  void synthesize(const Columns<R>& columns, const OrderGroup& group, const RingColumns<R>& rings, R* rows, R* sums) const {
    for (int g = 0; g < group.count; ++g) columns.clear_surplus(group.orders[g], rows + g * rows_);
    for_lanes(
        group, [&](int g) { LaneOrders<R>(args_, columns, group.orders + g, rows_).gather(rows + g * rows_); },
        [&](int g, const Run& run) { columns.gather(group.orders[g], run, rows + g * rows_); }, columns);
    const int64_t slots = fuses(columns_) ? kSynthesisSlots : kPanelSlots;
    for (int64_t slot = 0; slot < args_.slots;) {
      const SlotBlock block(args_, slot, slots);
      Panel<R> panel(args_, block);
      for (int g = 0; g < group.count; ++g) {
        const OrderColumns& c = group.orders[g];
        const R* own = rows + g * rows_;
        R* to = sums + group.row[g] * kRow;
        for (int64_t j = 0; j < c.columns; ++j) memset(to + j * kRow, 0, static_cast<size_t>(block.size) * sizeof(R));
        const auto add = [&](int64_t k, int64_t count) { add_degrees(panel, own + k * c.columns, c.columns, count, to); };
        const auto finish = [&](int at, int64_t k) { fuse_rest(panel, block, c, at, k, own, to); };
        for_steps(panel, block, c, add, finish);
      }
      rings.put(block, sums);
      slot += block.size;
    }
  }

  void analyse(const Columns<R>& columns, const OrderGroup& group, const RingColumns<R>& rings, R* rows, R* values) const {
    memset(rows, 0, static_cast<size_t>(group.count * rows_) * sizeof(R));
    const int64_t slots = fuses(columns_) ? kAnalysisSlots : kPanelSlots;
    for (int64_t slot = 0; slot < args_.slots;) {
      const SlotBlock block(args_, slot, slots);
      Panel<R> panel(args_, block);
      rings.take(block, values);
      for (int g = 0; g < group.count; ++g) {
        const OrderColumns& c = group.orders[g];
        R* own = rows + g * rows_;
        const R* from = values + group.row[g] * kRow;
        const auto add = [&](int64_t k, int64_t count) { add_slots(panel, from, c.columns, count, own + k * c.columns); };
        const auto finish = [&](int at, int64_t k) { fuse_rest(panel, block, c, at, k, from, own); };
        for_steps(panel, block, c, add, finish);
      }
      slot += block.size;
    }
    for_lanes(
        group, [&](int g) { LaneOrders<R>(args_, columns, group.orders + g, rows_).scatter(rows + g * rows_); },
        [&](int g, const Run& run) { columns.scatter(group.orders[g], run, rows + g * rows_); }, columns);
  }

  // lanes(g) for orders that fill lanes from g on, else single(g, run). The orders of a group share cache lines: all of them in one run
  // after another.
  template <class Lanes, class Single>
  void for_lanes(const OrderGroup& group, Lanes lanes, Single single, const Columns<R>& columns) const {
    const int first = LaneOrders<R>::fits(args_, group.orders[0].m, group.count) ? group.count / kOrderLanes * kOrderLanes : 0;
    for (int g = 0; g < first; g += kOrderLanes) lanes(g);
    for (int r = 0; r < columns.run_count(); ++r)
      for (int g = first; g < group.count; ++g) single(g, columns.run(r));
  }

  static bool fuses(int64_t columns) { return !kSingle && (columns == 4 || columns == kFusedColumns); }

  // All steps of an order on a block: add(first step, count) with those steps in the panel, or finish(group, first step) from where on the
  // sums of few columns need no panel.
  template <class Add, class Finish>
  void for_steps(Panel<R>& panel, const SlotBlock& block, const OrderColumns& c, Add add, Finish finish) const {
    if (!panel.start(c.m, c.order)) return;
    if (!fuses(c.columns)) {
      for (int64_t k = 0; k < c.steps; k += kPanelSteps) {
        const int64_t count = minimum(kPanelSteps, c.steps - k);
        panel.advance(k, count);
        if (panel.range_count > 0) add(k, count);
      }
      return;
    }
    for (int g = 0; g < block.count; ++g) {
      for (int64_t k = 0; k < c.steps && !panel.silent(g); k += kPanelSteps) {
        const int64_t count = minimum(kPanelSteps, c.steps - k);
        if (!panel.ready(g, k, count)) continue;
        if (panel.plain(g)) {
          finish(g, k);
          break;
        }
        panel.range_count = 0;
        panel.advance_group(g, k, count);
        add(k, count);
      }
    }
  }

  // from, to: coefficients and sums, or values and coefficients.
  void fuse_rest(const Panel<R>& panel, const SlotBlock& block, const OrderColumns& c, int g, int64_t k, const R* from, R* to) const {
    if constexpr (!kSingle) {
      if (c.columns == 4) {
        fuse_columns<4>(panel, block, c, g, k, from, to);
      } else if constexpr (kFusedColumns == 8) {
        fuse_columns<8>(panel, block, c, g, k, from, to);
      }
    }
  }

  template <int columns>
  void fuse_columns(const Panel<R>& panel, const SlotBlock& block, const OrderColumns& c, int g, int64_t k, const R* from, R* to) const {
    constexpr int64_t W = kWidth<double>;
    const SlotGroup& group = block.groups[g];
    const double *steps = args_.steps + (c.order.row + k) * kStepNumbers, *u = args_.slot_values + group.first;
    const double *value = panel.value(g), *before = panel.before(g);
    const int64_t at = group.first - block.first, count = c.steps - k;
    if (!args_.analysis) {
      for (int64_t i = 0; i < group.count; i += kSynthesisSlots)
        fuse_degrees<columns>(steps, count, panel.end(g), u + i, value + i, before + i, from + k * columns, to + at + i);
      return;
    }
    int64_t i = 0;
    for (; i + kAnalysisSlots <= group.count; i += kAnalysisSlots)
      fuse_products<columns, kFusedProducts>(steps, count, panel.end(g), u + i, value + i, before + i, from + at + i, to + k * columns);
    for (; kFusedProducts > 4 && i + 4 * W <= group.count; i += 4 * W)
      fuse_products<columns, 4>(steps, count, panel.end(g), u + i, value + i, before + i, from + at + i, to + k * columns);
    for (; i < group.count; i += 2 * W)
      fuse_products<columns, 2>(steps, count, panel.end(g), u + i, value + i, before + i, from + at + i, to + k * columns);
  }

  const LegendreArgs& args_;
  int64_t orders_, rows_, columns_;  // of a group; numbers of the rows of an order; columns of an order
};

template <class R>
const char* transform(const LegendreArgs& args) {
  const Shares shares(args);
  const Task<R> task(args, shares);
  const int64_t maps = args.outer * args.inner, chunks = ceil_div(maps, shares.maps);
  const int64_t groups = ceil_div(args.L, shares.orders), pairs = ceil_div(groups, 2);
  const int64_t work = shares.orders * args.L * args.slots * shares.maps;
  bool failed = false;
  parallel_for(chunks * pairs, ceil_div(kTaskWork, work), [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    R* memory = static_cast<R*>(scratch.reserve(task.bytes()));
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    const FlushDenormals flush;  // numbers far from where they matter, rounded to R
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / pairs * shares.maps, low = i % pairs, high = groups - 1 - low;
      const Columns<R> columns(args, first, minimum(shares.maps, maps - first));
      const auto run = [&](int64_t g) { task.run(columns, g * shares.orders, minimum(args.L, (g + 1) * shares.orders), memory); };
      run(low);
      if (high != low) run(high);
    }
    flush.stop();
  });
  return failed ? "no memory for the coefficients of an order" : nullptr;
}

}  // namespace

const char* legendre(const LegendreArgs& args, void*) {
  if (args.outer * args.inner == 0) return nullptr;
  const bool single = args.dtype == Dtype::float32 || args.dtype == Dtype::complex64;
  return single ? transform<float>(args) : transform<double>(args);
}

}  // namespace clebsch::CLEBSCH_ISA
