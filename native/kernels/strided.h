#pragma once
// Index spaces of strided operands, host only. Merging adjacent dimensions turns most tensors into one or two long dimensions.
#include "kernels/abi.h"

namespace clebsch {

// An index space of `ndim` dimensions shared by `count` operands; stride[k] are the strides of operand k.
template <int count>
struct IndexSpace {
  int32_t ndim = 0;
  int64_t shape[kMaxDims];
  int64_t stride[count][kMaxDims];
};

// Drops dimensions of size 1 and joins neighbours that every operand walks in one stride. At least one dimension is left.
template <int count>
static inline IndexSpace<count> merge_dims(int32_t ndim, const int64_t* shape, const int64_t* const (&stride)[count]) {
  IndexSpace<count> space;
  for (int32_t d = 0; d < ndim; ++d) {
    if (shape[d] == 1) continue;
    const int32_t last = space.ndim - 1;
    bool joins = last >= 0;
    for (int k = 0; k < count && joins; ++k) joins = space.stride[k][last] == stride[k][d] * shape[d];
    const int32_t at = joins ? last : space.ndim++;
    space.shape[at] = joins ? space.shape[last] * shape[d] : shape[d];
    for (int k = 0; k < count; ++k) space.stride[k][at] = stride[k][d];
  }
  if (space.ndim == 0) {
    space.ndim = 1;
    space.shape[0] = 1;
    for (int k = 0; k < count; ++k) space.stride[k][0] = 1;
  }
  return space;
}

static inline int64_t size_of(int32_t ndim, const int64_t* shape) {
  int64_t size = 1;
  for (int32_t d = 0; d < ndim; ++d) size *= shape[d];
  return size;
}

}  // namespace clebsch
