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

namespace {

math::PolarGrid polar_grid(const char* op, math::Domain domain, bool inverse, const std::string& sampling, int64_t L, int64_t rows) {
  require(L >= 1 && L <= 4096 && rows >= 0 && rows <= 16384, ErrorCode::value, op, "expected L in 1..4096, got ", L, " (", rows, " rows)");
  math::PolarGrid grid{domain, inverse, sampling_of(sampling), static_cast<int>(L), static_cast<int>(rows)};
  if (rows == 0) grid.rows = math::rings(grid.sampling, grid.L);
  return grid;
}

std::string key_of(const char* name, const math::PolarGrid& grid, const std::string& sampling, int64_t more, int64_t last) {
  std::string key = name;
  for (int64_t part : {int64_t{grid.inverse}, int64_t{grid.L}, int64_t{grid.rows}, more, last}) key += ' ' + std::to_string(part);
  return key + ' ' + sampling;
}

}  // namespace

Tensor sphere_table(bool inverse, bool real, const std::string& sampling, int64_t L, int64_t rows, int64_t n, Dtype dtype,
                    Backend& backend) {
  const char* op = "s2Transform";
  const math::PolarGrid grid = polar_grid(op, math::Domain::sphere, inverse, sampling, L, rows);
  require(-L < n && n < L && (!real || n == 0), ErrorCode::value, op, "expected an order n between -L and L, got ", n);
  const int order = static_cast<int>(n), first_m = real ? 0 : 1 - grid.L;
  return cached_table(key_of("sphere", grid, sampling, real, n), op, math::sphere_table_size(grid.rows, grid.L, first_m, order), dtype,
                      backend, [&] { return math::sphere_table(grid, first_m, order); });
}

Tensor group_table(bool inverse, const std::string& sampling, int64_t L, int64_t N, Dtype dtype, Backend& backend) {
  const char* op = "so3Transform";
  const math::PolarGrid grid = polar_grid(op, math::Domain::group, inverse, sampling, L, 0);
  require(N >= 1 && N <= L, ErrorCode::value, op, "expected 1..L = ", L, " for N, got ", N);
  return cached_table(key_of("group", grid, sampling, N, 0), op, math::group_table_size(grid.rows, grid.L, static_cast<int>(N)), dtype,
                      backend, [&] { return math::group_table(grid, static_cast<int>(N)); });
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
