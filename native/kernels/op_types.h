#pragma once
// Which elementwise operations are defined for integers and for complex numbers (all are for real floating point): the one list that the
// checks of native/ops and the instantiations of the kernels share.
#include "kernels/abi.h"

namespace clebsch {

constexpr bool is_integer_op(UnaryOp op) {
  switch (op) {
    case UnaryOp::neg:
    case UnaryOp::abs:
    case UnaryOp::sign:
    case UnaryOp::square:
    case UnaryOp::relu:
    case UnaryOp::floor:
    case UnaryOp::ceil:
    case UnaryOp::round:
    case UnaryOp::conj:
    case UnaryOp::logical_not:
      return true;
    default:
      return false;
  }
}

constexpr bool is_complex_op(UnaryOp op) {
  switch (op) {
    case UnaryOp::neg:
    case UnaryOp::abs:
    case UnaryOp::square:
    case UnaryOp::reciprocal:
    case UnaryOp::sqrt:
    case UnaryOp::exp:
    case UnaryOp::log:
    case UnaryOp::sin:
    case UnaryOp::cos:
    case UnaryOp::tanh:
    case UnaryOp::conj:
      return true;
    default:
      return false;
  }
}

constexpr bool is_complex_op(BinaryOp op) { return op <= BinaryOp::pow || op == BinaryOp::equal || op == BinaryOp::not_equal; }
constexpr bool is_integer_op(BinaryOp op) { return op != BinaryOp::atan2; }

}  // namespace clebsch
