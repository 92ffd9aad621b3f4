// CPU: the polar step on SO(3). The numbers of a quad of orders and of some maps are put side by side, multiplied with the blocks of its
// table as matrices, and put where they belong: a multiply-add for each number, degree and ring, at the rate of a matrix product.
#include "kernels/contract_tile.h"
#include "kernels/wigner_quads.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kQuadRun = 8;  // orders m of a task: neighbours in memory, which share cache lines

template <class T>
class PolarSums {
 public:
  using R = RealOf<T>;
  static constexpr int64_t W = kWidth<R>, parts = QuadNumbers<T>::parts;
  static constexpr int64_t kPanelWidth = kTileVectors<R> * W, kMaps = kPanelWidth / parts;  // of a panel

  explicit PolarSums(const WignerArgs& args)
      : args_(args),
        from_(static_cast<const T*>(args.x)),
        to_(static_cast<T*>(args.out)),
        table_(static_cast<const R*>(args.table)),
        maps_(args.batch * args.channels),
        most_(args.L > args.rings ? args.L : args.rings),
        rows_(wigner_size(args)),
        waves_((2 * args.N - 1) * args.rings * (2 * args.L - 1)) {}

  int64_t tasks() const { return args_.N * runs(); }
  int64_t task_size() const { return maps_ * args_.rings * kQuadRun * parts * args_.L; }
  size_t scratch_bytes() const {
    return static_cast<size_t>(4 * most_ * kPanelWidth) * sizeof(R) + static_cast<size_t>(2 * args_.L + most_) * sizeof(int64_t);
  }

  // What all tasks share.
  void prepare(void* scratch) const { list_degrees(args_, lists(scratch)); }

  // Orders n and -n, and m, -m of a run.
  void run(int64_t task, void* scratch) const {
    const int64_t n = task / runs(), begin = task % runs() * kQuadRun, end = minimum(begin + kQuadRun, args_.L);
    for (int64_t map = 0; map < maps_; map += kMaps) {
      for (int64_t m = begin; m < end; ++m) {
        const Quad quad(m, n);
        const int64_t maps = minimum(kMaps, maps_ - map);
        quad.members == 4   ? run_quad<4>(quad, map, maps, scratch)
        : quad.members == 2 ? run_quad<2>(quad, map, maps, scratch)
                            : run_quad<1>(quad, map, maps, scratch);
      }
    }
  }

 private:
  int64_t runs() const { return ceil_div(args_.L, kQuadRun); }
  int64_t* lists(void* scratch) const { return reinterpret_cast<int64_t*>(static_cast<R*>(scratch) + 4 * most_ * kPanelWidth); }

  template <int members>
  void run_quad(const Quad& quad, int64_t map, int64_t maps, void* scratch) const {
    const Coefficients coefficients = coefficients_of(args_, lists(scratch), quad);
    const Waves waves = waves_of(args_, quad);
    if (args_.analysis) {
      sum<members>(quad, waves, coefficients, map, maps, scratch);
      if constexpr (is_complex<T>) clear_below<members>(quad, lists(scratch), map, maps);
    } else {
      sum<members>(quad, coefficients, waves, map, maps, scratch);
    }
  }

  template <int members, class From, class To>
  void sum(const Quad& quad, const From& from, const To& to, int64_t map, int64_t maps, void* scratch) const {
    const int64_t width = ceil_div(maps * parts, W) * W, block = most_ * width;
    R *panel = static_cast<R*>(scratch), *result = panel + 2 * most_ * kPanelWidth;
    const bool taken = wigner_takes(args_, quad.n);
    if (taken) split<members>(quad, from, map, maps, width, panel, panel + block);
    const int64_t degrees = args_.L - wigner_first(quad.m, quad.n), depth = taken ? from.count : 0;  // sums of nothing are zero
    const R* table = table_ + wigner_table_start(args_, quad.m, quad.n);
    for (int64_t b = 0; b < (members == 4 ? 2 : 1); ++b)
      multiply(table + b * args_.rings * degrees, to.count, depth, degrees, panel + b * block, width, result + b * block, scratch);
    join<members>(to, map, maps, width, result, result + block);
  }

