#pragma once
// Vectors of the instruction set this file is compiled for, from the compiler's vector extensions: arithmetic is element by element.
// A complex number is two neighbouring elements, (re, im).
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#include <utility>

#include "kernels/scalar.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64, kVectorRegisters = 32;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32, kVectorRegisters = 16;
#else
constexpr int kVectorBytes = 16, kVectorRegisters = 16;
#endif

#define CLEBSCH_ALWAYS __attribute__((always_inline))
#define CLEBSCH_INLINE CLEBSCH_ALWAYS inline

// f(Constant<0>{}) .. f(Constant<n - 1>{}), written out.
template <class F, int... i>
CLEBSCH_INLINE void unrolled(F f, std::integer_sequence<int, i...>) {
  (f(Constant<i>{}), ...);
}
template <int n, class F>
CLEBSCH_INLINE void unrolled(F f) {
  unrolled(f, std::make_integer_sequence<int, n>());
}

template <class R>
struct VectorType {
  typedef R type __attribute__((vector_size(kVectorBytes)));
};
template <class R>
using Vector = typename VectorType<R>::type;

template <class R>
constexpr int kWidth = kVectorBytes / sizeof(R);  // elements of a vector
template <class T>
constexpr int kParts = sizeof(T) / sizeof(RealOf<T>);  // real numbers in a T: 1 or 2
template <class T>
constexpr int kLanes = kVectorBytes / sizeof(T);  // values of a tensor in a vector

template <class R>
inline Vector<R> load(const R* x) {
  Vector<R> v;
  memcpy(&v, x, sizeof v);
  return v;
}

template <class R>
inline void store(R* x, Vector<R> v) {
  memcpy(x, &v, sizeof v);
}

// Vectors of float64 as numbers R in memory.
template <class R>
inline void store_numbers(R* to, Vector<double> v) {
  typedef R Numbers __attribute__((vector_size(kWidth<double> * sizeof(R))));
  const Numbers numbers = __builtin_convertvector(v, Numbers);
  memcpy(to, &numbers, sizeof numbers);
}
#if defined(__AVX2__) && !defined(__AVX512F__)
template <class R>
inline __m256i first_elements(int64_t n) {
  if constexpr (sizeof(R) == 4)
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  else
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
#endif

// x[0 .. n), zeros behind; n < kWidth<R>.
template <class R>
inline Vector<R> load_first(const R* x, int64_t n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(R) == 4)
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), x);
  else
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1), x);
#elif defined(__AVX2__)
  if constexpr (sizeof(R) == 4)
    return _mm256_maskload_ps(x, first_elements<R>(n));
  else
    return _mm256_maskload_pd(x, first_elements<R>(n));
#else
  Vector<R> v = {};
  for (int i = 0; i < kWidth<R> - 1; ++i)
    if (i < n) v[i] = x[i];
  return v;
#endif
}

// The first n elements; n < kWidth<R>.
template <class R>
inline void store_first(R* x, Vector<R> v, int64_t n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(R) == 4)
    _mm512_mask_storeu_ps(x, static_cast<__mmask16>((1u << n) - 1), v);
  else
    _mm512_mask_storeu_pd(x, static_cast<__mmask8>((1u << n) - 1), v);
#elif defined(__AVX2__)
  if constexpr (sizeof(R) == 4)
    _mm256_maskstore_ps(x, first_elements<R>(n), v);
  else
    _mm256_maskstore_pd(x, first_elements<R>(n), v);
#else
  for (int i = 0; i < kWidth<R> - 1; ++i)
    if (i < n) x[i] = v[i];
#endif
}

template <class T>
inline void copy_elements(T* out, const T* x, int64_t n) {
  using R = RealOf<T>;
  R* to = reinterpret_cast<R*>(out);
  const R* from = reinterpret_cast<const R*>(x);
  const int64_t end = n * kParts<T>;
  int64_t i = 0;
  for (; i + kWidth<R> <= end; i += kWidth<R>) store<R>(to + i, load(from + i));
  if (i < end) store_first<R>(to + i, load_first(from + i, end - i), end - i);
}

// (+)= the first n elements, n <= kWidth<R>.
template <class R>
inline void put(R* x, Vector<R> v, int64_t n, bool add) {
  if (n == kWidth<R>) return store<R>(x, add ? load(x) + v : v);
  store_first<R>(x, add ? load_first(x, n) + v : v, n);
}

template <class R, int... i>
inline Vector<R> swap_pairs(Vector<R> v, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(v, v, (i ^ 1)...);
}

// (im, re) of every complex number (re, im).
template <class R>
inline Vector<R> swap_pairs(Vector<R> v) {
  return swap_pairs<R>(v, std::make_integer_sequence<int, kWidth<R>>());
}

// (x.re, y.im) of every pair of complex numbers.
template <class R, int... i>
inline Vector<R> blend_pairs(Vector<R> x, Vector<R> y, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(x, y, (i % 2 == 0 ? i : i + kWidth<R>)...);
}

template <class R>
inline Vector<R> blend_pairs(Vector<R> x, Vector<R> y) {
  return blend_pairs<R>(x, y, std::make_integer_sequence<int, kWidth<R>>());
}

template <class R, int distance, int... i>
inline Vector<R> turn_lanes(Vector<R> v, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(v, v, ((i + distance) % kWidth<R>)...);
}

// In element i < count the sum of all elements i + k count, in the order of a tree.
template <class R, int count, int distance = kWidth<R> / 2>
inline Vector<R> sum_lanes(Vector<R> v) {
  if constexpr (distance < count) {
    return v;
  } else {
    return sum_lanes<R, count, distance / 2>(v + turn_lanes<R, distance>(v, std::make_integer_sequence<int, kWidth<R>>()));
  }
}

// Complex products from two sums of real ones: straight = (x.re y.re, x.im y.im) and crossed = (x.re y.im, x.im y.re).
template <class R>
inline Vector<R> complex_from_products(Vector<R> straight, Vector<R> crossed) {
  return blend_pairs<R>(straight - swap_pairs<R>(straight), crossed + swap_pairs<R>(crossed));
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
