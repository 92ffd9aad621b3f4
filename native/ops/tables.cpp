// Tables of the harmonic transforms: float64 mathematics on the host, rounded once, kept in the plan cache.
#include <functional>

#include "math/polar_tables.h"
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

Tensor polar_table(bool inverse, bool real, bool group, const std::string& sampling, int64_t L, int64_t rows, int64_t first_n,
                   int64_t last_n, Dtype dtype, Backend& backend) {
  const char* op = group ? "so3Transform" : "s2Transform";
  require(L >= 1 && L <= 4096 && rows >= 0 && rows <= 16384, ErrorCode::value, op, "expected L in 1..4096, got ", L, " (", rows, " rows)");
  require(-L < first_n && first_n <= last_n && last_n < L && (!real || first_n == 0), ErrorCode::value, op,
          "expected orders n between -L and L, got ", first_n, "..", last_n);
  const int n = static_cast<int>(L), first = static_cast<int>(first_n), last = static_cast<int>(last_n);
  math::PolarGrid grid{group ? math::Domain::group : math::Domain::sphere, inverse, sampling_of(sampling), n, 0};
  grid.rows = static_cast<int>(rows ? rows : math::rings(grid.sampling, n));
  const int64_t count = real ? math::real_polar_size(grid.rows, n, last + 1) : math::complex_polar_size(grid.rows, n, first, last);
  std::string name = "polar";
  for (int64_t part : {int64_t{inverse}, int64_t{real}, int64_t{group}, L, int64_t{grid.rows}, first_n, last_n})
    name += ' ' + std::to_string(part);
  return cached_table(name + ' ' + sampling, op, count, dtype, backend,
                      [&] { return real ? math::real_polar_table(grid, last + 1) : math::complex_polar_table(grid, first, last); });
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
