// Both steps, some maps after others, so that what is between the steps stays in the caches: where rings are alike, as runs of waves.
#include "kernels/cpu_loop.h"
#include "kernels/harmonic_blocks.h"
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
    if (fit >= 1 || polar_.inner == 1) return nullptr;
    parts_ = polar_.inner > kChannels ? polar_.inner / kChannels : 1;
    LegendreArgs part = polar_;
    part.inner = ceil_div(polar_.inner, parts_);
    by_blocks_ = polar_.spin == 0 && args_.longitudes.uniform != 0 && harmonic_blocks_serve(part);
    return nullptr;
  }

  int64_t count() const { return ceil_div(polar_.outer, size_) * parts_; }

  const char* run(int64_t chunk) const {
    const int64_t first = chunk / parts_ * size_, outer = minimum(size_, polar_.outer - first);
    const int64_t part = chunk % parts_, channel = part * polar_.inner / parts_, end = (part + 1) * polar_.inner / parts_;
    LegendreArgs polar = polar_;
    FourierArgs longitudes = args_.longitudes;
    polar.outer = longitudes.outer = outer;
    polar.inner = longitudes.inner = end - channel;
    longitudes.ring_step = (2 * polar.L - 1) * polar.inner;
    const int64_t coefficients = first * polar.L * polar.L * polar_.inner + channel;
    const int64_t points = first * longitudes.points * polar_.inner + channel;
    return longitudes.synthesis ? run(polar, longitudes, args_.polar.x, coefficients, args_.longitudes.out, points)
                                : run(longitudes, polar, args_.longitudes.x, points, args_.polar.out, coefficients);
  }

 private:
  static constexpr int64_t kChannels = 256 / sizeof(T);  // at a time

  // From x on into out on, counted in numbers.
  template <class First, class Second>
  const char* run(First& first, Second& second, const void* from, int64_t x, void* to, int64_t out) const {
    const T* numbers = static_cast<const T*>(from) + x;
    T* results = static_cast<T*>(to) + out;
    if (by_blocks_) return harmonic_blocks(first, second, numbers, results);
    static thread_local Scratch scratch;
    WaveRuns runs = runs_;
    runs.waves = scratch.reserve(static_cast<size_t>(first.outer * map_bytes_ / polar_.inner * first.inner));
    if (runs.waves == nullptr) return kNoMemory;
    const char* error = in_turn(first, second, numbers, runs.waves, results, Steps{in_runs_ ? &runs : nullptr});
    scratch.trim(kKeptBytes);
    return error;
  }

  struct Steps {
    const WaveRuns* runs;
    const char* operator()(const LegendreArgs& args) const { return legendre_step(args, runs); }
    const char* operator()(const FourierArgs& args) const { return fourier_step(args, runs); }
  };
  static Scratch& lists() {
    static thread_local Scratch scratch;
    return scratch;
  }

  const HarmonicArgs& args_;
  const LegendreArgs& polar_;
  const bool in_runs_;
  WaveRuns runs_{};
  int64_t map_bytes_ = 0, size_ = 1, parts_ = 1;
  bool by_blocks_ = false;
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
