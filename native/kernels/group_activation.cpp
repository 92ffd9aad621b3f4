#include "kernels/group_activation.h"

#include "kernels/contract_tile.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Lanes are channels of samples, counted through; a task takes some vectors of them all the way, so that nothing but x, g and the result
// touches memory beyond the caches.

constexpr int64_t kTasks = 16;                    // as many as that before a task gets more than a vector
constexpr int64_t kWaveBytes = int64_t{1} << 20;  // the waves of a task, which stay in the second-level cache

// c[i c_row + j] (+)= sum over p < depth of a[i a_row + p a_step] b[p b_step + j], i < rows, j < vectors * kLanes.
template <class T>
void multiply_panel(int64_t rows, int64_t depth, const T* a, int64_t a_row, int64_t a_step, const T* b, int64_t b_step, int64_t vectors,
                    T* c, int64_t c_row, bool add = false) {
  for_tiles<T>(rows, [&](int64_t first, int64_t count) {
    int64_t at_a[kTileRows<T>], at_c[kTileRows<T>];
    for (int64_t i = 0; i < count; ++i) {
      at_a[i] = (first + i) * a_row;
      at_c[i] = (first + i) * c_row;
    }
    tile_kernel_for<T>(count, vectors)(depth, a, at_a, a_step, b, b_step, c, at_c, add);
  });
}

// One operand on its way to the angles.
template <class T>
struct Waves {
  T* rings;   // [n_beta][2L-1][2N-1][width]
  T* even;    // [half][2N-1][width]: what angles p and n_alpha - p share
  T* odd;     // [half][2N-1][width]: that in which they differ by sign
  T* turns;   // [2][2N-1][width]: waves in gamma at one angle and at its mirror image
  T* values;  // [2][n_gamma][width]
};

template <class T>
struct Activation {
  const GroupActivationArgs& args;
  int64_t vectors, width;  // lanes of a task
  int64_t orders_a, orders_g, half;
  const T* alpha;
  const T* gamma;

  Activation(const GroupActivationArgs& args, int64_t vectors)
      : args(args),
        vectors(vectors),
        width(vectors * kLanes<T>),
        orders_a(2 * args.L - 1),
        orders_g(2 * args.N - 1),
        half(args.n_alpha / 2 + 1),
        alpha(static_cast<const T*>(args.alpha)),
        gamma(static_cast<const T*>(args.gamma)) {}

  int64_t ring() const { return orders_a * orders_g * width; }
  int64_t operand_size() const { return args.n_beta * ring() + 2 * half * orders_g * width + 2 * (orders_g + args.n_gamma) * width; }
  int64_t scratch_size() const { return args.size * width + (args.g ? 2 : 1) * operand_size(); }

  Waves<T> waves_in(T* memory) const {
    T* even = memory + args.n_beta * ring();
    T* odd = even + half * orders_g * width;
    T* turns = odd + half * orders_g * width;
    return {memory, even, odd, turns, turns + 2 * orders_g * width};
  }

  // f(first lane within the task, first element in [batch, size, channels] of row 0, lanes) for lanes of one sample each.
  template <class F>
  void for_samples(int64_t first, F f) const {
    const int64_t end = minimum(first + width, args.batch * args.channels);
    for (int64_t lane = first; lane < end;) {
      const int64_t sample = lane / args.channels, channel = lane % args.channels;
      const int64_t count = minimum(args.channels - channel, end - lane);
      f(lane - first, sample * args.size * args.channels + channel, count);
      lane += count;
    }
  }

  void gather(const void* from, int64_t first, T* sorted) const {
    const T* x = static_cast<const T*>(from);
    if (first + width > args.batch * args.channels) memset(sorted, 0, static_cast<size_t>(args.size * width) * sizeof(T));
    for_samples(first, [&](int64_t lane, int64_t at, int64_t count) {
      for (int64_t i = 0; i < args.size; ++i) copy_run(sorted + i * width + lane, x + at + args.rows[i] * args.channels, count);
    });
  }

