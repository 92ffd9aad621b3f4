#include "cuda/launch.cuh"
#include "kernels/group_activation.h"

namespace clebsch::accelerator {
namespace {

// Each step is a gather, one thread per result, channels fastest. Between the steps lie, per sample and ring:
// waves [2L-1][2N-1][C], and at the angles [n_alpha][2N-1][C].
struct Step {
  GroupActivationArgs args;
  const void* from;   // what this step reads: coefficients, waves, or values at the angles
  const void* other;  // the same of g
  const void* table;
  void* to;
  int64_t items;
};

// Splits an item number, fastest index first.
__device__ inline int64_t take(int64_t& item, int64_t size) {
  const int64_t index = item % size;
  item /= size;
  return index;
}

// Where the coefficients and the table of one wave are.
struct Wave {
  int64_t place, table, depth;
};
__device__ inline Wave locate_wave(const GroupActivationArgs& args, int64_t a, int64_t g) {
  const bool sine_a = a >= args.L, sine_g = g >= args.N;
  const int64_t m = sine_a ? a - args.L + 1 : a, n = sine_g ? g - args.N + 1 : g;
  const int32_t* pair = args.pairs + 2 * (m * args.N + n);
  const int64_t degrees = args.L - (m > n ? m : n);
  if (m == 0 || n == 0) return {pair[0] + (sine_a || sine_g ? degrees : 0), pair[1], degrees};
  const int64_t depth = 2 * degrees, system = sine_a != sine_g;
  return {pair[0] + system * depth, pair[1] + (2 * system + sine_a) * args.n_beta * depth, depth};
}

template <class T>
__global__ void __launch_bounds__(kThreads) to_rings_kernel(const __grid_constant__ Step step) {
  const GroupActivationArgs& args = step.args;
  for (int64_t i = first_item(); i < step.items; i += item_step()) {
    int64_t rest = i;
    const int64_t c = take(rest, args.channels), g = take(rest, 2 * args.N - 1), a = take(rest, 2 * args.L - 1);
    const int64_t t = take(rest, args.n_beta);
    const Wave wave = locate_wave(args, a, g);
    const T* x = static_cast<const T*>(step.from) + rest * args.size * args.channels + c;
    const T* numbers = static_cast<const T*>(step.table) + wave.table + t * wave.depth;
    T sum{};
    for (int64_t k = 0; k < wave.depth; ++k) sum += numbers[k] * x[args.rows[wave.place + k] * args.channels];
    static_cast<T*>(step.to)[i] = sum;
  }
}

// Waves in alpha to angles, or, transposed, back.
template <class T, bool to_angles>
__global__ void __launch_bounds__(kThreads) alpha_kernel(const __grid_constant__ Step step) {
  const GroupActivationArgs& args = step.args;
  const int64_t inner = (2 * args.N - 1) * args.channels, orders = 2 * args.L - 1;
  const int64_t size = to_angles ? orders : args.n_alpha, results = to_angles ? args.n_alpha : orders;
  for (int64_t i = first_item(); i < step.items; i += item_step()) {
    int64_t rest = i;
    const int64_t at = take(rest, inner), result = take(rest, results);
    const T* x = static_cast<const T*>(step.from) + rest * size * inner + at;
    const T* alpha = static_cast<const T*>(args.alpha) + result * (to_angles ? orders : 1);
    T sum{};
    for (int64_t k = 0; k < size; ++k) sum += alpha[k * (to_angles ? 1 : orders)] * x[k * inner];
    static_cast<T*>(step.to)[i] = sum;
  }
}

// The value at turn r of waves in gamma.
template <class T>
__device__ inline T value_at(const GroupActivationArgs& args, const T* waves, int64_t r) {
  const T* gamma = static_cast<const T*>(args.gamma) + r * (2 * args.N - 1);
  T sum{};
  for (int64_t g = 0; g < 2 * args.N - 1; ++g) sum += gamma[g] * waves[g * args.channels];
  return sum;
}

template <UnaryOp op, class T>
__global__ void __launch_bounds__(kThreads) activate_kernel(const __grid_constant__ Step step) {
  const GroupActivationArgs& args = step.args;
  const int64_t orders = 2 * args.N - 1;
  for (int64_t i = first_item(); i < step.items; i += item_step()) {
    int64_t rest = i;
    const int64_t c = take(rest, args.channels), g = take(rest, orders), at = rest * orders * args.channels + c;
    const T* x = static_cast<const T*>(step.from) + at;
    const T* gamma = static_cast<const T*>(args.gamma) + g;
    T sum{};
    for (int64_t r = 0; r < args.n_gamma; ++r) {
      const T value = value_at(args, x, r);
      const T result = step.other ? derivative<op>(value) * value_at(args, static_cast<const T*>(step.other) + at, r) : apply<op>(value);
      sum += gamma[r * orders] * result;
    }
    static_cast<T*>(step.to)[i] = sum;
  }
}

// One thread per coefficient of a pair of orders: k counts the sorted places.
template <class T>
__global__ void __launch_bounds__(kThreads) from_rings_kernel(const __grid_constant__ Step step) {
  const GroupActivationArgs& args = step.args;
  const int64_t orders_g = 2 * args.N - 1, ring = (2 * args.L - 1) * orders_g;
  for (int64_t i = first_item(); i < step.items; i += item_step()) {
    int64_t rest = i;
    const int64_t c = take(rest, args.channels), g = take(rest, orders_g), a = take(rest, 2 * args.L - 1), sample = rest;
    const Wave wave = locate_wave(args, a, g);
    const bool mixed = a % args.L + (a >= args.L) > 0 && g % args.N + (g >= args.N) > 0;
    // Of the two waves that mix, this thread writes half of the places; the other wave's thread writes the others.
    const int64_t half = mixed ? wave.depth / 2 : wave.depth, begin = mixed && a >= args.L ? half : 0;
    const int64_t m = a >= args.L ? a - args.L + 1 : a, n = g >= args.N ? g - args.N + 1 : g;
    const int64_t system = (a >= args.L) != (g >= args.N);
    const int64_t wave_0 = m * orders_g + (system ? args.N - 1 + n : n);
    const int64_t wave_1 = (args.L - 1 + m) * orders_g + (system ? n : args.N - 1 + n);
    const T* x = static_cast<const T*>(step.from) + sample * args.n_beta * ring * args.channels + c;
    const T* table = static_cast<const T*>(step.table) + wave.table - (mixed && a >= args.L ? args.n_beta * wave.depth : 0);
    T* out = static_cast<T*>(step.to) + sample * args.size * args.channels + c;
    for (int64_t k = begin; k < begin + half; ++k) {
      T sum{};
      for (int64_t t = 0; t < args.n_beta; ++t) {
        const T* ring_x = x + t * ring * args.channels;
        if (!mixed) {
          sum += table[t * wave.depth + k] * ring_x[(a * orders_g + g) * args.channels];
        } else {
          sum += table[t * wave.depth + k] * ring_x[wave_0 * args.channels];
          sum += table[(args.n_beta + t) * wave.depth + k] * ring_x[wave_1 * args.channels];
        }
      }
      out[args.rows[wave.place + k] * args.channels] = sum;
    }
  }
}

template <class T>
struct Launch {
  const GroupActivationArgs& args;
  void* stream;
  int64_t waves = args.batch * args.n_beta * (2 * args.L - 1) * (2 * args.N - 1) * args.channels;
  int64_t angles = args.batch * args.n_beta * args.n_alpha * (2 * args.N - 1) * args.channels;

