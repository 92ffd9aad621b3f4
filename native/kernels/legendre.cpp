#include "kernels/legendre_rings.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// A task takes some maps through a group of neighbouring orders from either end of 0..L-1, which together are the same work everywhere.

constexpr int64_t kTaskWork = 1 << 16;  // multiply-adds that are worth the hand-over to another thread

// How maps and orders are shared out; by sizes alone.
struct Shares {
  int64_t maps, orders;  // of a task, of a group

  explicit Shares(const LegendreArgs& args) {
    // Neighbours until a vector's worth of numbers is adjacent in a ring, but groups enough for some threads
    orders = minimum(ceil_div(kMostOrders, args.inner), ceil_div(args.L, 16));
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
  void synthesize(const Columns<R>& columns, const OrderGroup& group, const RingColumns<R>& rings, R* rows, R* sums) const {
    for (int g = 0; g < group.count; ++g) columns.gather(group.orders[g], rows + g * rows_);
    Panel<R> panel;
    for (int64_t slot = 0; slot < args_.slots;) {
      const SlotBlock block(args_, slot);
      for (int g = 0; g < group.count; ++g) {
        const OrderColumns& c = group.orders[g];
        R* own = sums + group.row[g] * kRow;
        for (int64_t j = 0; j < c.columns; ++j) memset(own + j * kRow, 0, static_cast<size_t>(block.size) * sizeof(R));
        for_panels(panel, block, c, [&](int64_t k, int64_t count) {
          add_degrees(panel, rows + g * rows_ + k * c.columns, c.columns, count, own);
        });
      }
      rings.put(block, sums);
      slot += block.size;
    }
  }

  void analyse(const Columns<R>& columns, const OrderGroup& group, const RingColumns<R>& rings, R* rows, R* values) const {
    memset(rows, 0, static_cast<size_t>(group.count * rows_) * sizeof(R));
    Panel<R> panel;
    for (int64_t slot = 0; slot < args_.slots;) {
      const SlotBlock block(args_, slot);
      rings.take(block, values);
      for (int g = 0; g < group.count; ++g) {
        const OrderColumns& c = group.orders[g];
        for_panels(panel, block, c, [&](int64_t k, int64_t count) {
          add_slots(panel, values + group.row[g] * kRow, c.columns, count, rows + g * rows_ + k * c.columns);
        });
      }
      slot += block.size;
    }
    for (int g = 0; g < group.count; ++g) columns.scatter(group.orders[g], rows + g * rows_);
  }

  // f(first step, count) with those steps of the order in the panel.
  template <class F>
  void for_panels(Panel<R>& panel, const SlotBlock& block, const OrderColumns& c, F f) const {
    if (!panel.start(args_, block, c.m, c.order)) return;
    for (int64_t k = 0; k < c.steps; k += kPanelSteps) {
      const int64_t count = minimum(kPanelSteps, c.steps - k);
      panel.advance(args_, block, c.order, k, count);
      if (panel.range_count > 0) f(k, count);
    }
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
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / pairs * shares.maps, low = i % pairs, high = groups - 1 - low;
      const Columns<R> columns(args, first, minimum(shares.maps, maps - first));
      const auto run = [&](int64_t g) { task.run(columns, g * shares.orders, minimum(args.L, (g + 1) * shares.orders), memory); };
      run(low);
      if (high != low) run(high);
    }
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
