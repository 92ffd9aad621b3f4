#pragma once
// Plans of the steps of transforms: for their own operations, and for several together.
#include <memory>
#include <span>
#include <vector>

#include "core/plan_cache.h"
#include "core/tensor.h"

namespace clebsch::ops {

struct LegendreRings {
  int64_t L, spin;
  std::span<const double> theta, weights;  // weights: or empty for ones
  int64_t count() const { return static_cast<int64_t>(theta.size()); }
};

// The arrays of math::LegendreSteps one after another, on a device: of all rings.
class LegendreStepTables final : public Plan {
 public:
  Tensor numbers, orders;
  std::vector<int64_t> places;  // of seeds, steps, factors
  size_t bytes() const override { return numbers.bytes() + orders.bytes(); }
};

// The arrays of math::LegendreStarts: of all weights of the same rings.
class LegendreStartTables final : public Plan {
 public:
  Tensor first_steps, numbers;
  size_t bytes() const override { return first_steps.bytes() + numbers.bytes(); }
};

// The arrays of math::LegendreSlots.
class LegendreTables final : public Plan {
 public:
  // Which count for themselves; starts: or nullptr.
  std::shared_ptr<const LegendreStepTables> steps;
  std::shared_ptr<const LegendreStartTables> starts;
  Tensor numbers, integers;
  int64_t L = 1, spin = 0, rings = 0, slots = 0, split = 0, coarse = 0;
  std::vector<int64_t> places;  // of slot_values, powers; of slot_rings, limits, exponents
  size_t bytes() const override { return numbers.bytes() + integers.bytes(); }

  // All but the operands; on the stream of the device.
  LegendreArgs arguments(Dtype dtype, bool analysis, int64_t outer, int64_t inner) const;
};

void check_legendre(const char* op, Dtype dtype, const LegendreRings& rings);  // throws ERR_VALUE, ERR_DTYPE
std::shared_ptr<const LegendreTables> legendre_tables(const char* op, const LegendreRings& rings, Backend& backend);

struct FourierOptions {
  int64_t orders, rings, sign;
  double scale;
  bool uniform;
  std::span<const double> n, offset;  // of all rings, or of each
  int64_t points = 0;                 // of all rings
};

class FourierPlan final : public Plan {
 public:
  Tensor numbers, places;  // places: ring table, ring list, rows
  int64_t ring_list = 0, rows = 0;
  std::vector<FourierGroup> groups;
  size_t bytes() const override { return numbers.bytes() + places.bytes() + groups.size() * sizeof(FourierGroup); }

  // All but the operands; on the stream of the device. Reads no span of the options.
  FourierArgs arguments(const FourierOptions& o, Dtype dtype, bool synthesis, int64_t outer, int64_t inner) const;
};

FourierOptions check_fourier(const char* op, std::span<const double> spec);  // throws ERR_VALUE; keeps spans of `spec`
std::shared_ptr<const FourierPlan> fourier_plan(const char* op, const FourierOptions& o, Dtype dtype, Backend& backend);

// The two steps of Fourier sums over alpha and gamma, each on a ring of its own; kept: points of gamma.
struct TorusAngles {
  FourierOptions alpha, gamma;
  int64_t kept;
};
struct TorusPlans {
  std::shared_ptr<const FourierPlan> alpha, gamma;

  // batch, rings, inner. All but the operands; on the stream of the device. Reads no span of the options.
  TorusArgs arguments(const TorusAngles& angles, Dtype dtype, bool synthesis, const Dims& sizes) const;
};
TorusAngles check_torus(const char* op, std::span<const double> alpha, std::span<const double> gamma, int64_t kept);  // throws ERR_VALUE
TorusPlans torus_plans(const char* op, const TorusAngles& angles, Dtype dtype, Backend& backend);

// The polar step on SO(3): L, N, rings, every; throws ERR_VALUE, ERR_DTYPE.
WignerArgs wigner_sizes(const char* op, const Dims& sizes, Dtype dtype);

}  // namespace clebsch::ops
