#include "kernels/cpu_loop.h"
#include "kernels/scratch.h"
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Lanes are channels of samples, counted through. A task packs the signals of some vectors of lanes, orders of a fragment next to each
// other, so that every row is whole vectors and m -> -m a change of sign; the products of a group stay in registers.

constexpr int64_t kTasks = kFusedParts;              // with fewer blocks of lanes, the results are split too
constexpr int64_t kTermsPerRow = 16;                 // that make packing a row once more worth it
constexpr int64_t kScratchBytes = int64_t{1} << 20;  // wider tasks only where their signals fit here
constexpr int64_t kStepBytes = int64_t{1} << 15;     // and the fragments of a step here
constexpr int kMaxVectors = kVectorRegisters / 8;    // that leave room for the sums of both orders

// Sums of products: for real numbers one, or two where few vectors would wait for each other, added at the end; for complex ones
// (re re, im im) and (re im, im re).
template <class T, int vectors>
struct Sums {
  using R = RealOf<T>;
  static constexpr int kSplit = kParts<T> == 2 || 2 * vectors < 8 ? 2 : 1;
  Vector<R> part[kSplit][vectors] = {};

  template <int sign = 1>
  void add(int half, int v, Vector<R> f, Vector<R> s) {
    if constexpr (kParts<T> == 1) {
      part[half % kSplit][v] += sign * f * s;
    } else {
      part[0][v] += sign * f * s;
      part[1][v] += sign * f * swap_pairs<R>(s);
    }
  }

  Vector<R> total(int v) const {
    if constexpr (kSplit == 1) return part[0][v];
    if constexpr (kParts<T> == 1) return part[0][v] + part[kSplit - 1][v];
    return complex_from_products<R>(part[0][v], part[kSplit - 1][v]);
  }
};

// w v with a number of the tensor's type.
template <class T>
inline Vector<RealOf<T>> scaled(Vector<RealOf<T>> v, T w) {
  using R = RealOf<T>;
  if constexpr (kParts<T> == 1) {
    return w * v;
  } else {
    const Vector<R> im = w.im - Vector<R>{};
    return w.re * v + swap_pairs<R>(v) * blend_pairs<R>(-im, im);
  }
}

// The sums A and B of a group.
template <class T, int vectors>
struct Product {
  using R = RealOf<T>;
  static constexpr int64_t kRow = vectors * kWidth<R>;  // reals of a row
  Sums<T, vectors> a, b;

  static int64_t first_row(int32_t orders) { return static_cast<int16_t>(orders & 0xffff) * kRow; }
  static int64_t second_row(int32_t orders) { return (orders >> 16) * kRow; }

  [[gnu::always_inline]] void add_pair(const FusedGroup& g, const int32_t* orders, const R* values, const R* p, const R* q) {
    for (int32_t i = 0; i < g.count; ++i) {
      const int64_t f = first_row(orders[i]), s = second_row(orders[i]);
      const R c = values[2 * i], d = values[2 * i + 1];
      for (int v = 0; v < vectors; ++v) {
        const R *at_f = p + v * kWidth<R>, *at_s = q + v * kWidth<R>;
        const Vector<R> plus = c * load(at_f + f), minus = d * load(at_f - f), to_plus = load(at_s + s), to_minus = load(at_s - s);
        a.add(0, v, plus, to_plus);
        a.add(1, v, minus, to_minus);
        b.add(0, v, plus, to_minus);
        b.template add<-1>(1, v, minus, to_plus);
      }
    }
    if (!g.single) return;
    const int64_t f = first_row(orders[g.count]);
    const R c = values[2 * g.count], d = values[2 * g.count + 1];
    for (int v = 0; v < vectors; ++v) {
      const R* at_f = p + v * kWidth<R>;
      const Vector<R> zero = load(q + v * kWidth<R>);
      a.add(0, v, c * load(at_f + f), zero);
      b.add(0, v, d * load(at_f - f), zero);
    }
  }

  [[gnu::always_inline]] void add_terms(int32_t count, const int32_t* orders, const R* values, const R* p, const R* q) {
    for (int32_t i = 0; i < count; ++i) {
      const R *f = p + first_row(orders[i]), *s = q + second_row(orders[i]);
      for (int v = 0; v < vectors; ++v) a.add(i & 1, v, values[i] * load(f + v * kWidth<R>), load(s + v * kWidth<R>));
    }
  }

  [[gnu::always_inline]] Product(const FusedProductArgs& args, const FusedGroup& g, const R* p, const R* q) {
    const int32_t* orders = args.orders + g.order;
    const R* values = static_cast<const R*>(args.values) + g.value;
    if (g.pair)
      add_pair(g, orders, values, p, q);
    else
      add_terms(g.count, orders, values, p, q);
  }
};