  void scatter(const T* sorted, int64_t first) const {
    T* out = static_cast<T*>(args.out);
    for_samples(first, [&](int64_t lane, int64_t at, int64_t count) {
      for (int64_t i = 0; i < args.size; ++i) copy_run(out + at + args.rows[i] * args.channels, sorted + i * width + lane, count);
    });
  }

  // f(sorted place, places, table, place among the waves of a ring, whether it adds to an earlier result at the same places).
  template <class F>
  void for_pairs(F f) const {
    const int64_t L = args.L, N = args.N;
    for (int64_t m = 0; m < L; ++m) {
      for (int64_t n = 0; n < N; ++n) {
        const int32_t* pair = args.pairs + 2 * (m * N + n);
        const int64_t degrees = L - (m > n ? m : n), cosines = m * orders_g + n;
        const int64_t to_sine_a = (L - 1) * orders_g, to_sine_g = N - 1;
        if (m > 0 && n > 0) {
          const int64_t depth = 2 * degrees, block = args.n_beta * depth;
          f(pair[0], depth, pair[1], cosines, false);
          f(pair[0], depth, pair[1] + block, cosines + to_sine_a + to_sine_g, true);
          f(pair[0] + depth, depth, pair[1] + 2 * block, cosines + to_sine_g, false);
          f(pair[0] + depth, depth, pair[1] + 3 * block, cosines + to_sine_a, true);
        } else {
          f(pair[0], degrees, pair[1], cosines, false);
          if (m + n > 0) f(pair[0] + degrees, degrees, pair[1], cosines + (m > 0 ? to_sine_a : to_sine_g), false);
        }
      }
    }
  }

  void to_rings(const void* table, const T* sorted, T* rings) const {
    const T* numbers = static_cast<const T*>(table);
    for_pairs([&](int64_t place, int64_t depth, int64_t at, int64_t wave, bool) {
      multiply_panel(args.n_beta, depth, numbers + at, depth, 1, sorted + place * width, width, vectors, rings + wave * width, ring());
    });
  }

  void from_rings(const void* table, const T* rings, T* sorted) const {
    const T* numbers = static_cast<const T*>(table);
    for_pairs([&](int64_t place, int64_t depth, int64_t at, int64_t wave, bool add) {
      multiply_panel(depth, args.n_beta, numbers + at, 1, depth, rings + wave * width, ring(), vectors, sorted + place * width, width, add);
    });
  }

  void to_angles(const T* ring, const Waves<T>& w) const {
    const int64_t step = orders_g * width;
    for (int64_t g = 0; g < step; g += width) {
      multiply_panel(half, args.L, alpha, orders_a, 1, ring + g, step, vectors, w.even + g, step);
      multiply_panel(half, args.L - 1, alpha + args.L, orders_a, 1, ring + args.L * step + g, step, vectors, w.odd + g, step);
    }
  }

  void from_angles(const Waves<T>& w, T* ring) const {
    const int64_t step = orders_g * width;
    for (int64_t g = 0; g < step; g += width) {
      multiply_panel(args.L, half, alpha, 1, orders_a, w.even + g, step, vectors, ring + g, step);
      multiply_panel(args.L - 1, half, alpha + args.L, 1, orders_a, w.odd + g, step, vectors, ring + args.L * step + g, step);
    }
  }

  // Values at angle p and, where that is another one, at n_alpha - p.
  void to_values(const Waves<T>& w, int64_t p, int64_t images) const {
    const int64_t step = orders_g * width;
    const T *even = w.even + p * step, *odd = w.odd + p * step;
    for (int64_t i = 0; i < step; ++i) {
      w.turns[i] = even[i] + odd[i];
      w.turns[step + i] = even[i] - odd[i];
    }
    for (int64_t k = 0; k < images; ++k)
      multiply_panel(args.n_gamma, orders_g, gamma, orders_g, 1, w.turns + k * step, width, vectors, w.values + k * args.n_gamma * width,
                     width);
  }

