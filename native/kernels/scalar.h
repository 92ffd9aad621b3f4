#pragma once
// Scalars of tensors on host and device: Complex<T>, type traits, and the step from a run-time dtype or op to a compile-time one.
// Every function here has internal linkage: a file compiled for one instruction set must not lend its code to another.
#include <cstddef>
#include <cstdint>

#include "kernels/abi.h"

#ifdef __CUDACC__
#define CLEBSCH_HD static __host__ __device__ inline
#else
#define CLEBSCH_HD static inline
#endif

namespace clebsch {

template <class T>
struct Complex {
  T re, im;
};

// ---- traits ---------------------------------------------------------------------------------------------------

template <class T>
struct Scalar;  // dtype, Real: the type of a real or imaginary part
template <>
struct Scalar<float> {
  using Real = float;
  static constexpr Dtype dtype = Dtype::float32;
};
template <>
struct Scalar<double> {
  using Real = double;
  static constexpr Dtype dtype = Dtype::float64;
};
template <>
struct Scalar<Complex<float>> {
  using Real = float;
  static constexpr Dtype dtype = Dtype::complex64;
};
template <>
struct Scalar<Complex<double>> {
  using Real = double;
  static constexpr Dtype dtype = Dtype::complex128;
};
template <>
struct Scalar<int32_t> {
  using Real = int32_t;
  static constexpr Dtype dtype = Dtype::int32;
};
template <>
struct Scalar<uint8_t> {
  using Real = uint8_t;
  static constexpr Dtype dtype = Dtype::uint8;
};

template <class T>
using RealOf = typename Scalar<T>::Real;
template <class T>
constexpr bool is_complex = sizeof(T) != sizeof(RealOf<T>);
template <class T>
constexpr bool is_floating = static_cast<RealOf<T>>(0.5) != 0;  // float, double and their complex types
template <class T>
constexpr bool is_integer = !is_floating<T>;

template <class A, class B>
constexpr bool same_type = false;
template <class A>
constexpr bool same_type<A, A> = true;

template <bool condition, class A, class B>
struct Choose {
  using type = A;
};
template <class A, class B>
struct Choose<false, A, B> {
  using type = B;
};
template <bool condition, class A, class B>
using choose = typename Choose<condition, A, B>::type;

// ---- from run time to compile time ----------------------------------------------------------------------------

template <class T>
struct Type {
  using type = T;
};  // a type as an argument
template <auto v>
struct Constant {
  static constexpr auto value = v;
};  // a value as a type

// f(Type<T>{}) for the T in the list that has this dtype; a text if there is none.
template <class T, class... Rest, class F>
static inline const char* visit(Dtype dtype, F f) {
  if (dtype == Scalar<T>::dtype) return f(Type<T>{});
  if constexpr (sizeof...(Rest) > 0) return visit<Rest...>(dtype, f);
  return "dtype is not supported by this kernel";
}

template <class F>
static inline const char* visit_floating(Dtype dtype, F f) {
  return visit<float, double>(dtype, f);
}
template <class F>
static inline const char* visit_continuous(Dtype dtype, F f) {
  return visit<float, double, Complex<float>, Complex<double>>(dtype, f);
}
template <class F>
static inline const char* visit_real(Dtype dtype, F f) {
  return visit<float, double, int32_t, uint8_t>(dtype, f);
}
template <class F>
static inline const char* visit_all(Dtype dtype, F f) {
  return visit<float, double, Complex<float>, Complex<double>, int32_t, uint8_t>(dtype, f);
}

// f(Constant<op>{}) for op in [first, last]; enumerators must be consecutive.
template <auto first, auto last, class F>
static inline const char* visit_op(decltype(first) op, F f) {
  if (op == first) return f(Constant<first>{});
  if constexpr (first < last) return visit_op<static_cast<decltype(first)>(static_cast<int>(first) + 1), last>(op, f);
  return "unknown operation";
}

static inline size_t dtype_size(Dtype dtype) {
  size_t size = 0;
  visit_all(dtype, [&](auto type) {
    size = sizeof(typename decltype(type)::type);
    return nullptr;
  });
  return size;
}

// ---- complex arithmetic ---------------------------------------------------------------------------------------

template <class T>
CLEBSCH_HD Complex<T> operator+(Complex<T> a, Complex<T> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class T>
CLEBSCH_HD Complex<T> operator-(Complex<T> a, Complex<T> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class T>
CLEBSCH_HD Complex<T> operator-(Complex<T> a) {
  return {-a.re, -a.im};
}
template <class T>
CLEBSCH_HD Complex<T> operator*(Complex<T> a, Complex<T> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class T>
CLEBSCH_HD Complex<T> operator*(T a, Complex<T> b) {
  return {a * b.re, a * b.im};
}
template <class T>
CLEBSCH_HD Complex<T> operator*(Complex<T> a, T b) {
  return {a.re * b, a.im * b};
}
template <class T>
CLEBSCH_HD Complex<T>& operator+=(Complex<T>& a, Complex<T> b) {
  a.re += b.re;
  a.im += b.im;
  return a;
}
template <class T>
CLEBSCH_HD bool operator==(Complex<T> a, Complex<T> b) {
  return a.re == b.re && a.im == b.im;
}
template <class T>
CLEBSCH_HD bool operator!=(Complex<T> a, Complex<T> b) {
  return !(a == b);
}

// ---- conversion -----------------------------------------------------------------------------------------------

// Floating to integer: truncated toward zero, saturated, NaN to 0. Between integers: the low bits.
template <class To, class From>
CLEBSCH_HD To to_integer(From x) {
  if constexpr (is_integer<From>) {
    return static_cast<To>(x);
  } else {
    // Both bounds are exact in float and in double; what lies between them fits after truncation.
    constexpr From below = same_type<To, uint8_t> ? From(0) : From(-2147483648.0);
    constexpr From above = same_type<To, uint8_t> ? From(256) : From(2147483648.0);
    constexpr To largest = same_type<To, uint8_t> ? To(255) : To(2147483647);
    if (x >= above) return largest;
    return x > below ? static_cast<To>(x) : (x <= below ? static_cast<To>(below) : To(0));
  }
}

template <class To, class From>
CLEBSCH_HD To convert(From x) {
  if constexpr (same_type<To, From>)
    return x;
  else if constexpr (is_complex<To> && is_complex<From>)
    return {static_cast<RealOf<To>>(x.re), static_cast<RealOf<To>>(x.im)};
  else if constexpr (is_complex<To>)
    return {static_cast<RealOf<To>>(x), 0};
  else if constexpr (is_complex<From>)
    return convert<To>(x.re);
  else if constexpr (is_integer<To>)
    return to_integer<To>(x);
  else
    return static_cast<To>(x);
}

}  // namespace clebsch
