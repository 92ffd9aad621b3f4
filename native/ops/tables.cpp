// Tables of the harmonic transforms: float64 mathematics on the host, rounded once, kept in the plan cache.
#include <functional>

#include "math/legendre.h"
#include "math/wigner.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

class Table final : public Plan {
 public:
  Tensor values;
  size_t bytes() const override { return values.bytes(); }
};

Tensor cached_table(const std::string& name, const char* op, int64_t count, Dtype dtype, Backend& backend,
                    const std::function<std::vector<double>()>& make) {
  require(is_real_float(dtype), ErrorCode::dtype, op, "expected float32 or float64 for dtype, got ", dtype);
  const std::string key = name + ' ' + dtype_name(dtype) + ' ' + backend.name();
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    const std::vector<double> values = make();
    const Dims shape{static_cast<int64_t>(values.size())};
    auto table = std::make_shared<Table>();
    if (dtype == Dtype::float64) {
      table->values = from_host(values.data(), shape, dtype, backend);
    } else {
      const std::vector<float> rounded(values.begin(), values.end());
      table->values = from_host(rounded.data(), shape, dtype, backend);
    }
    return table;
  };
  const size_t bytes = static_cast<size_t>(count) * dtype_size(dtype);
  return std::static_pointer_cast<const Table>(PlanCache::instance().get(key, op, bytes, build))->values;
}

}  // namespace

math::Sampling sampling_of(const std::string& name) {
  using math::Sampling;
  constexpr std::pair<const char*, Sampling> names[] = {{"mw", Sampling::mw},     {"mwss", Sampling::mwss},
                                                        {"dh", Sampling::dh},     {"gl", Sampling::gl},
                                                        {"soft", Sampling::soft}, {"equiangular", Sampling::equiangular}};
  for (const auto& [text, sampling] : names)
    if (name == text) return sampling;
  fail(ErrorCode::value, "sampling", "expected 'mw', 'mwss', 'dh', 'gl', 'equiangular' or 'soft', got '", name, "'");
}

Tensor legendre_table(bool inverse, const std::string& sampling, int64_t L, int64_t rows, Dtype dtype, Backend& backend) {
  const math::Sampling grid = sampling_of(sampling);
  require(L >= 1 && L <= 4096 && rows >= 0 && rows <= 16384, ErrorCode::value, "s2Transform", "expected L in 1..4096, got ", L, " (", rows,
          " rows)");
  const int64_t rings = rows ? rows : math::rings(grid, static_cast<int>(L));
  const std::string name =
      std::string(inverse ? "legendre inverse " : "legendre forward ") + sampling + ' ' + std::to_string(L) + ' ' + std::to_string(rings);
  return cached_table(name, "s2Transform", rings * L * (L + 1) / 2, dtype, backend, [&] {
    const int n = static_cast<int>(L), r = static_cast<int>(rings);
    return inverse ? math::inverse_table(grid, n, r) : math::forward_table(grid, n, r);
  });
}

Tensor rotation_table(int64_t L, Dtype dtype, Backend& backend) {
  require(L >= 1 && L <= 1024, ErrorCode::value, "rotate", "expected L in 1..1024, got ", L);
  return cached_table("rotation " + std::to_string(L), "rotate", L * (4 * L * L - 1) / 3, dtype, backend, [&] {
    std::vector<double> all;
    for (int l = 0; l < L; ++l) {
      const std::vector<double> j = math::real_rotation_j(l);
      all.insert(all.end(), j.begin(), j.end());
    }
    return all;
  });
}

}  // namespace clebsch::ops
