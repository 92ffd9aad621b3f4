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

// Sums over the even and the odd orders of cosines, then of sines, are alike at four angles, alpha and its mirror images, but for signs.
constexpr int kMirrors = 4;

// One operand on its way to the angles.
template <class T>
struct Waves {
  T* rings;   // [n_beta][2L-1][2N-1][width]
  T* sums;    // [kMirrors][quarter][2N-1][width]
  T* turns;   // [kMirrors][2N-1][width]: waves in gamma at an angle and its mirror images
  T* values;  // [n_gamma][width]
};

// What the four sums make of the turns at alpha, -alpha, pi - alpha and pi + alpha, and the other way around.
template <class T>
void mirror(const T* in, int64_t in_step, T* out, int64_t out_step, int64_t count) {
  for (int64_t i = 0; i < count; i += kLanes<T>) {
    const Vector<T> x[] = {load(in + i), load(in + in_step + i), load(in + 2 * in_step + i), load(in + 3 * in_step + i)};
    const Vector<T> cosines = x[0] + x[1], turned_cosines = x[0] - x[1], sines = x[2] + x[3], turned_sines = x[2] - x[3];
    store<T>(out + i, cosines + sines);
    store<T>(out + out_step + i, cosines - sines);
    store<T>(out + 2 * out_step + i, turned_cosines - turned_sines);
    store<T>(out + 3 * out_step + i, turned_cosines + turned_sines);
  }
}

// The small matrix between waves in gamma and values, gamma [n_gamma][orders], for lanes of vectors; `fixed` orders stay in registers.
template <class T, int fixed>
struct Gamma {
  const T* gamma;
  int64_t n_gamma, orders, width;

  void to_values(const T* turn, T* values) const {
    for (int64_t v = 0; v < width; v += kLanes<T>) {
      Vector<T> wave[fixed];
      for (int g = 0; g < fixed; ++g) wave[g] = load(turn + g * width + v);
      for (int64_t r = 0; r < n_gamma; ++r) {
        Vector<T> sum = gamma[r * fixed] * wave[0];
        for (int g = 1; g < fixed; ++g) sum += gamma[r * fixed + g] * wave[g];
        store<T>(values + r * width + v, sum);
      }
    }
  }

  void from_values(const T* values, T* turn) const {
    for (int64_t v = 0; v < width; v += kLanes<T>) {
      Vector<T> wave[fixed] = {};
      for (int64_t r = 0; r < n_gamma; ++r) {
        const Vector<T> value = load(values + r * width + v);
        for (int g = 0; g < fixed; ++g) wave[g] += gamma[r * fixed + g] * value;
      }
      for (int g = 0; g < fixed; ++g) store<T>(turn + g * width + v, wave[g]);
    }
  }
};

// As many orders as there are: a product of matrices.
template <class T>
struct Gamma<T, 0> {
  const T* gamma;
  int64_t n_gamma, orders, width;

  void to_values(const T* turn, T* values) const {
    multiply_panel(n_gamma, orders, gamma, orders, 1, turn, width, width / kLanes<T>, values, width);
  }
  void from_values(const T* values, T* turn) const {
    multiply_panel(orders, n_gamma, gamma, 1, orders, values, width, width / kLanes<T>, turn, width);
  }
};

template <class T>
struct Activation {
  const GroupActivationArgs& args;
  int64_t vectors, width;  // lanes of a task
  int64_t orders_a, orders_g, quarter;
  const T* alpha;
  const T* gamma;

  Activation(const GroupActivationArgs& args, int64_t vectors)
      : args(args),
        vectors(vectors),
        width(vectors * kLanes<T>),
        orders_a(2 * args.L - 1),
        orders_g(2 * args.N - 1),
        quarter(args.n_alpha / kMirrors + 1),
        alpha(static_cast<const T*>(args.alpha)),
        gamma(static_cast<const T*>(args.gamma)) {}

  int64_t ring() const { return orders_a * orders_g * width; }
  int64_t operand_size() const { return args.n_beta * ring() + (kMirrors * (quarter + 1) * orders_g + args.n_gamma) * width; }
  int64_t scratch_size() const { return args.size * width + (args.g ? 2 : 1) * operand_size(); }  // before the places of the rows

