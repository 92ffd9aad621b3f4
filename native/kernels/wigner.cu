#include "cuda/launch.cuh"
#include "kernels/wigner.h"

namespace clebsch::accelerator {
namespace {

// One thread per result, channels fastest: a sum over the degrees or the rings.
struct Sums {
  WignerArgs args;
  int64_t items;
};

// What a pair of orders gets from itself and from the pair with both signs turned.
template <class R>
struct Couplings {
  R own, mirrored;
};

// The blocks of an order pair and how they couple it.
template <class T>
class PairTable {
 public:
  using R = RealOf<T>;

  __device__ PairTable(const WignerArgs& args, int64_t m, int64_t n)
      : m_(m < 0 ? -m : m),
        n_(n < 0 ? -n : n),
        first_(wigner_first(m_, n_)),
        degrees_(args.L - first_),
        crossed_(m != 0 && n != 0 ? args.rings * degrees_ : 0),
        mixed_((m < 0) != (n < 0) && crossed_ > 0),
        mirror_(m < 0 || (m == 0 && n < 0)),
        block_(static_cast<const R*>(args.table) + wigner_table_start(args, m_, n_)) {}

  __device__ int64_t first() const { return first_; }

  __device__ Couplings<R> at(int64_t t, int64_t l) const {
    const R* d = block_ + t * degrees_ + l - first_;
    if constexpr (is_complex<T>) {
      const R value = d[mixed_ ? crossed_ : 0];
      return {mirror_ && ((m_ + n_) & 1) ? -value : value, R(0)};
    } else {
      if (crossed_ == 0) return {d[0], R(0)};
      const R turned = (n_ & 1) ? -d[crossed_] : d[crossed_];
      const R cosines = R(0.5) * (d[0] + turned), sines = R(0.5) * (d[0] - turned);
      return {cosines, mixed_ ? -sines : sines};
    }
  }

 private:
  int64_t m_, n_, first_, degrees_, crossed_;
  bool mixed_, mirror_;
  const R* block_;
};

// The order of a column among 2 count - 1.
__device__ inline int64_t order_of(const WignerArgs& args, int64_t column, int64_t count) {
  if (wigner_is_complex(args)) return column - (count - 1);
  return column % 2 == 1 ? (column + 1) / 2 : -column / 2;
}

template <class T>
__global__ void __launch_bounds__(kThreads) synthesis_kernel(const __grid_constant__ Sums sums) {
  using R = RealOf<T>;
  const WignerArgs& args = sums.args;
  const int64_t columns = 2 * args.L - 1, channels = args.channels;
  for (int64_t i = first_item(); i < sums.items; i += item_step()) {
    const int64_t channel = i % channels, wave = i / channels;
    const int64_t m = order_of(args, wave % columns, args.L), t = wave / columns % args.rings;
    const int64_t plane = wave / columns / args.rings % (2 * args.N - 1), map = wave / columns / args.rings / (2 * args.N - 1);
    const int64_t n = order_of(args, plane, args.N);
    const T* x = static_cast<const T*>(args.x) + map * wigner_size(args) * channels + channel;
    T sum{};
    if (wigner_takes(args, n < 0 ? -n : n)) {
      const PairTable<T> table(args, m, n);
      for (int64_t l = table.first(); l < args.L; ++l) {
        const Couplings<R> d = table.at(t, l);
        sum += d.own * x[wigner_row(args, l, m, n) * channels];
        if constexpr (!is_complex<T>) sum += d.mirrored * x[wigner_row(args, l, -m, -n) * channels];
      }
    }
    static_cast<T*>(args.out)[i] = sum;
  }
}

// A row of the coefficients of a map.
struct Row {
  int64_t l, m, n;
};

__device__ inline int64_t square_root(int64_t x) {
  auto root = static_cast<int64_t>(sqrt(static_cast<double>(x)));
  while (root * root > x) --root;
  while ((root + 1) * (root + 1) <= x) ++root;
  return root;
}

__device__ inline Row row_of(const WignerArgs& args, int64_t row) {
  if (wigner_is_complex(args)) {
    const int64_t n = row / (args.L * args.L) - (args.N - 1), l = square_root(row % (args.L * args.L));
    return {l, row % (args.L * args.L) - l * l - l, n};
  }
  int64_t low = 0, high = args.L;  // the degree whose rows have `row` among them
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    (wigner_row(args, middle, -middle, -(middle < args.N ? middle : args.N - 1)) <= row ? low : high) = middle;
  }
  const int64_t most = low < args.N ? low : args.N - 1, at = row - wigner_row(args, low, -low, -most);
  return {low, at / (2 * most + 1) - low, at % (2 * most + 1) - most};
}

template <class T>
__global__ void __launch_bounds__(kThreads) analysis_kernel(const __grid_constant__ Sums sums) {
  using R = RealOf<T>;
  const WignerArgs& args = sums.args;
  const int64_t channels = args.channels, rows = wigner_size(args);
  const int64_t waves = (2 * args.N - 1) * args.rings * (2 * args.L - 1);
  for (int64_t i = first_item(); i < sums.items; i += item_step()) {
    const int64_t channel = i % channels;
    const Row row = row_of(args, i / channels % rows);
    const T* x = static_cast<const T*>(args.x) + i / channels / rows * waves * channels + channel;
    const PairTable<T> table(args, row.m, row.n);
    T sum{};
    if (row.l >= table.first() && wigner_takes(args, row.n < 0 ? -row.n : row.n)) {
      for (int64_t t = 0; t < args.rings; ++t) {
        const Couplings<R> d = table.at(t, row.l);
        sum += d.own * x[wigner_wave(args, t, row.m, row.n) * channels];
        if constexpr (!is_complex<T>) sum += d.mirrored * x[wigner_wave(args, t, -row.m, -row.n) * channels];
      }
    }
    static_cast<T*>(args.out)[i] = sum;
  }
}

}  // namespace

const char* wigner(const WignerArgs& args, void* stream) {
  const int64_t rows = args.analysis ? wigner_size(args) : (2 * args.N - 1) * args.rings * (2 * args.L - 1);
  const Sums sums{args, args.batch * rows * args.channels};
  return visit_continuous(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    return launch_items(args.analysis ? analysis_kernel<T> : synthesis_kernel<T>, sums.items, stream, sums);
  });
}

}  // namespace clebsch::accelerator