  void from_values(const Waves<T>& w, int64_t p, int64_t images) const {
    const int64_t step = orders_g * width;
    for (int64_t k = 0; k < images; ++k)
      multiply_panel(orders_g, args.n_gamma, gamma, 1, orders_g, w.values + k * args.n_gamma * width, width, vectors, w.turns + k * step,
                     width);
    T *even = w.even + p * step, *odd = w.odd + p * step;
    for (int64_t i = 0; i < step; ++i) {
      const T mirrored = images == 2 ? w.turns[step + i] : T(0);
      even[i] = w.turns[i] + mirrored;
      odd[i] = images == 2 ? w.turns[i] - mirrored : T(0);
    }
  }

  // The waves of a ring become those of the activated values.
  template <UnaryOp op>
  void activate(T* ring_x, const T* ring_g, const Waves<T>& x, const Waves<T>& g) const {
    to_angles(ring_x, x);
    if (ring_g) to_angles(ring_g, g);
    for (int64_t p = 0; p < half; ++p) {
      const int64_t images = p == 0 || 2 * p == args.n_alpha ? 1 : 2, count = images * args.n_gamma * width;
      to_values(x, p, images);
      if (ring_g) {
        to_values(g, p, images);
        for (int64_t i = 0; i < count; ++i) x.values[i] = derivative<op>(x.values[i]) * g.values[i];
      } else {
        for (int64_t i = 0; i < count; ++i) x.values[i] = apply<op>(x.values[i]);
      }
      from_values(x, p, images);
    }
    from_angles(x, ring_x);
  }

  template <UnaryOp op>
  void run(int64_t first, T* memory) const {
    T* sorted = memory;
    const Waves<T> x = waves_in(sorted + args.size * width), g = waves_in(sorted + args.size * width + (args.g ? operand_size() : 0));
    gather(args.x, first, sorted);
    to_rings(args.table_x, sorted, x.rings);
    if (args.g) {
      gather(args.g, first, sorted);
      to_rings(args.table_g, sorted, g.rings);
    }
    for (int64_t t = 0; t < args.n_beta; ++t) activate<op>(x.rings + t * ring(), args.g ? g.rings + t * ring() : nullptr, x, g);
    from_rings(args.table_out, x.rings, sorted);
    scatter(sorted, first);
  }
};

// Vectors of a task: many where that leaves tasks enough and its waves small. It does not depend on the number of threads.
template <class T>
int64_t vectors_of_task(const GroupActivationArgs& args) {
  const int64_t all = ceil_div(args.batch * args.channels, kLanes<T>);
  const int64_t bytes = args.n_beta * (2 * args.L - 1) * (2 * args.N - 1) * kVectorBytes;
  const int64_t wanted = minimum(minimum(kTileVectors<T>, all / kTasks), kWaveBytes / bytes);
  return wanted < 1 ? 1 : wanted;
}

template <UnaryOp op, class T>
const char* activate_signals(const GroupActivationArgs& args) {
  const Activation<T> activation(args, vectors_of_task<T>(args));
  bool failed = false;
  parallel_for(ceil_div(args.batch * args.channels, activation.width), 1, [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    T* memory = static_cast<T*>(scratch.reserve(static_cast<size_t>(activation.scratch_size()) * sizeof(T)));
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    for (int64_t task = begin; task < end; ++task) activation.template run<op>(task * activation.width, memory);
  });
  return failed ? "no memory for the waves of an activation" : nullptr;
}

}  // namespace

const char* group_activation(const GroupActivationArgs& args, void*) {
  if (args.batch * args.channels == 0) return nullptr;
  return visit_activation(args, [&](auto op, auto type) { return activate_signals<op.value, typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