// The packed signals of one block of lanes, in a thread's memory.
template <class T>
struct Packed {
  using R = RealOf<T>;
  R *z, *a, *b;
  R* weighted;  // [2l+1] rows: z times the weights of a step
  R* partial;   // rows of a unit: sums of some steps
  R* dots;      // per weight of a step, kParts vectors
};

template <class T, int vectors>
struct Fused {
  using R = RealOf<T>;
  static constexpr int64_t kRow = vectors * kWidth<R>, kWide = vectors * kLanes<T>;
  const FusedProductArgs& args;
  const bool same;  // one packed copy serves as both factors
  int64_t widest = 0, highest = 0, unit_rows = 0;

  explicit Fused(const FusedProductArgs& args) : args(args), same(args.role != 2 && args.a == args.b) {
    for (int32_t i = 0; i < args.unit_step[args.units]; ++i) {
      if (args.steps[i].count > widest) widest = args.steps[i].count;
      if (args.steps[i].l > highest) highest = args.steps[i].l;
    }
    for (int64_t u = 0; args.role != 1 && u < args.units; ++u) {
      const int64_t rows = args.unit_place[u + 1] - args.unit_place[u];
      if (rows > unit_rows) unit_rows = rows;
    }
  }

  int64_t scratch_rows() const { return args.rows_z + args.rows_a + (same ? 0 : args.rows_b) + 2 * highest + 1 + unit_rows; }
  size_t scratch_bytes() const { return static_cast<size_t>(scratch_rows() * kRow + widest * kParts<T> * kWidth<R>) * sizeof(R); }

  Packed<T> packed_in(void* memory) const {
    Packed<T> packed;
    packed.z = static_cast<R*>(memory);
    packed.a = packed.z + args.rows_z * kRow;
    packed.b = same ? packed.a : packed.a + args.rows_a * kRow;
    packed.weighted = packed.b + args.rows_b * kRow;
    packed.partial = packed.weighted + (2 * highest + 1) * kRow;
    packed.dots = packed.partial + unit_rows * kRow;
    return packed;
  }

  // f(first lane within the block, first element of that sample in a signal of one row, lanes) for lanes of one sample each.
  template <class F>
  void for_samples(int64_t block, F f) const {
    const int64_t first = block * kWide, end = minimum(first + kWide, args.batch * args.channels);
    for (int64_t lane = first; lane < end;) {
      const int64_t sample = lane / args.channels, channel = lane % args.channels;
      const int64_t count = minimum(args.channels - channel, end - lane);
      f(lane - first, sample, channel, count);
      lane += count;
    }
  }

  void pack(const void* from, const int32_t* index, int64_t rows, int64_t block, R* to) const {
    if ((block + 1) * kWide > args.batch * args.channels) memset(to, 0, static_cast<size_t>(rows * kRow) * sizeof(R));
    for_samples(block, [&](int64_t lane, int64_t sample, int64_t channel, int64_t count) {
      const T* x = static_cast<const T*>(from) + sample * rows * args.channels + channel;
      T* out = reinterpret_cast<T*>(to) + lane;
      for (int64_t i = 0; i < rows; ++i) copy_elements(out + i * kWide, x + index[i] * args.channels, count);
    });
  }

  void unpack(const R* from, const int32_t* index, int64_t rows, int64_t begin, int64_t end, int64_t block) const {
    for_samples(block, [&](int64_t lane, int64_t sample, int64_t channel, int64_t count) {
      T* out = static_cast<T*>(args.out) + sample * rows * args.channels + channel;
      const T* x = reinterpret_cast<const T*>(from) + lane;
      for (int64_t i = begin; i < end; ++i) copy_elements(out + index[i] * args.channels, x + i * kWide, count);
    });
  }

  // f(order, sums) for both orders of every group.
  template <class F>
  [[gnu::always_inline]] void for_groups(const FusedStep& step, const R* p, const R* q, F f) const {
    for (int32_t g = step.group; g < step.group + step.groups; ++g) {
      const FusedGroup& group = args.groups[g];
      const Product<T, vectors> product(args, group, p, q);
      f(group.a, product.a);
      if (group.pair) f(-group.a, product.b);
    }
  }

  static void accumulate(R* to, Vector<R> v) { store<R>(to, load(to) + v); }

  // `out` is the row of place `first` of the result, as in the next.
  void step_to_z(const FusedStep& step, const Packed<T>& packed, R* out, int64_t first) const {
    const T* w = static_cast<const T*>(args.w) + step.w;
    R* z = out + (step.z - first) * kRow;
    const int64_t fragment = (2 * step.l + 1) * kRow;
    for_groups(step, packed.a + step.a * kRow, packed.b + step.b * kRow, [&](int32_t order, const Sums<T, vectors>& sums) {
      R* to = z + order * kRow;
      for (int32_t k = 0; k < step.count; ++k) {
        for (int v = 0; v < vectors; ++v) accumulate(to + k * fragment + v * kWidth<R>, scaled<T>(sums.total(v), w[k]));
      }
    });
  }

