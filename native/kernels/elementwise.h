#pragma once
// One formula per UnaryOp and BinaryOp, host and device. The op is a template parameter: a loop over one op has no branch on it.
#include "kernels/complex_math.h"
#include "kernels/op_types.h"

namespace clebsch {

// ---- types of operand and result ------------------------------------------------------------------------------

template <auto op, class T>
constexpr bool has_op = is_complex<T> ? is_complex_op(op) : (is_floating<T> || is_integer_op(op));

template <UnaryOp op, class T>
using UnaryResult = choose<op == UnaryOp::abs, RealOf<T>, choose<op == UnaryOp::logical_not, uint8_t, T>>;
template <BinaryOp op, class T>
using BinaryResult = choose<(op >= BinaryOp::equal), uint8_t, T>;

// ---- integers: arithmetic modulo 2^bits -----------------------------------------------------------------------

template <class T>
CLEBSCH_HD T wrap(uint32_t x) {
  return static_cast<T>(x);
}

template <class T>
CLEBSCH_HD T integer_divide(T a, T b) {
  if (b == 0) return 0;
  if constexpr (same_type<T, int32_t>) {
    if (b == -1) return wrap<T>(0u - static_cast<uint32_t>(a));  // the quotient of the smallest integer overflows
  }
  return static_cast<T>(a / b);
}

// a^b by squaring; a negative power is the truncated quotient 1 / a^-b.
template <class T>
CLEBSCH_HD T integer_pow(T a, T b) {
  if (b < 0) return a == 1 ? T(1) : (a == T(-1) ? wrap<T>(b % 2 == 0 ? 1u : ~0u) : T(0));
  uint32_t result = 1, base = static_cast<uint32_t>(a);
  for (uint32_t n = static_cast<uint32_t>(b); n > 0; n >>= 1, base *= base) {
    if (n & 1) result *= base;
  }
  return wrap<T>(result);
}

// ---- formulas -------------------------------------------------------------------------------------------------

template <UnaryOp op, class T>
CLEBSCH_HD UnaryResult<op, T> integer_unary(T x) {
  const auto bits = static_cast<uint32_t>(x);
  if constexpr (op == UnaryOp::neg)
    return wrap<T>(0u - bits);
  else if constexpr (op == UnaryOp::abs)
    return x < 0 ? wrap<T>(0u - bits) : x;
  else if constexpr (op == UnaryOp::sign)
    return static_cast<T>((x > 0) - (x < 0));
  else if constexpr (op == UnaryOp::square)
    return wrap<T>(bits * bits);
  else if constexpr (op == UnaryOp::relu)
    return x > 0 ? x : T(0);
  else if constexpr (op == UnaryOp::logical_not)
    return x == 0;
  else
    return x;  // floor, ceil, round, conj
}

template <UnaryOp op, class T>
CLEBSCH_HD UnaryResult<op, Complex<T>> complex_unary(Complex<T> x) {
  if constexpr (op == UnaryOp::neg)
    return -x;
  else if constexpr (op == UnaryOp::abs)
    return num::abs(x);
  else if constexpr (op == UnaryOp::square)
    return x * x;
  else if constexpr (op == UnaryOp::reciprocal)
    return num::divide(Complex<T>{1, 0}, x);
  else if constexpr (op == UnaryOp::sqrt)
    return num::sqrt(x);
  else if constexpr (op == UnaryOp::exp)
    return num::exp(x);
  else if constexpr (op == UnaryOp::log)
    return num::log(x);
  else if constexpr (op == UnaryOp::sin)
    return num::sin(x);
  else if constexpr (op == UnaryOp::cos)
    return num::cos(x);
  else if constexpr (op == UnaryOp::tanh)
    return num::tanh(x);
  else
    return {x.re, -x.im};  // conj
}

template <UnaryOp op, class T>
CLEBSCH_HD UnaryResult<op, T> floating_unary(T x) {
  if constexpr (op == UnaryOp::neg)
    return -x;
  else if constexpr (op == UnaryOp::abs)
    return num::fabs(x);
  else if constexpr (op == UnaryOp::sign)
    return x > 0 ? T(1) : (x < 0 ? T(-1) : x);
  else if constexpr (op == UnaryOp::square)
    return x * x;
  else if constexpr (op == UnaryOp::reciprocal)
    return 1 / x;
  else if constexpr (op == UnaryOp::sqrt)
    return num::sqrt(x);
  else if constexpr (op == UnaryOp::rsqrt)
    return 1 / num::sqrt(x);
  else if constexpr (op == UnaryOp::exp)
    return num::exp(x);
  else if constexpr (op == UnaryOp::expm1)
    return num::expm1(x);
  else if constexpr (op == UnaryOp::log)
    return num::log(x);
  else if constexpr (op == UnaryOp::log1p)
    return num::log1p(x);
  else if constexpr (op == UnaryOp::sin)
    return num::sin(x);
  else if constexpr (op == UnaryOp::cos)
    return num::cos(x);
  else if constexpr (op == UnaryOp::tan)
    return num::tan(x);
  else if constexpr (op == UnaryOp::asin)
    return num::asin(x);
  else if constexpr (op == UnaryOp::acos)
    return num::acos(x);
  else if constexpr (op == UnaryOp::atan)
    return num::atan(x);
  else if constexpr (op == UnaryOp::sinh)
    return num::sinh(x);
  else if constexpr (op == UnaryOp::cosh)
    return num::cosh(x);
  else if constexpr (op == UnaryOp::tanh)
    return num::tanh(x);
  else if constexpr (op == UnaryOp::sigmoid)
    return num::sigmoid(x);
  else if constexpr (op == UnaryOp::relu)
    return x <= 0 ? T(0) : x;  // keeps NaN
  else if constexpr (op == UnaryOp::silu)
    return x * num::sigmoid(x);
  else if constexpr (op == UnaryOp::softplus)
    return num::softplus(x);
  else if constexpr (op == UnaryOp::erf)
    return num::erf(x);
  else if constexpr (op == UnaryOp::floor)
    return num::floor(x);
  else if constexpr (op == UnaryOp::ceil)
    return num::ceil(x);
  else if constexpr (op == UnaryOp::round)
    return num::rint(x);
  else if constexpr (op == UnaryOp::conj)
    return x;
  else
    return x == 0;  // logical_not
}

template <UnaryOp op, class T>
CLEBSCH_HD UnaryResult<op, T> apply(T x) {
  if constexpr (is_complex<T>)
    return complex_unary<op>(x);
  else if constexpr (is_integer<T>)
    return integer_unary<op>(x);
  else
    return floating_unary<op>(x);
}

template <BinaryOp op, class T>
CLEBSCH_HD T arithmetic(T a, T b) {
  if constexpr (is_integer<T> && op <= BinaryOp::pow) {
    if constexpr (op == BinaryOp::add)
      return wrap<T>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
    else if constexpr (op == BinaryOp::sub)
      return wrap<T>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
    else if constexpr (op == BinaryOp::mul)
      return wrap<T>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
    else if constexpr (op == BinaryOp::div)
      return integer_divide(a, b);
    else
      return integer_pow(a, b);
  } else if constexpr (op == BinaryOp::add)
    return a + b;
  else if constexpr (op == BinaryOp::sub)
    return a - b;
  else if constexpr (op == BinaryOp::mul)
    return a * b;
  else if constexpr (op == BinaryOp::div && is_complex<T>)
    return num::divide(a, b);
  else if constexpr (op == BinaryOp::div)
    return a / b;
  else if constexpr (op == BinaryOp::pow)
    return num::pow(a, b);
  else if constexpr (op == BinaryOp::maximum)
    return a > b || a != a ? a : b;  // a NaN on either side is returned
  else if constexpr (op == BinaryOp::minimum)
    return a < b || a != a ? a : b;
  else
    return num::atan2(a, b);
}

template <BinaryOp op, class T>
CLEBSCH_HD uint8_t compare(T a, T b) {
  if constexpr (op == BinaryOp::equal)
    return a == b;
  else if constexpr (op == BinaryOp::not_equal)
    return a != b;
  else if constexpr (op == BinaryOp::less)
    return a < b;
  else if constexpr (op == BinaryOp::less_equal)
    return a <= b;
  else if constexpr (op == BinaryOp::greater)
    return a > b;
  else if constexpr (op == BinaryOp::greater_equal)
    return a >= b;
  else if constexpr (op == BinaryOp::logical_and)
    return (a != 0) & (b != 0);
  else
    return (a != 0) | (b != 0);  // logical_or
}

template <BinaryOp op, class T>
CLEBSCH_HD BinaryResult<op, T> apply(T a, T b) {
  if constexpr (op >= BinaryOp::equal)
    return compare<op>(a, b);
  else
    return arithmetic<op>(a, b);
}

// f(Constant<op>{}, Type<T>{}) for the op and dtype of args, if the op has that dtype.
template <auto first, auto last, class Args, class F>
static inline const char* visit_elementwise(const Args& args, F f) {
  return visit_op<first, last>(args.op, [&](auto op) {
    return visit_all(args.dtype, [&](auto type) -> const char* {
      if constexpr (has_op<op.value, typename decltype(type)::type>)
        return f(op, type);
      else
        return "the operation is not defined for this dtype";
    });
  });
}
template <class F>
static inline const char* visit_unary(const UnaryArgs& args, F f) {
  return visit_elementwise<UnaryOp::neg, UnaryOp::logical_not>(args, f);
}
template <class F>
static inline const char* visit_binary(const BinaryArgs& args, F f) {
  return visit_elementwise<BinaryOp::add, BinaryOp::logical_or>(args, f);
}

}  // namespace clebsch
