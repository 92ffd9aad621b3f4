// CPU: the polar step in tasks. A task takes some maps through a group of neighbouring orders from either end of 0..L-1, which together are
// the same work everywhere.
#include <new>
#include <type_traits>

#include "kernels/flush_denormals.h"
#include "kernels/legendre_ahead.h"
#include "kernels/legendre_block.h"
#include "kernels/legendre_fused.h"
#include "kernels/legendre_maps.h"
#include "kernels/legendre_rings.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kTaskWork = 1 << 15;  // multiply-adds that are worth the hand-over to another thread

// How maps and orders are shared out; by sizes alone.
struct Shares {
  int64_t maps, orders;  // of a task, of a group
};

template <class R>
class Task {
 public:
  // runs: where waves are, or nullptr for the rings of args.
  Task(const LegendreArgs& args, const Shares& shares, const WaveRuns* runs) : args_(args), runs_(runs), orders_(shares.orders) {
    fused_ = is_fused(args, shares.maps);
    columns_ = Columns<R>(args, 0, shares.maps, fused_).of_order(args.L > 1 ? 1 : 0).columns;
    rows_ = (legendre_steps(args, 0) + kMostRowStep) * columns_ + kApart;
    stride_ = (fused_ ? args.slots : kSlotPad) + kWidth<R>;
  }

  size_t bytes() const {
    const int64_t vectors = fused_ ? rows_ * kVectorBytes : 0, rows = orders_ * rows_ * (fused_ ? sizeof(double) : sizeof(R));
    const int64_t numbers = orders_ * columns_ * stride_ + (fused_ ? 0 : BlockOrder<R>::memory(columns_));
    return static_cast<size_t>(vectors + rows + numbers * static_cast<int64_t>(sizeof(R)));
  }

  bool fused() const { return fused_; }

  // Orders first .. end - 1; those from `next` on come next.
  void run(const Columns<R>& columns, int64_t first, int64_t end, int64_t next, void* memory) const {
    OrderGroup group;
    for (int64_t m = first; m < end; ++m) {
      group.orders[group.count] = columns.of_order(m);
      group.row[group.count] = group.count * columns_;
      ++group.count;
    }
    if (fused_)
      args_.analysis ? run_fused<true>(columns, group, next, memory) : run_fused<false>(columns, group, next, memory);
    else
      args_.analysis ? run_blocks<true>(columns, group, next, memory) : run_blocks<false>(columns, group, next, memory);
  }

 private:
  static constexpr int64_t kMostRowStep = 8;  // behind the last row: a tile, or a vector, may go on there
  static constexpr int64_t kApart = 64;       // between the rows of orders: a power of two would share cache sets

  // Of columns that are needed where there are no runs; std::optional would clear it, which takes as long as the sums of some orders.
  struct RingMemory {
    alignas(RingColumns<R>) unsigned char at[sizeof(RingColumns<R>)];
  };

  int64_t parts() const { return legendre_is_complex(args_) ? 2 : 1; }

  // Of order g of a group; `memory`: rows of waves of slots from `first` on, where there are no runs.
  Waves<R> waves_of(const Columns<R>& columns, const OrderGroup& group, int g, R* memory, int64_t first) const {
    const OrderColumns& c = group.orders[g];
    Waves<R> waves;
    if (runs_ == nullptr) {
      waves.base = memory + group.row[g] * stride_;
      waves.blocks = nullptr;
      waves.first = first;
      waves.half = args_.spin == 0 ? c.width * stride_ : 0;
      for (int64_t j = 0; j < c.width; ++j) waves.column[j] = j * stride_;
      return waves;
    }
    waves.blocks = runs_->blocks;
    waves.run = WaveRuns::kRun;
    waves.base = static_cast<R*>(runs_->waves) + columns.first() * runs_->map_size();
    int64_t* place = waves.column;
    for (int64_t sign = 0; sign < c.signs; ++sign) {
      const int64_t column = legendre_column(args_, c.m, sign == 1), maps = columns.per_sign() / parts();
      for (int64_t map = 0; map < maps; ++map)
        for (int part = 0; part < parts(); ++part) {
          const int64_t own = parts() == 2 ? wave_column<true>(column, part) : wave_column<false>(column, 0);
          *place++ = map * runs_->map_size() + runs_->place(own);
        }
    }
    return waves;
  }

