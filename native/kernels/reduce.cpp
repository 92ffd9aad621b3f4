#include <stdlib.h>

#include "kernels/cpu_loop.h"
#include "kernels/real_math.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// ---- operations -----------------------------------------------------------------------------------------------
// Acc, what is accumulated, starts as identity(); take adds element i; run adds n <= kBlock adjacent elements from element i on;
// merge adds b, made of later elements than a. `counts`: i matters.

#if defined(__AVX512F__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX2__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif

template <class T, int bytes>
struct Lanes {
  typedef T Vector __attribute__((vector_size(bytes), aligned(alignof(T)), may_alias));
  static constexpr int count = bytes / sizeof(T);
  // By reference: vectors longer than a register cannot be returned alike everywhere.
  static const Vector& at(const T* x) { return *reinterpret_cast<const Vector*>(x); }
};

template <class T>
struct Sum {
  using Acc = choose<is_integer<T>, uint32_t, T>;  // integers wrap at 32 bits
  using Out = choose<is_integer<T>, int32_t, T>;
  static constexpr bool counts = false;
  static Acc identity() { return {}; }
  static void take(Acc& acc, T x, int64_t) { acc += static_cast<Acc>(x); }
  static void merge(Acc& a, Acc b) { a += b; }
  static Out finish(Acc acc) { return static_cast<Out>(acc); }

  static void run(Acc& acc, const T* x, int64_t n, int64_t) {
    if constexpr (is_integer<T>) {
      for (int64_t i = 0; i < n; ++i) acc += static_cast<Acc>(x[i]);
    } else {
      // A complex number is a pair of lanes. 64 bytes everywhere: the same order of additions on every instruction set.
      using Real = RealOf<T>;
      using Vectors = Lanes<Real, 64>;
      constexpr int lanes = Vectors::count, parts = sizeof(T) / sizeof(Real);
      const Real* reals = reinterpret_cast<const Real*>(x);
      const int64_t size = n * parts;
      typename Vectors::Vector even = {}, odd = {};
      int64_t i = 0;
      for (; i + 2 * lanes <= size; i += 2 * lanes) {
        even += Vectors::at(reals + i);
        odd += Vectors::at(reals + i + lanes);
      }
      even += odd;
      Real lane[lanes];
      memcpy(lane, &even, sizeof lane);
      for (; i < size; ++i) lane[i % lanes] += reals[i];
      for (int half = lanes / 2; half >= parts; half /= 2) {
        for (int j = 0; j < half; ++j) lane[j] += lane[j + half];
      }
      T sum;
      memcpy(&sum, lane, sizeof sum);
      acc += sum;
    }
  }
};

template <class T>
struct Max {
  using Acc = T;
  using Out = T;
  static constexpr bool counts = false;
  static T identity() {
    if constexpr (is_floating<T>)
      return -num::infinity<T>();
    else
      return same_type<T, uint8_t> ? T(0) : static_cast<T>(INT32_MIN);
  }
  static void take(T& acc, T x, int64_t) { acc = x > acc || x != x ? x : acc; }
  static void merge(T& a, T b) { take(a, b, 0); }
  static T finish(T acc) { return acc; }

  static void run(T& acc, const T* x, int64_t n, int64_t) {
    using Vectors = Lanes<T, kRegisterBytes>;
    constexpr int lanes = Vectors::count;
    int64_t i = 0;
    if (n >= lanes) {
      typename Vectors::Vector best = Vectors::at(x);
      for (i = lanes; i + lanes <= n; i += lanes) {
        const typename Vectors::Vector& v = Vectors::at(x + i);
        best = (v > best) | (v != v) ? v : best;
      }
      for (int j = 0; j < lanes; ++j) take(acc, best[j], 0);
    }
    for (; i < n; ++i) take(acc, x[i], 0);
  }
};

template <class T>
struct Candidate {
  T value;
  int32_t index;
};

template <class T>
struct ArgMax {
  using Acc = Candidate<T>;
  using Out = int32_t;
  static constexpr bool counts = true;
  static Acc identity() { return {Max<T>::identity(), 0}; }
  static bool beats(T x, T best) { return x > best || (x != x && best == best); }
  static void take(Acc& acc, T x, int64_t i) {
    if (beats(x, acc.value)) acc = {x, static_cast<int32_t>(i)};
  }
  static void merge(Acc& a, Acc b) { take(a, b.value, b.index); }
  static int32_t finish(Acc acc) { return acc.index; }

