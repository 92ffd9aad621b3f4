// Both steps, some maps after others, so that what is between the steps stays in the caches: where rings are alike, as runs of waves.
#include "kernels/cpu_loop.h"
#include "kernels/in_turn.h"
#include "kernels/legendre_columns.h"
#include "kernels/scratch.h"
#include "kernels/simd.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kWaveBytes = int64_t{1} << 18;  // of channels between the steps, unless one map of each has more

constexpr char kNoMemory[] = "no memory for the waves between the steps of a harmonic sum";

template <class T>
class WaveChunks {
 public:
  using R = RealOf<T>;

  explicit WaveChunks(const HarmonicArgs& args)
      : args_(args), polar_(args.polar), in_runs_(polar_.spin == 0 && polar_.inner == 1 && args.longitudes.uniform != 0) {}

  // Returns what is wrong.
  const char* prepare() {
    int64_t numbers = polar_.rings * (2 * polar_.L - 1) * polar_.inner * kParts<T>;
    if (in_runs_) {
      auto* memory = static_cast<int32_t*>(lists().reserve(static_cast<size_t>(4 * polar_.slots) * sizeof(int32_t)));
      if (memory == nullptr) return kNoMemory;
      runs_ = wave_runs(polar_, reinterpret_cast<BlockRuns*>(memory + 2 * polar_.slots), memory);
      numbers = runs_.map_size();
    }
    map_bytes_ = numbers * static_cast<int64_t>(sizeof(R));
    const int64_t fit = kWaveBytes / map_bytes_;
    size_ = polar_.inner == 1 ? maps_of_task<R>(polar_) : minimum(fit < 1 ? 1 : fit, polar_.outer);
    return nullptr;
  }

  int64_t count() const { return ceil_div(polar_.outer, size_); }

  const char* run(int64_t chunk) const {
    static thread_local Scratch scratch;
    const int64_t first = chunk * size_, outer = minimum(size_, polar_.outer - first);
    void* waves = scratch.reserve(static_cast<size_t>(outer * map_bytes_));
    if (waves == nullptr) return kNoMemory;
    const char* error = run(first, outer, waves);
    scratch.trim(kKeptBytes);
    return error;
  }

 private:
  const char* run(int64_t first, int64_t outer, void* waves) const {
    WaveRuns runs = runs_;
    runs.waves = waves;
    LegendreArgs polar = polar_;
    FourierArgs longitudes = args_.longitudes;
    const int64_t coefficients = first * polar.L * polar.L * polar.inner, points = first * longitudes.points * polar.inner;
    polar.outer = longitudes.outer = outer;
    const Steps steps{in_runs_ ? &runs : nullptr};
    if (longitudes.synthesis)
      return in_turn(polar, longitudes, numbers(args_.polar.x) + coefficients, waves, numbers(args_.longitudes.out) + points, steps);
    return in_turn(longitudes, polar, numbers(args_.longitudes.x) + points, waves, numbers(args_.polar.out) + coefficients, steps);
  }

  struct Steps {
    const WaveRuns* runs;
    const char* operator()(const LegendreArgs& args) const { return legendre_step(args, runs); }
    const char* operator()(const FourierArgs& args) const { return fourier_step(args, runs); }
  };
  static const T* numbers(const void* x) { return static_cast<const T*>(x); }
  static T* numbers(void* x) { return static_cast<T*>(x); }

  static Scratch& lists() {
    static thread_local Scratch scratch;
    return scratch;
  }

  const HarmonicArgs& args_;
  const LegendreArgs& polar_;
  const bool in_runs_;
  WaveRuns runs_{};
  int64_t map_bytes_ = 0, size_ = 1;
};

template <class T>
const char* transform(const HarmonicArgs& args) {
  WaveChunks<T> chunks(args);
  if (const char* error = chunks.prepare()) return error;
  return parallel_tasks(chunks.count(), [&](int64_t chunk) { return chunks.run(chunk); });
}

}  // namespace

const char* harmonic(const HarmonicArgs& args, void*) {
  if (args.polar.outer * args.polar.inner == 0) return nullptr;
  return visit_continuous(args.polar.dtype, [&](auto type) { return transform<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