  template <bool analysis>
  void run_fused(const Columns<R>& columns, const OrderGroup& group, int64_t next, void* memory) const {
    using S = std::conditional_t<analysis, double, R>;
    Vector<S>* sums = static_cast<Vector<S>*>(memory);
    S* rows = reinterpret_cast<S*>(sums + rows_);
    R* waves = reinterpret_cast<R*>(rows + orders_ * rows_);
    RingMemory rings_memory;
    const RingColumns<R>* rings = runs_ ? nullptr : new (rings_memory.at) RingColumns<R>(args_, columns, group, stride_);
    if constexpr (!analysis)
      gather(columns, group, rows);
    else if (rings)
      rings->take(0, args_.slots, waves);
    GroupAhead<R> ahead = what_is_ahead(columns, group, next);
    for (int g = 0; g < group.count; ++g) {
      const OrderColumns& c = group.orders[g];
      const Waves<R> own = waves_of(columns, group, g, waves, 0);
      const auto run = [&](auto order) {
        if constexpr (analysis)
          order.analyse(rows + g * rows_, sums, ahead);
        else
          order.synthesize(rows + g * rows_, ahead);
      };
      c.columns == 4 ? run(FusedOrder<R, 4>(args_, c, own)) : run(FusedOrder<R, 8>(args_, c, own));
    }
    if constexpr (analysis)
      scatter(columns, group, rows);
    else if (rings)
      rings->put(0, args_.slots, waves);
  }

  template <bool analysis>
  void run_blocks(const Columns<R>& columns, const OrderGroup& group, int64_t next, void* memory) const {
    R *rows = static_cast<R*>(memory), *block = rows + orders_ * rows_, *waves = block + BlockOrder<R>::memory(columns_);
    const RingRows<R> rows_of_rings(args_, columns, 0);
    const bool direct = runs_ == nullptr && RingRows<R>::suits(args_), squares = args_.coefficient_step == 1 && parts() == 1;
    RingMemory rings_memory;
    const RingColumns<R>* rings = runs_ || direct ? nullptr : new (rings_memory.at) RingColumns<R>(args_, columns, group, stride_);
    if constexpr (analysis)
      memset(rows, 0, static_cast<size_t>(group.count * rows_) * sizeof(R));
    else
      squares ? gather_squares(columns, group, rows) : gather(columns, group, rows);
    GroupAhead<R> ahead = what_is_ahead(columns, group, next);
    Waves<R> own[kMostOrders];
    for (int g = 0; g < group.count; ++g) own[g] = waves_of(columns, group, g, waves, 0);
    for (int64_t slot = 0; slot < args_.slots; slot += kSlotPad) {
      if (analysis && rings) rings->take(slot, kSlotPad, waves);
      for (int g = 0; g < group.count; ++g) {
        ahead.some();
        own[g].first = slot;
        const BlockOrder<R> order(args_, group.orders[g], &own[g], direct ? &rows_of_rings : nullptr);
        if constexpr (analysis)
          order.analyse(slot, rows + g * rows_, block);
        else
          order.synthesize(slot, rows + g * rows_, block);
      }
      if (!analysis && rings) rings->put(slot, kSlotPad, waves);
    }
    if constexpr (analysis) squares ? MapRows<R>(args_, columns, group, rows, rows_).scatter() : scatter(columns, group, rows);
  }

  GroupAhead<R> what_is_ahead(const Columns<R>& columns, const OrderGroup& group, int64_t next) const {
    if (next >= args_.L || args_.L <= kNearL) return {};
    return {args_, columns, runs_, next, minimum(args_.L, next + orders_), group.count * args_.slots / kSlotPad};
  }

