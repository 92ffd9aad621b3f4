// Fourier sums on rings: their plan (which transforms, and the tables of these) and the two operations.
#include "math/fourier.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <numbers>
#include <tuple>
#include <utility>

#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/ring_sums.h"

namespace clebsch::ops {
namespace {

constexpr int64_t kMaxPoints = int64_t{1} << 24, kMaxOrders = int64_t{1} << 24;

bool is_count(double x, int64_t limit) { return x >= 1 && x <= static_cast<double>(limit) && x == std::floor(x); }

}  // namespace

FourierOptions check_fourier(const char* op, std::span<const double> spec) {
  const bool counted = spec.size() > 5 && spec[4] >= 1 && static_cast<double>(spec.size()) == 5 + 2 * spec[4];
  require(counted, ErrorCode::value, op, "expected at least one ring, with a number of points and an offset for each, got a list of ",
          spec.size());
  const auto [orders, rings, sign] = std::array{spec[0], spec[1], spec[2]};
  require(is_count(orders, kMaxOrders), ErrorCode::value, op, "expected an integer in 1..", kMaxOrders, " for orders, got ", orders);
  require(is_count(rings, INT32_MAX), ErrorCode::value, op, "expected a positive integer for rings, got ", rings);
  require(sign == 1 || sign == -1, ErrorCode::value, op, "expected 1 or -1 for sign, got ", sign);
  require(std::isfinite(spec[3]), ErrorCode::value, op, "expected a finite number for scale, got ", spec[3]);
  const auto count = static_cast<size_t>(spec[4]);
  FourierOptions o{static_cast<int64_t>(orders), static_cast<int64_t>(rings),   static_cast<int64_t>(sign), spec[3], count == 1,
                   spec.subspan(5, count),       spec.subspan(5 + count, count)};
  require(o.uniform || count == static_cast<size_t>(o.rings), ErrorCode::value, op, "expected ", o.rings, " rings for points, got ", count);
  for (double n : o.n)
    require(is_count(n, kMaxPoints), ErrorCode::value, op, "expected an integer in 1..", kMaxPoints, " for points, got ", n);
  for (double x : o.offset)
    require(std::isfinite(x) && std::abs(x) <= kMaxPoints, ErrorCode::value, op, "expected a finite number of cells for offset, got ", x);
  for (double n : o.n) o.points += static_cast<int64_t>(n) * (o.uniform ? o.rings : 1);
  require(o.points <= INT32_MAX && o.rings * (2 * o.orders - 1) <= INT32_MAX, ErrorCode::value, op,
          "expected fewer than 2^31 points and orders of all rings, got ", o.points, " and ", o.rings, " x ", 2 * o.orders - 1);
  return o;
}

namespace {

// What a plan holds, before any number is computed.
struct Layout {
  struct Ring {
    int64_t first, n, group;
  };
  std::vector<FourierGroup> groups;
  std::vector<double> offsets;            // of the groups
  std::vector<std::vector<int>> radices;  // of the groups
  std::vector<int64_t> roots;             // of the groups: their first number in the tables
  std::vector<size_t> model;              // of the groups: the first with as many points, whose tables but for phases are theirs too
  std::vector<Ring> rings;                // one where uniform
  int64_t numbers = 0, places = 0;
};

FourierGroup make_group(int64_t n, bool complex, std::vector<int>& radices) {
  FourierGroup group{};
  group.n = n;
  const int64_t size = complex || n % 2 == 1 ? n : n / 2;
  group.method = complex ? FourierMethod::complex : n % 2 == 1 ? FourierMethod::odd : FourierMethod::even;
  if (!math::has_fast_stages(size)) group.method = FourierMethod::chirp;
  group.fft.size = group.method == FourierMethod::chirp ? math::smooth_size(2 * n - 1) : size;
  radices = math::fft_radices(group.fft.size);
  group.fft.stages = static_cast<int32_t>(radices.size());
  const std::vector<int> inner = math::inner_radices(radices);
  std::copy(inner.begin(), inner.end(), std::copy(radices.begin(), radices.end(), group.fft.radix));
  return group;
}

Layout lay_out(const FourierOptions& o, bool complex) {
  Layout layout;
  std::map<std::pair<int64_t, double>, int64_t> known;
  int64_t first = 0;
  for (size_t r = 0; r < o.n.size(); ++r) {
    const auto n = static_cast<int64_t>(o.n[r]);
    const auto [at, fresh] = known.try_emplace({n, o.offset[r]}, static_cast<int64_t>(layout.groups.size()));
    if (fresh) {
      layout.groups.push_back(make_group(n, complex, layout.radices.emplace_back()));
      layout.groups.back().turned = o.offset[r] != 0 ? 1 : 0;
      layout.offsets.push_back(o.offset[r]);
    }
    layout.groups[at->second].rings += o.uniform ? o.rings : 1;
    layout.rings.push_back({first, n, at->second});
    first += n;
  }
  int64_t listed = 0;
  std::map<int64_t, size_t> models;
  const auto take = [](int64_t& total, int64_t count) { return std::exchange(total, total + count); };
  for (size_t i = 0; i < layout.groups.size(); ++i) {
    FourierGroup& group = layout.groups[i];
    group.ring_list = take(listed, group.rings);
    group.phases = take(layout.numbers, 2 * o.orders);
    layout.model.push_back(models.try_emplace(group.n, i).first->second);
    if (layout.model[i] < i) {
      const FourierGroup& model = layout.groups[layout.model[i]];
      layout.roots.push_back(layout.roots[layout.model[i]]);
      std::tie(group.fft, group.chirp, group.rows) = std::tie(model.fft, model.chirp, model.rows);
      continue;
    }
    layout.roots.push_back(take(layout.numbers, 2 * group.n));
    group.fft.table = take(layout.numbers, math::fft_table_size(layout.radices[i]));
    group.chirp = take(layout.numbers, group.method == FourierMethod::chirp ? 2 * (group.n + group.fft.size) : 0);
    group.rows = take(layout.places, group.n);
    group.fft.places = take(layout.places, math::fft_place_count(layout.radices[i]));
  }
  layout.places += 4 * static_cast<int64_t>(layout.rings.size()) + (o.uniform ? 0 : listed);
  return layout;
}

void append(std::vector<double>& out, const std::vector<std::complex<double>>& values) {
  for (const auto& z : values) out.insert(out.end(), {z.real(), z.imag()});
}

void append_chirp(std::vector<double>& out, const FourierGroup& group, const std::vector<int>& radices) {
  append(out, math::chirp(group.n));
  const std::vector<std::complex<double>> values = math::chirp_transform(group.n, radices);
  const std::vector<int32_t> places = math::fft_positions(radices);
  std::vector<std::complex<double>> placed(values.size());
  for (size_t k = 0; k < values.size(); ++k) placed[places[k]] = values[k];
  append(out, placed);
}

std::vector<double> make_numbers(const Layout& layout, const FourierOptions& o, bool complex) {
  std::vector<double> out;
  out.reserve(static_cast<size_t>(layout.numbers));
  for (size_t i = 0; i < layout.groups.size(); ++i) {
    const FourierGroup& group = layout.groups[i];
    for (int64_t m = 0; m < o.orders; ++m) {
      const double factor = complex || m == 0 ? 1 : m % 2 == 0 ? std::numbers::sqrt2 : -std::numbers::sqrt2;
      append(out, {factor * math::phase(m, layout.offsets[i], group.n)});
    }
    if (layout.model[i] < i) continue;
    for (int64_t k = 0; k < group.n; ++k) append(out, {math::unit_root(k, group.n)});
    math::append_fft_table(layout.radices[i], out);
    if (group.method == FourierMethod::chirp) append_chirp(out, group, layout.radices[i]);
  }
  return out;
}

// Rows of the transform's memory by point: those of real parts, where it has two parts.
void append_rows(std::vector<int32_t>& out, const FourierGroup& group, const std::vector<int>& radices) {
  const std::vector<int32_t> places = math::fft_positions(radices);
  for (int64_t p = 0; p < group.n; ++p) {
    const auto row = [&]() -> int64_t {
      switch (group.method) {
        case FourierMethod::complex:
          return 2 * places[p];
        case FourierMethod::even:
          return 2 * places[p / 2] + p % 2;
        case FourierMethod::odd:
          return places[p];
        default:
          return 2 * p;
      }
    };
    out.push_back(static_cast<int32_t>(row()));
  }
}

std::shared_ptr<const Plan> build_plan(const Layout& layout, const FourierOptions& o, Dtype dtype, Backend& backend) {
  auto plan = std::make_shared<FourierPlan>();
  const bool complex = is_complex(dtype);
  const std::vector<double> numbers = make_numbers(layout, o, complex);
  const Dims shape{static_cast<int64_t>(numbers.size())};
  if (real_of(dtype) == Dtype::float64) {
    plan->numbers = from_host(numbers.data(), shape, Dtype::float64, backend);
  } else {
    const std::vector<float> rounded(numbers.begin(), numbers.end());
    plan->numbers = from_host(rounded.data(), shape, Dtype::float32, backend);
  }
  std::vector<int32_t> places;
  for (const auto& ring : layout.rings)
    for (int64_t value : {ring.first, ring.n, layout.roots[ring.group], layout.groups[ring.group].phases})
      places.push_back(static_cast<int32_t>(value));
  plan->ring_list = static_cast<int64_t>(places.size());
  if (!o.uniform) {
    std::vector<int32_t> list(layout.rings.size());
    std::vector<int64_t> done(layout.groups.size());
    for (size_t r = 0; r < list.size(); ++r) {
      const int64_t g = layout.rings[r].group;
      list[layout.groups[g].ring_list + done[g]++] = static_cast<int32_t>(r);
    }
    places.insert(places.end(), list.begin(), list.end());
  }
  plan->rows = static_cast<int64_t>(places.size());
  for (size_t i = 0; i < layout.groups.size(); ++i) {
    if (layout.model[i] < i) continue;
    append_rows(places, layout.groups[i], layout.radices[i]);
    math::append_fft_places(layout.radices[i], places);
  }
  plan->places = from_host(places.data(), {static_cast<int64_t>(places.size())}, Dtype::int32, backend);
  plan->groups = layout.groups;
  return plan;
}

}  // namespace

std::shared_ptr<const FourierPlan> fourier_plan(const char* op, const FourierOptions& o, Dtype dtype, Backend& backend) {
  std::string key = std::string("fourier ") + dtype_name(dtype) + ' ' + backend.name() + ' ';
  const auto append_bytes = [&](const void* data, size_t size) { key.append(static_cast<const char*>(data), size); };
  append_bytes(&o.orders, sizeof o.orders);
  append_bytes(&o.rings, sizeof o.rings);
  append_bytes(o.n.data(), o.n.size_bytes());
  append_bytes(o.offset.data(), o.offset.size_bytes());
  const Layout layout = lay_out(o, is_complex(dtype));
  require(layout.numbers <= INT32_MAX, ErrorCode::memory, op, "expected tables of fewer than 2^31 numbers, got ", layout.numbers);
  const size_t bytes = static_cast<size_t>(layout.numbers) * dtype_size(real_of(dtype)) +
                       static_cast<size_t>(layout.places) * sizeof(int32_t) + layout.groups.size() * sizeof(FourierGroup);
  return std::static_pointer_cast<const FourierPlan>(
      PlanCache::instance().get(key, op, bytes, [&] { return build_plan(layout, o, dtype, backend); }));
}

FourierArgs FourierPlan::arguments(const FourierOptions& o, Dtype dtype, bool synthesis, int64_t outer, int64_t inner) const {
  FourierArgs args{};
  const auto* all = static_cast<const int32_t*>(places.data());
  args.dtype = dtype;
  args.synthesis = synthesis;
  args.sign = static_cast<int32_t>(o.sign);
  args.uniform = o.uniform;
  args.groups = static_cast<int32_t>(groups.size());
  args.scale = o.scale;
  args.outer = outer;
  args.rings = o.rings;
  args.orders = o.orders;
  args.points = o.points;
  args.inner = inner;
  args.ring_step = (2 * o.orders - 1) * inner;
  args.point_step = args.point_inner = inner;
  args.some = nullptr;
  args.group = groups.data();
  args.ring = reinterpret_cast<const int32_t(*)[4]>(all);
  args.ring_list = all + ring_list;
  args.rows = all + rows;
  args.tables = numbers.data();
  return args;
}

namespace {

Tensor run(const char* op, const Tensor& given, std::span<const double> spec, bool synthesis) {
  const FourierOptions o = check_fourier(op, spec);
  require(is_floating(given.dtype), ErrorCode::dtype, op, "expected a floating dtype, got ", given.dtype);
  const int64_t columns = 2 * o.orders - 1;
  const bool fits = synthesis ? given.ndim() == 4 && given.shape[1] == o.rings && given.shape[2] == columns
                              : given.ndim() == 3 && given.shape[1] == o.points;
  if (synthesis)
    require(fits, ErrorCode::shape, op, "expected [outer, ", o.rings, ", ", columns, ", inner] for x, got ", given.shape);
  else
    require(fits, ErrorCode::shape, op, "expected [outer, ", o.points, ", inner] for f, got ", given.shape);
  const int64_t outer = given.shape[0], inner = given.shape[given.ndim() - 1];
  const auto plan = fourier_plan(op, o, given.dtype, given.backend());
  const Tensor x = contiguous(given);
  const Tensor out = empty(synthesis ? Dims{outer, o.points, inner} : Dims{outer, o.rings, columns, inner}, x.dtype, x.backend());
  const auto levels = static_cast<int64_t>(std::log2(o.points / o.rings + 1)) + 1;
  const int64_t cost = (x.size() + out.size()) * levels * (is_complex(x.dtype) ? 2 : 1);
  launch(op, &KernelTable::fourier, cost, out.backend(), [=] {  // the spans of o are not read any more
    FourierArgs args = plan->arguments(o, x.dtype, synthesis, outer, inner);
    args.x = x.data();
    args.out = out.data();
    return args;
  });
  return out;
}

}  // namespace

Tensor fourier_synthesis(const Tensor& x, std::span<const double> spec) { return run("fourierSynthesis", x, spec, true); }

Tensor fourier_analysis(const Tensor& f, std::span<const double> spec) { return run("fourierAnalysis", f, spec, false); }

}  // namespace clebsch::ops