  void step_to_a(const FusedStep& step, const Packed<T>& packed, R* out, int64_t first) const {
    const T* w = static_cast<const T*>(args.w) + step.w;
    const int64_t fragment = (2 * step.l + 1) * kRow;
    const R* z = packed.z + (step.z - step.l) * kRow;
    for (int64_t i = 0; i < fragment; i += kWidth<R>) {
      Vector<R> sum = {};
      for (int32_t k = 0; k < step.count; ++k) sum += scaled<T>(load(z + k * fragment + i), w[k]);
      store<R>(packed.weighted + i, sum);
    }
    R* to = out + (step.a - first) * kRow;
    for_groups(step, packed.weighted + step.l * kRow, packed.b + step.b * kRow, [&](int32_t order, const Sums<T, vectors>& sums) {
      for (int v = 0; v < vectors; ++v) accumulate(to + order * kRow + v * kWidth<R>, sums.total(v));
    });
  }

  // Adds to the weights' sums, kParts reals each.
  void step_to_w(const FusedStep& step, const Packed<T>& packed, double* sums) const {
    const R* z = packed.z + step.z * kRow;
    const int64_t fragment = (2 * step.l + 1) * kRow;
    memset(packed.dots, 0, static_cast<size_t>(step.count * kParts<T> * kWidth<R>) * sizeof(R));
    for_groups(step, packed.a + step.a * kRow, packed.b + step.b * kRow, [&](int32_t order, const Sums<T, vectors>& product) {
      for (int32_t k = 0; k < step.count; ++k) {
        const R* from = z + k * fragment + order * kRow;
        Vector<R> dot[kParts<T>] = {};
        for (int v = 0; v < vectors; ++v) {
          const Vector<R> factor = load(from + v * kWidth<R>), total = product.total(v);
          dot[0] += total * factor;
          if constexpr (kParts<T> == 2) dot[1] += total * swap_pairs<R>(factor);
        }
        for (int i = 0; i < kParts<T>; ++i) accumulate(packed.dots + (k * kParts<T> + i) * kWidth<R>, dot[i]);
      }
    });
    for (int32_t k = 0; k < step.count; ++k) add_lanes(packed.dots + k * kParts<T> * kWidth<R>, sums + (step.w + k) * kParts<T>);
  }

  static void add_lanes(const R* dot, double* sum) {
    if constexpr (kParts<T> == 1) {
      sum[0] += sum_lanes<R, 1>(load(dot))[0];
    } else {
      const Vector<R> straight = sum_lanes<R, 2>(load(dot)), crossed = sum_lanes<R, 2>(load(dot + kWidth<R>));
      sum[0] += static_cast<double>(straight[0]) - straight[1];
      sum[1] += static_cast<double>(crossed[0]) + crossed[1];
    }
  }

  // Units of part `part` of `parts`.
  int32_t unit_at(int64_t part, int64_t parts) const { return args.part[kFusedParts * part / parts]; }

  void run_steps(int32_t begin, int32_t end, const Packed<T>& packed, R* out, int64_t first) const {
    for (int32_t i = begin; i < end; ++i) {
      if (args.role == 0)
        step_to_z(args.steps[i], packed, out, first);
      else
        step_to_a(args.steps[i], packed, out, first);
    }
  }

  // All steps to one degree of the result, with partial sums: rounding errors grow with the root of their number.
  void run_unit(int32_t unit, const Packed<T>& packed) const {
    const int32_t begin = args.unit_step[unit], end = args.unit_step[unit + 1];
    const int64_t first = args.unit_place[unit], rows = args.unit_place[unit + 1] - first;
    const int32_t some = static_cast<int32_t>(minimum(end - begin, kFusedSumSteps + rows / (2 * unit + 1)));
    R* out = (args.role == 0 ? packed.z : packed.a) + first * kRow;
    run_steps(begin, begin + some, packed, out, first);
    for (int32_t i = begin + some; i < end; i += some) {
      memset(packed.partial, 0, static_cast<size_t>(rows * kRow) * sizeof(R));
      run_steps(i, static_cast<int32_t>(minimum(i + some, end)), packed, packed.partial, first);
      for (int64_t k = 0; k < rows * kRow; k += kWidth<R>) accumulate(out + k, load(packed.partial + k));
    }
  }

