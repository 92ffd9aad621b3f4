// CPU: the polar step on SO(3). The numbers of a quad of orders and of some maps are put side by side, multiplied with the blocks of its
// table as matrices, and put where they belong: a multiply-add for each number, degree and ring, at the rate of a matrix product.
#include "kernels/wigner.h"

#include "kernels/contract_tile.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kQuadRun = 8;       // orders m of a task: neighbours in memory, which share cache lines
constexpr int64_t kPanelBytes = 256;  // of a row of a panel

// One side of the step: coefficients by degree or waves by ring.
struct Side {
  int64_t count;         // degrees or rings
  const int64_t* at[4];  // numbers of the members of a quad, in rows of a map
  int64_t map_rows;
};

// The members (m, n), (-m, -n), (m, -n), (-m, n) of a quad; where an order is zero, two of them or one.
struct Quad {
  int64_t m, n, members;

  Quad(int64_t m, int64_t n) : m(m), n(n), members((m > 0 ? 2 : 1) * (n > 0 ? 2 : 1)) {}
  int64_t order_m(int64_t j) const { return j == 1 || j == 3 ? -m : m; }
  int64_t order_n(int64_t j) const { return j == 1 || j == 2 ? -n : n; }
  int64_t tables() const { return members == 4 ? 2 : 1; }
  bool odd() const { return ((m + n) & 1) != 0; }
};

// Between the numbers of a quad and what the blocks of its table are multiplied with: `parts` numbers for each of them. Of real
// numbers sums and differences with those of both signs turned (kernels/wigner.h).
template <class R>
struct QuadNumbers {
  static constexpr int64_t parts = 2;
  const R half_sign;
  explicit QuadNumbers(const Quad& quad) : half_sign((quad.n & 1) ? R(-0.5) : R(0.5)) {}

  template <int members>
  void split(const R* x, R* direct, R* crossed) const {
    if (members < 4) {
      direct[0] = x[0];
      direct[1] = members > 1 ? x[1] : 0;
      return;
    }
    direct[0] = R(0.5) * (x[0] + x[1]);
    direct[1] = R(0.5) * (x[3] - x[2]);
    crossed[0] = half_sign * (x[0] - x[1]);
    crossed[1] = half_sign * (x[2] + x[3]);
  }
  template <int members>
  void join(const R* direct, const R* crossed, R* x) const {
    x[0] = direct[0];
    x[1] = direct[1];
    if (members < 4) return;
    x[0] = direct[0] + crossed[0];
    x[1] = direct[0] - crossed[0];
    x[2] = crossed[1] - direct[1];
    x[3] = crossed[1] + direct[1];
  }
};

// d_{-m,-n} and d_{-m,n} are the blocks times (-1)^{m-n}.
template <class R>
struct QuadNumbers<Complex<R>> {
  static constexpr int64_t parts = 4;
  const R sign;
  explicit QuadNumbers(const Quad& quad) : sign(quad.odd() ? -1 : 1) {}

  template <int members>
  void split(const Complex<R>* x, R* direct, R* crossed) const {
    put(x[0], members > 1 ? x[1] : Complex<R>{}, direct);
    if (members == 4) put(x[2], x[3], crossed);
  }
  template <int members>
  void join(const R* direct, const R* crossed, Complex<R>* x) const {
    take(direct, x[0], x[1]);
    if (members == 4) take(crossed, x[2], x[3]);
  }

 private:
  void put(Complex<R> x, Complex<R> mirror, R* to) const {
    to[0] = x.re;
    to[1] = x.im;
    to[2] = sign * mirror.re;
    to[3] = sign * mirror.im;
  }
  static void take(const R* from, Complex<R>& x, Complex<R>& mirror) {
    x = {from[0], from[1]};
    mirror = {from[2], from[3]};
  }
};

template <class T>
class PolarSums {
 public:
  using R = RealOf<T>;
  static constexpr int64_t W = kWidth<R>, parts = QuadNumbers<T>::parts;
  static constexpr int64_t kMaps = kPanelBytes / (parts * static_cast<int64_t>(sizeof(R)));  // of a panel

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
  size_t scratch_bytes() const { return static_cast<size_t>(4 * most_ * kPanelBytes) + static_cast<size_t>(9 * most_) * sizeof(int64_t); }

  // Orders n and -n, and m, -m of a run.
  void run(int64_t task, void* scratch) const {
    const int64_t n = task / runs(), begin = task % runs() * kQuadRun, end = minimum(begin + kQuadRun, args_.L);
    for (int64_t map = 0; map < maps_; map += kMaps)
      for (int64_t m = begin; m < end; ++m) run_quad(Quad(m, n), map, minimum(kMaps, maps_ - map), scratch);
  }

 private:
  int64_t runs() const { return ceil_div(args_.L, kQuadRun); }