  Waves<T> waves_in(T* memory) const {
    T* sums = memory + args.n_beta * ring();
    T* turns = sums + kMirrors * quarter * orders_g * width;
    return {memory, sums, turns, turns + kMirrors * orders_g * width};
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

  // The sorted place of every row: signals are read and written from front to back.
  void list_places(int32_t* places) const {
    for (int64_t i = 0; i < args.size; ++i) places[args.rows[i]] = static_cast<int32_t>(i);
  }

  void gather(const void* from, int64_t first, const int32_t* places, T* sorted) const {
    const T* x = static_cast<const T*>(from);
    if (first + width > args.batch * args.channels) memset(sorted, 0, static_cast<size_t>(args.size * width) * sizeof(T));
    for_samples(first, [&](int64_t lane, int64_t at, int64_t count) {
      for (int64_t i = 0; i < args.size; ++i) copy_elements(sorted + places[i] * width + lane, x + at + i * args.channels, count);
    });
  }

  void scatter(const T* sorted, int64_t first, const int32_t* places) const {
    T* out = static_cast<T*>(args.out);
    for_samples(first, [&](int64_t lane, int64_t at, int64_t count) {
      for (int64_t i = 0; i < args.size; ++i) copy_elements(out + at + i * args.channels, sorted + places[i] * width + lane, count);
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

  // f(sum, first wave in alpha, waves): the orders that one of the sums at the angles takes, every second.
  template <class F>
  void for_sums(F f) const {
    const int64_t L = args.L;
    f(0, int64_t{0}, (L + 1) / 2);
    f(1, int64_t{1}, L / 2);
    f(2, L + 1, (L - 1) / 2);
    f(3, L, L / 2);
  }

  void to_angles(const T* ring, const Waves<T>& w) const {
    const int64_t step = orders_g * width;
    for_sums([&](int64_t k, int64_t first, int64_t count) {
      for (int64_t g = 0; g < step; g += width)
        multiply_panel(quarter, count, alpha + first, orders_a, 2, ring + first * step + g, 2 * step, vectors,
                       w.sums + k * quarter * step + g, step);
    });
  }

  void from_angles(const Waves<T>& w, T* ring) const {
    const int64_t step = orders_g * width;
    for_sums([&](int64_t k, int64_t first, int64_t count) {
      for (int64_t g = 0; g < step; g += width)
        multiply_panel(count, quarter, alpha + first, 2, orders_a, w.sums + k * quarter * step + g, step, vectors, ring + first * step + g,
                       2 * step);
    });
  }

  // Whether mirror image k of angle p is another angle than those before it.
  bool distinct(int64_t p, int k) const { return k == 0 || (p == 0 ? k == 2 : p < quarter - 1 || k == 1); }

  // The waves of a ring become those of the activated values.
  template <UnaryOp op, int orders>
  void activate(T* ring_x, const T* ring_g, const Waves<T>& x, const Waves<T>& g) const {
    const Gamma<T, orders> turn{gamma, args.n_gamma, orders_g, width};
    const int64_t step = orders_g * width, count = args.n_gamma * width;
    to_angles(ring_x, x);
    if (ring_g) to_angles(ring_g, g);
    for (int64_t p = 0; p < quarter; ++p) {
      mirror(x.sums + p * step, quarter * step, x.turns, step, step);
      if (ring_g) mirror(g.sums + p * step, quarter * step, g.turns, step, step);
      for (int k = 0; k < kMirrors; ++k) {
        if (!distinct(p, k)) {
          memset(x.turns + k * step, 0, static_cast<size_t>(step) * sizeof(T));
          continue;
        }
        turn.to_values(x.turns + k * step, x.values);
        if (ring_g) {
          turn.to_values(g.turns + k * step, g.values);
          for (int64_t i = 0; i < count; ++i) x.values[i] = derivative<op>(x.values[i]) * g.values[i];
        } else {
          for (int64_t i = 0; i < count; ++i) x.values[i] = apply<op>(x.values[i]);
        }
        turn.from_values(x.values, x.turns + k * step);
      }
      mirror(x.turns, step, x.sums + p * step, quarter * step, step);
    }
    from_angles(x, ring_x);
  }

  template <UnaryOp op, int orders>
  void run(int64_t first, T* memory, const int32_t* places) const {
    T* sorted = memory;
    const Waves<T> x = waves_in(sorted + args.size * width), g = waves_in(sorted + args.size * width + (args.g ? operand_size() : 0));
    gather(args.x, first, places, sorted);
    to_rings(args.table_x, sorted, x.rings);
    if (args.g) {
      gather(args.g, first, places, sorted);
      to_rings(args.table_g, sorted, g.rings);
    }
    for (int64_t t = 0; t < args.n_beta; ++t) activate<op, orders>(x.rings + t * ring(), args.g ? g.rings + t * ring() : nullptr, x, g);
    from_rings(args.table_out, x.rings, sorted);
    scatter(sorted, first, places);
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

template <UnaryOp op, int orders, class T>
const char* activate_signals(const GroupActivationArgs& args) {
  const Activation<T> activation(args, vectors_of_task<T>(args));
  bool failed = false;
  parallel_for(ceil_div(args.batch * args.channels, activation.width), 1, [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    const size_t reals = static_cast<size_t>(activation.scratch_size());
    T* memory = static_cast<T*>(scratch.reserve(reals * sizeof(T) + static_cast<size_t>(args.size) * sizeof(int32_t)));
    if (memory == nullptr) {
      __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
      return;
    }
    int32_t* places = reinterpret_cast<int32_t*>(memory + reals);
    activation.list_places(places);
    for (int64_t task = begin; task < end; ++task) activation.template run<op, orders>(task * activation.width, memory, places);
  });
  return failed ? "no memory for the waves of an activation" : nullptr;
}

}  // namespace

const char* group_activation(const GroupActivationArgs& args, void*) {
  if (args.batch * args.channels == 0) return nullptr;
  return visit_activation(args, [&](auto op, auto type) {
    using T = typename decltype(type)::type;
    switch (args.N) {
      case 1:
        return activate_signals<op.value, 1, T>(args);
      case 2:
        return activate_signals<op.value, 3, T>(args);
      case 3:
        return activate_signals<op.value, 5, T>(args);
      default:
        return activate_signals<op.value, 0, T>(args);
    }
  });
}

}  // namespace clebsch::CLEBSCH_ISA