  void gather_squares(const Columns<R>& columns, const OrderGroup& group, R* rows) const {
    for (int g = 0; g < group.count; ++g) columns.clear_surplus(group.orders[g], rows + g * rows_);
    MapRows<R>(args_, columns, group, rows, rows_).gather();
  }

  // The orders of a group share cache lines: some steps of all of them after others.
  static constexpr int64_t kSomeSteps = 16;

  static int64_t step_parts(const OrderGroup& group) {
    int64_t most = 0;
    for (int g = 0; g < group.count; ++g) most = most > group.orders[g].steps ? most : group.orders[g].steps;
    return ceil_div(most, kSomeSteps);
  }
  static StepRange some_steps(const OrderColumns& c, int64_t part) {
    return {minimum(part * kSomeSteps, c.steps), minimum((part + 1) * kSomeSteps, c.steps)};
  }

  void gather(const Columns<R>& columns, const OrderGroup& group, R* rows) const {
    for (int g = 0; g < group.count; ++g) columns.clear_surplus(group.orders[g], rows + g * rows_);
    for (int r = 0; r < columns.calls(); ++r) {
      OddNumbers odd[kMostOrders];
      for (int64_t part = step_parts(group) - 1; part >= 0; --part)
        for (int g = 0; g < group.count; ++g)
          columns.gather(group.orders[g], r, some_steps(group.orders[g], part), odd[g], rows + g * rows_);
    }
  }

  template <class Row>
  void scatter(const Columns<R>& columns, const OrderGroup& group, const Row* rows) const {
    for (int r = 0; r < columns.calls(); ++r) {
      OddNumbers odd[kMostOrders];
      for (int64_t part = 0; part < step_parts(group); ++part)
        for (int g = 0; g < group.count; ++g)
          columns.scatter(group.orders[g], r, some_steps(group.orders[g], part), odd[g], rows + g * rows_);
    }
  }

  const LegendreArgs& args_;
  const WaveRuns* const runs_;
  int64_t orders_, rows_, columns_, stride_;  // of a group; numbers of the rows of an order; columns of an order; between rows of waves
  bool fused_;
};

template <class R>
const char* transform(const LegendreArgs& args, const WaveRuns* runs) {
  const Shares shares{maps_of_task<R>(args), orders_of_group<R>(args)};
  const Task<R> task(args, shares, runs);
  const int64_t maps = args.outer * args.inner, chunks = ceil_div(maps, shares.maps);
  const int64_t groups = ceil_div(args.L, shares.orders), pairs = ceil_div(groups, 2);
  const int64_t work = shares.orders * args.L * args.slots * shares.maps;
  bool failed = false;
  parallel_for(chunks * pairs, ceil_div(kTaskWork, work), [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    void* memory = scratch.reserve(task.bytes());
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    const FlushDenormals flush;  // numbers far from where they matter, rounded to R
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / pairs * shares.maps, low = i % pairs, high = groups - 1 - low;
      const Columns<R> columns(args, first, minimum(shares.maps, maps - first), task.fused());
      const auto run = [&](int64_t g, int64_t next) {
        task.run(columns, g * shares.orders, minimum(args.L, (g + 1) * shares.orders), next * shares.orders, memory);
      };
      run(low, high);
      if (high != low) run(high, low + 1);
    }
    flush.stop();
  });
  return failed ? "no memory for the coefficients of an order" : nullptr;
}

}  // namespace

const char* legendre_step(const LegendreArgs& args, const WaveRuns* runs) {
  if (args.outer * args.inner == 0) return nullptr;
  const bool single = args.dtype == Dtype::float32 || args.dtype == Dtype::complex64;
  return single ? transform<float>(args, runs) : transform<double>(args, runs);
}

const char* legendre(const LegendreArgs& args, void*) { return legendre_step(args, nullptr); }

}  // namespace clebsch::CLEBSCH_ISA