  static void run(Acc& acc, const T* x, int64_t n, int64_t first) {
    T best = Max<T>::identity();
    Max<T>::run(best, x, n, first);
    if (!beats(best, acc.value)) return;
    int64_t i = 0;
    while (x[i] != best && !(best != best && x[i] != x[i])) ++i;
    acc = {best, static_cast<int32_t>(first + i)};
  }
};

// ---- blocked sums ---------------------------------------------------------------------------------------------

// Accumulators in three levels: every kRadix steps a level goes over into the next, so that rounding errors grow slowly with the length.
// The last level is the caller's.
template <class Op, int64_t width>
struct Levels {
  static constexpr int kRadix = 16;
  using Acc = typename Op::Acc;
  Acc level[2][width];
  Acc* last;
  int64_t n, steps = 0;

  Levels(Acc* out, int64_t n_) : last(out), n(n_) {
    clear(level[0]);
    clear(level[1]);
    clear(last);
  }
  // After elements were taken into level[0].
  void step() {
    if (++steps % kRadix == 0) move(level[0], level[1]);
    if (steps % (kRadix * kRadix) == 0) move(level[1], last);
  }
  void finish() {
    move(level[0], level[1]);
    move(level[1], last);
  }

 private:
  int64_t size() const { return width == 1 ? 1 : n; }
  void clear(Acc* acc) {
    for (int64_t j = 0; j < size(); ++j) acc[j] = Op::identity();
  }
  void move(Acc* __restrict from, Acc* __restrict to) {
    for (int64_t j = 0; j < size(); ++j) Op::merge(to[j], from[j]);
    clear(from);
  }
};

// One output: elements [begin, end) of a strided row.
template <class Op, class T>
void reduce_row(const View<T>& row, int64_t begin, int64_t end, typename Op::Acc* out) {
  Levels<Op, 1> levels(out, 1);
  for_blocks(row.space.shape[row.space.ndim - 1], begin, end, [&](int64_t first, int64_t n) {
    T buffer[kBlock];
    Op::run(levels.level[0][0], elements(row, first, n, buffer), n, first);
    levels.step();
  });
  levels.finish();
}

template <class Op>
constexpr int64_t kColumns = 16384 / sizeof(typename Op::Acc);  // a row of accumulators stays in the first-level cache

template <class Op, class T>
void take_row(typename Op::Acc* __restrict acc, const T* __restrict x, int64_t stride, int64_t width, int64_t i) {
  if (stride == 1) {
    for (int64_t j = 0; j < width; ++j) Op::take(acc[j], x[j], i);
  } else {
    for (int64_t j = 0; j < width; ++j) Op::take(acc[j], x[j * stride], i);
  }
}

// `width` outputs side by side, `stride` apart in x: elements [begin, end) of the space `rows` for each.
template <class Op, class T>
void reduce_columns(const T* x, int64_t stride, int64_t width, const IndexSpace<1>& rows, int64_t begin, int64_t end,
                    typename Op::Acc* out) {
  Levels<Op, kColumns<Op>> levels(out, width);
  Cursor<1> cursor = cursor_at(rows, begin);
  for (int64_t i = begin; i < end; ++i, advance(cursor, rows, rows.ndim - 1)) {
    take_row<Op>(levels.level[0], x + cursor.offset[0], stride, width, i);
    levels.step();
  }
  levels.finish();
}

constexpr int64_t kWideRow = 128;

// The same for rows [begin, end) of a dense matrix of short rows: as many as fill kWideRow are taken as one, whose parts are added at the
// end. Vectors of accumulators follow each other then, where one short row would leave them half empty.
template <class Op, class T>
void reduce_short_rows(const T* x, int64_t width, int64_t begin, int64_t end, typename Op::Acc* out) {
  using Acc = typename Op::Acc;
  const int64_t fold = kWideRow / width, wide = fold * width, last = end - (end - begin) % fold;
  Acc parts[kWideRow];
  Levels<Op, kWideRow> levels(parts, wide);
  for (int64_t i = begin; i < last; i += fold) {
    take_row<Op>(levels.level[0], x + i * width, 1, wide, i);
    levels.step();
  }
  levels.finish();
  for (int64_t j = 0; j < width; ++j) out[j] = Op::identity();
  for (int64_t j = 0; j < wide; ++j) Op::merge(out[j % width], parts[j]);
  for (int64_t i = last; i < end; ++i) take_row<Op>(out, x + i * width, 1, width, i);
}

