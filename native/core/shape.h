#pragma once
// Up to kMaxDims integers without allocation: shapes, strides, permutations.
#include <cstdint>
#include <initializer_list>
#include <ostream>

#include "kernels/abi.h"

namespace clebsch {

struct Dims {
  int ndim = 0;
  int64_t v[kMaxDims] = {};

  Dims() = default;
  Dims(std::initializer_list<int64_t> values) {
    for (int64_t x : values) v[ndim++] = x;
  }
  int64_t& operator[](int i) { return v[i]; }
  int64_t operator[](int i) const { return v[i]; }
  void push(int64_t x) { v[ndim++] = x; }
  int64_t product(int from = 0, int to = kMaxDims) const {
    int64_t p = 1;
    for (int i = from; i < (to < ndim ? to : ndim); ++i) p *= v[i];
    return p;
  }
  bool operator==(const Dims& o) const {
    if (ndim != o.ndim) return false;
    for (int i = 0; i < ndim; ++i)
      if (v[i] != o.v[i]) return false;
    return true;
  }
};

inline std::ostream& operator<<(std::ostream& out, const Dims& s) {
  out << '[';
  for (int i = 0; i < s.ndim; ++i) out << (i ? ", " : "") << s[i];
  return out << ']';
}

// Row-major strides in elements.
inline Dims contiguous_strides(const Dims& shape) {
  Dims strides;
  strides.ndim = shape.ndim;
  int64_t step = 1;
  for (int i = shape.ndim - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

}  // namespace clebsch
