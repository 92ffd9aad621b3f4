#pragma once
// CPU: what the next group of orders reads and writes is asked for while the sums of this one run. It lies in as many places as there are
// degrees and rings, where caches do not look ahead by themselves.
#include "kernels/legendre_columns.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class R>
class GroupAhead {
 public:
  // Nothing is ahead.
  GroupAhead() = default;

  // Orders first .. end - 1, asked for in `calls` calls of some(). Of many maps, the first ones only.
  GroupAhead(const LegendreArgs& args, const Columns<R>& columns, const WaveRuns* runs, int64_t first, int64_t end, int64_t calls)
      : L_(args.L), degree_(first), per_call_(ceil_div(args.L - first, calls)), step_(args.coefficient_step * columns.parts()) {
    const void* coefficients = args.analysis ? args.out : args.x;
    first_ = first * step_;
    last_ = (end - 1) * step_;
    maps_ = static_cast<int>(minimum(columns.run_count(), kMostMaps));
    for (int i = 0; i < maps_; ++i) coefficients_[i] = static_cast<const R*>(coefficients) + columns.run(i).x;
    if (runs == nullptr) return;
    const int64_t column = 2 * (columns.parts() == 2 ? L_ - 1 + first : first);
    const int64_t bytes = runs->count * WaveRuns::kRun * static_cast<int64_t>(sizeof(R));
    for (int i = 0; i < maps_; ++i) {
      const R* waves = static_cast<const R*>(runs->waves) + (columns.first() + i) * runs->map_size() + runs->place(column);
      waves_[i] = reinterpret_cast<const char*>(waves);
    }
    wave_lines_ = ceil_div(bytes, kLine);
    lines_per_call_ = ceil_div(wave_lines_, calls);
  }

  void some() {
    for (int64_t n = per_call_; n > 0 && degree_ < L_; --n, ++degree_) {
      const int64_t row = (degree_ * degree_ + degree_) * step_;
      for (int i = 0; i < maps_; ++i) {
        const R* at = coefficients_[i] + row;
        __builtin_prefetch(at + first_);
        __builtin_prefetch(at + last_);
        __builtin_prefetch(at - first_);
        __builtin_prefetch(at - last_);
      }
    }
    const int64_t begin = wave_line_, last = begin + lines_per_call_, end = last < wave_lines_ ? last : wave_lines_;
    for (int i = 0; i < maps_; ++i)
      for (const char *at = waves_[i] + begin * kLine, *stop = waves_[i] + end * kLine; at < stop; at += kLine) __builtin_prefetch(at);
    wave_line_ = end;
  }

 private:
  static constexpr int64_t kLine = 64, kMostMaps = 8;

  int64_t L_ = 0, degree_ = 0, per_call_ = 0, step_ = 0, first_ = 0, last_ = 0;
  int64_t wave_line_ = 0, wave_lines_ = 0, lines_per_call_ = 0;
  int maps_ = 0;
  const R* coefficients_[kMostMaps];
  const char* waves_[kMostMaps] = {};
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
