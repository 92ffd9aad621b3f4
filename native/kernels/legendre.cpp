#include "kernels/legendre_columns.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// A task takes some maps through a few orders from both ends of 0..L-1, which together are the same work everywhere. Neighbours among the
// orders share cache lines of the tensors.

constexpr int64_t kMostOrders = 4;      // neighbours
constexpr int64_t kTaskWork = 1 << 16;  // multiply-adds that are worth the hand-over to another thread

template <class R>
struct Memory {
  double* rows;     // [steps][columns]
  R* coefficients;  // the same in R: rows itself for float64
  R* sums;          // [columns][kRow]
};

template <class R>
class Task {
 public:
  explicit Task(const LegendreArgs& args) : args_(args), steps_(ceil_div(legendre_steps(args, 0), kTileVectors) * kTileVectors) {}

  size_t bytes() const {
    const int64_t rows = steps_ * kMostColumns;
    return static_cast<size_t>(rows) * (sizeof(double) + (kSingle ? sizeof(R) : 0)) + static_cast<size_t>(kMostColumns * kRow) * sizeof(R);
  }

  void run(Columns<R>& columns, int64_t m, char* memory) const {
    Memory<R> part{reinterpret_cast<double*>(memory), nullptr, nullptr};
    R* behind = reinterpret_cast<R*>(part.rows + steps_ * kMostColumns);
    part.sums = behind;
    if constexpr (kSingle) {
      part.coefficients = behind + kMostColumns * kRow;
    } else {
      part.coefficients = part.rows;
    }
    const LegendreOrder order = legendre_order(args_, m);
    columns.select(m, order);
    if (args_.analysis) {
      analyse(columns, m, order, part);
    } else {
      synthesize(columns, m, order, part);
    }
  }

 private:
  static constexpr bool kSingle = same_type<R, float>;

  void synthesize(const Columns<R>& columns, int64_t m, const LegendreOrder& order, const Memory<R>& memory) const {
    const int64_t steps = columns.steps(), width = columns.columns();
    columns.gather(memory.rows);
    if constexpr (kSingle) {
      for (int64_t i = 0; i < steps * width; ++i) memory.coefficients[i] = static_cast<R>(memory.rows[i]);
    }
    Panel<R> panel;
    for (int64_t slot = 0; slot < args_.slots;) {
      const SlotBlock block(args_, slot);
      for (int64_t j = 0; j < width; ++j) memset(memory.sums + j * kRow, 0, static_cast<size_t>(block.size) * sizeof(R));
      panel.start(args_, block, m, order);
      for (int64_t k = 0; k < steps; k += kPanelSteps) {
        const int64_t count = minimum(kPanelSteps, steps - k);
        panel.advance(args_, block, order, k, count);
        add_degrees(panel, memory.coefficients + k * width, width, count, memory.sums);
      }
      columns.put_rings(block, memory.sums);
      slot += block.size;
    }
  }

  void analyse(const Columns<R>& columns, int64_t m, const LegendreOrder& order, const Memory<R>& memory) const {
    const int64_t steps = columns.steps(), width = columns.columns();
    memset(memory.coefficients, 0, static_cast<size_t>(ceil_div(steps, kTileVectors) * kTileVectors * width) * sizeof(R));
    Panel<R> panel;
    for (int64_t slot = 0; slot < args_.slots;) {
      const SlotBlock block(args_, slot);
      columns.take_rings(block, memory.sums);
      panel.start(args_, block, m, order);
      for (int64_t k = 0; k < steps; k += kPanelSteps) {
        const int64_t count = minimum(kPanelSteps, steps - k);
        panel.advance(args_, block, order, k, count);
        add_slots(panel, memory.sums, width, count, memory.coefficients + k * width);
      }
      slot += block.size;
    }
    if constexpr (kSingle) {
      for (int64_t i = 0; i < steps * width; ++i) memory.rows[i] = static_cast<double>(memory.coefficients[i]);
    }
    columns.scatter(memory.rows);
  }

  const LegendreArgs& args_;
  int64_t steps_;
};

// Orders m = part * count .. from below, and as many from above.
template <class F>
void for_orders(int64_t L, int64_t count, int64_t pair, F f) {
  const int64_t blocks = ceil_div(L, count), other = blocks - 1 - pair;
  for (int64_t m = pair * count; m < minimum(L, (pair + 1) * count); ++m) f(m);
  if (other == pair) return;
  for (int64_t m = other * count; m < minimum(L, (other + 1) * count); ++m) f(m);
}

template <class R>
const char* transform(const LegendreArgs& args) {
  const Task<R> task(args);
  const int64_t maps = args.outer * args.inner, step = Columns<R>::maps_of_task(args), chunks = ceil_div(maps, step);
  const int64_t orders = minimum(kMostOrders, ceil_div(args.L, 64)), pairs = ceil_div(ceil_div(args.L, orders), 2);
  const int64_t work = orders * args.L * args.slots * minimum(maps, step);
  bool failed = false;
  parallel_for(chunks * pairs, ceil_div(kTaskWork, work), [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    char* memory = static_cast<char*>(scratch.reserve(task.bytes()));
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / pairs * step;
      Columns<R> columns(args, first, minimum(step, maps - first));
      for_orders(args.L, orders, i % pairs, [&](int64_t m) { task.run(columns, m, memory); });
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