  // A signal: part of the results of one block.
  void run_signal(int64_t block, int64_t part, int64_t parts, void* memory) const {
    const Packed<T> packed = packed_in(memory);
    const int32_t first = unit_at(part, parts), last = unit_at(part + 1, parts), begin = args.unit_place[first],
                  end = args.unit_place[last];
    if (begin == end) return;
    const bool to_z = args.role == 0;
    R* out = to_z ? packed.z : packed.a;
    memset(out + begin * kRow, 0, static_cast<size_t>((end - begin) * kRow) * sizeof(R));
    if (to_z)
      pack(args.a, args.index_a, args.rows_a, block, packed.a);
    else
      pack(args.z, args.index_z, args.rows_z, block, packed.z);
    if (!same) pack(args.b, args.index_b, args.rows_b, block, packed.b);
    for (int32_t unit = first; unit < last; ++unit) run_unit(unit, packed);
    unpack(out, to_z ? args.index_z : args.index_a, to_z ? args.rows_z : args.rows_a, begin, end, block);
  }

  // Weights: part of them, summed over the blocks [begin, end).
  void run_weights(int64_t begin, int64_t end, int64_t part, int64_t parts, double* sums, void* memory) const {
    const Packed<T> packed = packed_in(memory);
    const int32_t first = args.unit_step[unit_at(part, parts)], last = args.unit_step[unit_at(part + 1, parts)];
    for (int64_t block = begin; first < last && block < end; ++block) {
      pack(args.z, args.index_z, args.rows_z, block, packed.z);
      pack(args.a, args.index_a, args.rows_a, block, packed.a);
      if (!same) pack(args.b, args.index_b, args.rows_b, block, packed.b);
      for (int32_t i = first; i < last; ++i) step_to_w(args.steps[i], packed, sums);
    }
  }
};

constexpr const char* kNoMemory = "no memory for the signals of a fused product";

// f(task, the thread's memory) for every task.
template <class F>
const char* for_tasks(int64_t tasks, size_t bytes, F f) {
  bool failed = false;
  parallel_for(tasks, 1, [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    void* memory = scratch.reserve(bytes);
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    for (int64_t task = begin; task < end; ++task) f(task, memory);
  });
  return failed ? kNoMemory : nullptr;
}

// Of the results, where there are few blocks of lanes and so much work that all parts may pack the signals.
int64_t parts_of(const FusedProductArgs& args, int64_t blocks) {
  int64_t parts = ceil_div(kTasks, blocks < 1 ? 1 : blocks);
  while (parts > 1 && parts * kTermsPerRow * (args.rows_z + args.rows_a + args.rows_b) > 2 * args.terms) parts /= 2;
  return parts;
}

template <class T, int vectors>
const char* sum_weights(const Fused<T, vectors>& fused, int64_t blocks) {
  static thread_local Scratch scratch;
  const FusedProductArgs& args = fused.args;
  const int64_t chunks = minimum(blocks, kTasks), parts = parts_of(args, chunks), size = args.weights * kParts<T>;
  const size_t bytes = static_cast<size_t>(chunks * size) * sizeof(double);
  double* sums = static_cast<double*>(scratch.reserve(bytes + 1));
  if (sums == nullptr) return kNoMemory;
  memset(sums, 0, bytes);
  const char* error = for_tasks(chunks * parts, fused.scratch_bytes(), [&](int64_t task, void* memory) {
    const int64_t chunk = task / parts;
    fused.run_weights(blocks * chunk / chunks, blocks * (chunk + 1) / chunks, task % parts, parts, sums + chunk * size, memory);
  });
  auto* out = static_cast<RealOf<T>*>(args.out);
  for (int64_t i = 0; i < size; ++i) {
    double sum = 0;
    for (int64_t chunk = 0; chunk < chunks; ++chunk) sum += sums[chunk * size + i];
    out[i] = static_cast<RealOf<T>>(sum);
  }
  return error;
}

template <class T, int vectors>
const char* run(const FusedProductArgs& args) {
  const Fused<T, vectors> fused(args);
  const int64_t blocks = ceil_div(args.batch * args.channels, fused.kWide);
  if (args.role == 1) return sum_weights(fused, blocks);
  const int64_t parts = parts_of(args, blocks);
  return for_tasks(blocks * parts, fused.scratch_bytes(),
                   [&](int64_t task, void* memory) { fused.run_signal(task / parts, task % parts, parts, memory); });
}

// The most vectors that the lanes fill and whose signals fit.
template <class T, int vectors = kMaxVectors>
const char* run_widest(const FusedProductArgs& args) {
  if constexpr (vectors > 1) {
    const int64_t signals = (args.rows_z + args.rows_a + args.rows_b) * vectors * kVectorBytes;
    const bool fits = signals <= kScratchBytes && args.step_rows * vectors * kVectorBytes <= kStepBytes;
    if (!fits || args.batch * args.channels <= vectors / 2 * kLanes<T>) return run_widest<T, vectors / 2>(args);
  }
  return run<T, vectors>(args);
}

}  // namespace

const char* fused_product(const FusedProductArgs& args, void*) {
  if (args.role != 1 && args.batch * args.channels == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) { return run_widest<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