  void run_quad(const Quad& quad, int64_t map, int64_t maps, void* scratch) const {
    R* panel = static_cast<R*>(scratch);
    R* result = panel + 2 * most_ * kPanelBytes / static_cast<int64_t>(sizeof(R));
    auto* at = reinterpret_cast<int64_t*>(static_cast<char*>(scratch) + 4 * most_ * kPanelBytes);
    const int64_t first = wigner_first(quad.m, quad.n), degrees = args_.L - first;
    const bool taken = wigner_takes(args_, quad.n);
    Side coefficients{degrees, {}, rows_}, waves{args_.rings, {}, waves_};
    for (int64_t j = 0; j < quad.members; ++j, at += 2 * most_) {
      const int64_t m = quad.order_m(j), n = quad.order_n(j);
      for (int64_t k = 0; k < degrees; ++k) at[k] = wigner_row(args_, first + k, m, n);
      for (int64_t t = 0; t < args_.rings; ++t) at[most_ + t] = wigner_wave(args_, t, m, n);
      coefficients.at[j] = at;
      waves.at[j] = at + most_;
    }
    const Side &in = args_.analysis ? waves : coefficients, &out = args_.analysis ? coefficients : waves;
    const int64_t width = ceil_div(maps * parts, W) * W, block = most_ * width;
    const int64_t depth = taken ? in.count : 0;  // sums of nothing are zero
    visit_members(quad, [&](auto members) {
      constexpr int count = decltype(members)::value;
      if (taken) split<count>(quad, in, map, maps, width, panel, panel + block);
      for (int64_t b = 0; b < quad.tables(); ++b) {
        const R* table = table_ + wigner_table_start(args_, quad.m, quad.n) + b * args_.rings * degrees;
        multiply(table, out.count, depth, degrees, panel + b * block, width, result + b * block, at);
      }
      join<count>(quad, out, map, maps, width, result, result + block);
    });
    if (args_.analysis && is_complex<T>) clear_below(quad, first, map, maps);
  }

  template <class F>
  static void visit_members(const Quad& quad, F f) {
    quad.members == 4 ? f(Constant<4>{}) : quad.members == 2 ? f(Constant<2>{}) : f(Constant<1>{});
  }

  // result[row][width] = sum over k < depth of the table at (row, k) times panel[k][width]; `list` is room for rows.
  void multiply(const R* table, int64_t rows, int64_t depth, int64_t degrees, const R* panel, int64_t width, R* result,
                int64_t* list) const {
    constexpr int64_t tile = kTileRows<R>, most = kTileVectors<R>;
    const int64_t row_step = args_.analysis ? 1 : degrees, k_step = args_.analysis ? degrees : 1;
    for (int64_t i = 0; i < rows; ++i) list[i] = i * row_step;
    int64_t result_row[tile];
    for (int64_t i = 0; i < tile; ++i) result_row[i] = i * width;
    for_tiles<R>(rows, [&](int64_t first, int64_t count) {
      for (int64_t v = 0; v < width / W; v += most) {
        const TileKernel<R> kernel = tile_kernel_for<R>(count, minimum(most, width / W - v));
        kernel(depth, table, list + first, k_step, panel + v * W, width, result + first * width + v * W, result_row, false);
      }
    });
  }

  int64_t map_start(const Side& side, int64_t map) const {
    return map / args_.channels * side.map_rows * args_.channels + map % args_.channels;
  }

  template <int members>
  void split(const Quad& quad, const Side& side, int64_t map, int64_t maps, int64_t width, R* direct, R* crossed) const {
    const QuadNumbers<T> numbers(quad);
    for (int64_t i = 0; i < width / parts; ++i) {
      if (i >= maps) {  // what fills the last vector
        for (int64_t k = 0; k < side.count; ++k)
          for (int64_t p = 0; p < parts; ++p) direct[k * width + i * parts + p] = crossed[k * width + i * parts + p] = 0;
        continue;
      }
      const T* x = from_ + map_start(side, map + i);
      for (int64_t k = 0; k < side.count; ++k) {
        T of[members];
        for (int j = 0; j < members; ++j) of[j] = x[side.at[j][k] * args_.channels];
        numbers.template split<members>(of, direct + k * width + i * parts, crossed + k * width + i * parts);
      }
    }
  }

  template <int members>
  void join(const Quad& quad, const Side& side, int64_t map, int64_t maps, int64_t width, const R* direct, const R* crossed) const {
    const QuadNumbers<T> numbers(quad);
    for (int64_t i = 0; i < maps; ++i) {
      T* x = to_ + map_start(side, map + i);
      for (int64_t k = 0; k < side.count; ++k) {
        T of[4];
        numbers.template join<members>(direct + k * width + i * parts, crossed + k * width + i * parts, of);
        for (int j = 0; j < members; ++j) x[side.at[j][k] * args_.channels] = of[j];
      }
    }
  }

  // Rows of complex coefficients with |m| <= l < |n| are zero.
  void clear_below(const Quad& quad, int64_t first, int64_t map, int64_t maps) const {
    const Side side{0, {}, rows_};
    for (int64_t i = 0; i < maps; ++i)
      for (int64_t j = 0; j < quad.members; ++j)
        for (int64_t l = quad.m; l < first; ++l)
          to_[map_start(side, map + i) + wigner_row(args_, l, quad.order_m(j), quad.order_n(j)) * args_.channels] = T{};
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
  bool failed = false;
  parallel_for(sums.tasks(), grain_of(sums.task_size()), [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    void* memory = scratch.reserve(sums.scratch_bytes());
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    for (int64_t task = begin; task < end; ++task) sums.run(task, memory);
  });
  return failed ? "no memory for the panels of a polar step" : nullptr;
}

}  // namespace

const char* wigner(const WignerArgs& args, void*) {
  if (args.batch * args.channels == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) { return polar_sums<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