  // result[row][width] = sum over k < depth of the table at (row, k) times panel[k][width].
  void multiply(const R* table, int64_t rows, int64_t depth, int64_t degrees, const R* panel, int64_t width, R* result,
                void* scratch) const {
    constexpr int64_t tile = kTileRows<R>;
    const int64_t row_step = args_.analysis ? 1 : degrees, k_step = args_.analysis ? degrees : 1;
    int64_t* row = lists(scratch) + 2 * args_.L;
    for (int64_t i = 0; i < rows; ++i) row[i] = i * row_step;
    int64_t result_row[tile];
    for (int64_t i = 0; i < tile; ++i) result_row[i] = i * width;
    for_tiles<R>(rows, [&](int64_t first, int64_t count) {
      tile_kernel_for<R>(count, width / W)(depth, table, row + first, k_step, panel, width, result + first * width, result_row, false);
    });
  }

  int64_t map_start(int64_t map, int64_t map_rows) const { return map / args_.channels * map_rows * args_.channels + map % args_.channels; }

  template <int members, class Side>
  void split(const Quad& quad, const Side& side, int64_t map, int64_t maps, int64_t width, R* direct, R* crossed) const {
    const QuadNumbers<T> numbers(quad);
    for (int64_t i = 0; i < width / parts; ++i) {
      if (i >= maps) {  // what fills the last vector
        for (int64_t k = 0; k < side.count; ++k)
          for (int64_t p = 0; p < parts; ++p) direct[k * width + i * parts + p] = crossed[k * width + i * parts + p] = 0;
        continue;
      }
      const T* x = from_ + map_start(map + i, args_.analysis ? waves_ : rows_);
      for (int64_t k = 0; k < side.count; ++k) {
        T of[members];
        for (int j = 0; j < members; ++j) of[j] = x[side.at(k, j)];
        numbers.template split<members>(of, direct + k * width + i * parts, crossed + k * width + i * parts);
      }
    }
  }

  template <int members, class Side>
  void join(const Side& side, int64_t map, int64_t maps, int64_t width, const R* direct, const R* crossed) const {
    for (int64_t i = 0; i < maps; ++i) {
      T* x = to_ + map_start(map + i, args_.analysis ? rows_ : waves_);
      for (int64_t k = 0; k < side.count; ++k) {
        T of[4];
        QuadNumbers<T>::template join<members>(direct + k * width + i * parts, crossed + k * width + i * parts, of);
        for (int j = 0; j < members; ++j) x[side.at(k, j)] = of[j];
      }
    }
  }

  // Rows of complex coefficients with |m| <= l < |n| are zero.
  template <int members>
  void clear_below(const Quad& quad, const int64_t* center, int64_t map, int64_t maps) const {
    Coefficients side = coefficients_of(args_, center, quad);
    side.center = center + quad.m;
    side.m_step = center + args_.L + quad.m;
    for (int64_t i = 0; i < maps; ++i)
      for (int64_t k = 0; k < quad.n - quad.m; ++k)
        for (int j = 0; j < members; ++j) to_[map_start(map + i, rows_) + side.at(k, j)] = T{};
  }

  const WignerArgs& args_;
  const T* from_;
  T* to_;
  const R* table_;
  const int64_t maps_, most_, rows_, waves_;
};

template <class T>
const char* polar_sums(const WignerArgs& args) {
  const PolarSums<T> sums(args);
  return run_with_scratch(sums, "no memory for the panels of a polar step", [&](int64_t begin, int64_t end, void* memory) {
    sums.prepare(memory);
    for (int64_t task = begin; task < end; ++task) sums.run(task, memory);
  });
}

}  // namespace

const char* wigner(const WignerArgs& args, void*) {
  if (args.batch * args.channels == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) { return polar_sums<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
