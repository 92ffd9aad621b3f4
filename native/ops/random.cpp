#include <cmath>

#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {

Tensor random(RandomOp op, const char* name, const Dims& shape, Dtype dtype, Backend& backend, double seed, double offset, double a,
              double b) {
  require(is_real_float(dtype), ErrorCode::dtype, name, "expected float32 or float64 for dtype, got ", dtype);
  const auto whole = [](double v) { return v >= 0 && v <= 9007199254740991.0 && std::floor(v) == v; };
  require(whole(seed) && whole(offset), ErrorCode::value, name, "expected whole numbers 0..2^53-1 for seed and offset, got ", seed, " and ",
          offset);
  Tensor out = empty(shape, dtype, backend);
  launch(name, &KernelTable::random, 20 * out.size(), backend,
         [=] { return RandomArgs{op, dtype, out.size(), static_cast<uint64_t>(seed), static_cast<uint64_t>(offset), a, b, out.data()}; });
  return out;
}

}  // namespace clebsch::ops