  const char* operator()(void (*kernel)(Step), const void* from, const void* other, const void* table, void* to, int64_t items) const {
    return launch_items(kernel, items, stream, Step{args, from, other, table, to, items});
  }

  // Coefficients to the waves in gamma at the angles.
  const char* to_angles(const void* x, const void* table, T* rings, T* at_angles) const {
    if (const char* error = (*this)(to_rings_kernel<T>, x, nullptr, table, rings, waves)) return error;
    return (*this)(alpha_kernel<T, true>, rings, nullptr, nullptr, at_angles, angles);
  }

  template <UnaryOp op>
  const char* run() const {
    Workspace workspace(stream);
    if (const char* error = workspace.reserve(static_cast<size_t>(waves + 3 * angles) * sizeof(T))) return error;
    T* rings = static_cast<T*>(workspace.memory());
    T *x = rings + waves, *g = x + angles, *activated = g + angles;
    if (const char* error = to_angles(args.x, args.table_x, rings, x)) return error;
    if (args.g) {
      if (const char* error = to_angles(args.g, args.table_g, rings, g)) return error;
    }
    if (const char* error = (*this)(activate_kernel<op, T>, x, args.g ? g : nullptr, nullptr, activated, angles)) return error;
    if (const char* error = (*this)(alpha_kernel<T, false>, activated, nullptr, nullptr, rings, waves)) return error;
    return (*this)(from_rings_kernel<T>, rings, nullptr, args.table_out, args.out, args.batch * (waves / (args.batch * args.n_beta)));
  }
};

}  // namespace

const char* group_activation(const GroupActivationArgs& args, void* stream) {
  if (args.batch * args.channels == 0) return nullptr;
  return visit_activation(args, [&](auto op, auto type) {
    return Launch<typename decltype(type)::type>{args, stream}.template run<op.value>();
  });
}

}  // namespace clebsch::accelerator
