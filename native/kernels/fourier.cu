#include "cuda/launch.cuh"
#include "kernels/scalar.h"

namespace clebsch::accelerator {
namespace {

// One thread per result, inner fastest: a sum over the orders or the points of a ring, with factors from the ring's table of roots.
struct Sums {
  FourierArgs args;
  int64_t items;
};

constexpr int64_t kRun = 32;  // terms that are added up by themselves: the error grows with their number and that of such sums

struct Ring {
  int64_t first, n, kept;
  const void *roots, *phases;
};

template <class R>
__device__ inline Ring ring_at(const FourierArgs& args, int64_t r) {
  const int32_t* ring = args.ring[args.uniform ? 0 : r];
  const R* tables = static_cast<const R*>(args.tables);
  const int64_t kept = args.kept > 0 ? args.kept : ring[1];
  return {args.uniform ? r * kept : ring[0], ring[1], kept, tables + ring[2], tables + ring[3]};
}

__device__ inline int64_t ring_of_point(const FourierArgs& args, int64_t p) {
  if (args.uniform) return p / (args.kept > 0 ? args.kept : args.ring[0][1]);
  int64_t low = 0, high = args.rings;
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    (args.ring[middle][0] <= p ? low : high) = middle;
  }
  return low;
}

template <class R>
__device__ inline Complex<R> entry(const void* table, int64_t k) {
  return static_cast<const Complex<R>*>(table)[k];
}
template <class R>
__device__ inline Complex<R> conjugate(Complex<R> z) {
  return {z.re, -z.im};
}

// What orders m and -m, m > 0, add at a point: w is their factor for m.
template <class R>
__device__ inline R wave(const R* x, int64_t inner, int64_t, int64_t m, Complex<R> w) {
  return x[(2 * m - 1) * inner] * w.re + x[2 * m * inner] * w.im;
}
template <class R>
__device__ inline Complex<R> wave(const Complex<R>* x, int64_t inner, int64_t zero, int64_t m, Complex<R> w) {
  return x[(zero + m) * inner] * w + x[(zero - m) * inner] * conjugate(w);
}

template <class T>
__global__ void __launch_bounds__(kThreads) synthesis_kernel(const __grid_constant__ Sums sums) {
  using R = RealOf<T>;
  const FourierArgs& args = sums.args;
  const int64_t columns = 2 * args.orders - 1, zero = is_complex<T> ? args.orders - 1 : 0;
  for (int64_t i = first_item(); i < sums.items; i += item_step()) {
    const int64_t inner = i % args.inner, point = i / args.inner % args.points, outer = i / args.inner / args.points;
    const int64_t r = ring_of_point(args, point);
    const Ring ring = ring_at<R>(args, r);
    const int64_t p = point - ring.first;
    const T* x = static_cast<const T*>(args.x) + (outer * args.rings + r) * columns * args.inner + inner;
    T sum = x[zero * args.inner], run{};
    int64_t at = 0;
    for (int64_t m = 1; m < args.orders; ++m) {
      at += p;
      if (at >= ring.n) at -= ring.n;
      const Complex<R> w = entry<R>(ring.phases, m) * entry<R>(ring.roots, at);
      run += wave(x, args.inner, zero, m, args.sign > 0 ? w : conjugate(w));
      if (m % kRun == 0) {
        sum += run;
        run = T{};
      }
    }
    static_cast<T*>(args.out)[i] = static_cast<R>(args.scale) * (sum + run);
  }
}

// The order of a column, and the result there from sum over p of f_p e^(-i m phi_p), m >= 0 (for complex numbers: sign m).
template <class R>
__device__ inline int64_t order_of(const FourierArgs&, int64_t column, R) {
  return (column + 1) / 2;
}
template <class R>
__device__ inline int64_t order_of(const FourierArgs& args, int64_t column, Complex<R>) {
  return column - (args.orders - 1);
}

template <class T>
__global__ void __launch_bounds__(kThreads) analysis_kernel(const __grid_constant__ Sums sums) {
  using R = RealOf<T>;
  const FourierArgs& args = sums.args;
  const int64_t columns = 2 * args.orders - 1;
  for (int64_t i = first_item(); i < sums.items; i += item_step()) {
    const int64_t inner = i % args.inner, column = i / args.inner % columns, row = i / args.inner / columns;
    const int64_t r = row % args.rings, outer = row / args.rings;
    const Ring ring = ring_at<R>(args, r);
    const int64_t order = order_of(args, column, T{}), m = order < 0 ? -order : order, step = m % ring.n;
    const bool conjugated = is_complex<T> && (order < 0) == (args.sign > 0);
    const T* f = static_cast<const T*>(args.x) + (outer * args.points + ring.first) * args.inner + inner;
    Complex<R> sum{}, run{};
    int64_t at = 0;
    for (int64_t p = 0; p < ring.kept; ++p) {
      const Complex<R> w = entry<R>(ring.roots, at);
      run += (conjugated ? w : conjugate(w)) * f[p * args.inner];
      if (p % kRun == kRun - 1) {
        sum += run;
        run = {};
      }
      at += step;
      if (at >= ring.n) at -= ring.n;
    }
    const Complex<R> phase = entry<R>(ring.phases, m);
    const Complex<R> result = static_cast<R>(args.scale) * ((sum + run) * (conjugated ? phase : conjugate(phase)));
    if constexpr (is_complex<T>)
      static_cast<T*>(args.out)[i] = result;
    else
      static_cast<T*>(args.out)[i] = column % 2 == 0 && column > 0 ? static_cast<R>(-args.sign) * result.im : result.re;
  }
}

}  // namespace

const char* fourier(const FourierArgs& args, void* stream) {
  const int64_t rows = args.synthesis ? args.points : args.rings * (2 * args.orders - 1);
  const Sums sums{args, args.outer * rows * args.inner};
  return visit_continuous(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    return launch_items(args.synthesis ? synthesis_kernel<T> : analysis_kernel<T>, sums.items, stream, sums);
  });
}

}  // namespace clebsch::accelerator