// ---- division of the work -------------------------------------------------------------------------------------

constexpr int64_t kTasks = 64;  // enough for the threads of most machines; fixed, as the order of additions depends on it

// A task is one part of the reduced elements for one tile of outputs; a function of the sizes alone.
struct Division {
  int64_t width, tiles_per_row, tiles, part_length, parts;
};

template <class Op>
Division divide_work(const IndexSpace<1>& kept, int64_t kept_size, int64_t reduced_size) {
  const int32_t last = kept.ndim - 1;
  const int64_t row = kept.shape[last];
  const bool columns = row >= 8 && (kept.stride[0][last] == 1 || reduced_size < kLongRow);
  Division d;
  d.width = columns ? ceil_div(row, ceil_div(row, kColumns<Op>)) : 1;
  d.tiles_per_row = ceil_div(row, d.width);
  d.tiles = kept_size / row * d.tiles_per_row;
  const int64_t shortest = ceil_div(kGrain, d.width), wanted = ceil_div(reduced_size, ceil_div(kTasks, d.tiles));
  d.part_length = wanted > shortest ? wanted : shortest;
  d.parts = ceil_div(reduced_size, d.part_length);  // 0 for an empty sum
  return d;
}

template <class Op, class T>
const char* reduce_as(const ReduceArgs& args) {
  using Acc = typename Op::Acc;
  const int64_t kept_size = size_of(args.kept_ndim, args.kept_shape), reduced_size = size_of(args.reduced_ndim, args.reduced_shape);
  if (kept_size == 0) return nullptr;
  const auto kept = merge_dims<1>(args.kept_ndim, args.kept_shape, {args.kept_stride});
  const auto reduced = merge_dims<1>(args.reduced_ndim, args.reduced_shape, {args.reduced_stride});
  const View<T> view = view_of<T>(reduced, 0, args.x);
  const Division d = divide_work<Op>(kept, kept_size, reduced_size);
  const int64_t row = kept.shape[kept.ndim - 1];
  const bool dense = kept.ndim == 1 && kept.stride[0][0] == 1 && reduced.ndim == 1 && reduced.stride[0][0] == row && row <= kWideRow / 2;
  auto* partial = static_cast<Acc*>(malloc(static_cast<size_t>(d.parts * kept_size) * sizeof(Acc)));
  if (partial == nullptr && d.parts > 0) return "out of memory for partial sums";

  parallel_for(d.tiles * d.parts, grain_of(d.width * minimum(d.part_length, reduced_size)), [&](int64_t first, int64_t last) {
    for (int64_t task = first; task < last; ++task) {
      const int64_t tile = task / d.parts, part = task % d.parts, column = tile % d.tiles_per_row * d.width;
      const int64_t index = tile / d.tiles_per_row * row + column, width = minimum(d.width, row - column);
      const int64_t begin = part * d.part_length, end = minimum(reduced_size, begin + d.part_length);
      View<T> shifted = view;
      shifted.data += cursor_at(kept, index).offset[0];
      Acc* out = partial + part * kept_size + index;
      if (d.width == 1)
        reduce_row<Op>(shifted, begin, end, out);
      else if (dense && !Op::counts)
        reduce_short_rows<Op>(shifted.data, row, begin, end, out);
      else
        reduce_columns<Op>(shifted.data, kept.stride[0][kept.ndim - 1], width, reduced, begin, end, out);
    }
  });
  auto* out = static_cast<typename Op::Out*>(args.out);
  parallel_for(kept_size, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Acc acc = Op::identity();
      for (int64_t part = 0; part < d.parts; ++part) Op::merge(acc, partial[part * kept_size + i]);
      out[i] = Op::finish(acc);
    }
  });
  free(partial);
  return nullptr;
}

}  // namespace

const char* reduce(const ReduceArgs& args, void*) {
  if (args.op == ReduceOp::sum) {
    return visit_all(args.dtype, [&](auto type) {
      using T = typename decltype(type)::type;
      return reduce_as<Sum<T>, T>(args);
    });
  }
  return visit_real(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    return args.op == ReduceOp::max ? reduce_as<Max<T>, T>(args) : reduce_as<ArgMax<T>, T>(args);
  });
}

}  // namespace clebsch::CLEBSCH_ISA
