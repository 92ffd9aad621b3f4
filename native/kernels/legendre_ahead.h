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

  // Orders first .. end - 1, asked for in `calls` calls of some().
  GroupAhead(const LegendreArgs& args, const Columns<R>& columns, const WaveRuns* runs, int64_t first, int64_t end, int64_t calls)
      : L_(args.L), degree_(first), per_call_(ceil_div(args.L - first, calls)), step_(args.inner * columns.parts()) {
    const void* coefficients = args.analysis ? args.out : args.x;
    first_ = first * step_;
    last_ = (end - 1) * step_;
    coefficients_ = static_cast<const R*>(coefficients) + columns.run(0).x;
    if (runs == nullptr) return;
    const int64_t column = 2 * (columns.parts() == 2 ? L_ - 1 + first : first);
    const R* waves = static_cast<const R*>(runs->waves) + columns.first() * runs->map_size() + runs->place(column);
    wave_ = reinterpret_cast<const char*>(waves);
    waves_end_ = reinterpret_cast<const char*>(waves + runs->count * WaveRuns::kRun);
    waves_per_call_ = ceil_div((waves_end_ - wave_) / kLine, calls);
  }

  void some() {
    for (int64_t n = per_call_; n > 0 && degree_ < L_; --n, ++degree_) {
      const R* at = coefficients_ + (degree_ * degree_ + degree_) * step_;
      __builtin_prefetch(at + first_);
      __builtin_prefetch(at + last_);
      __builtin_prefetch(at - first_);
      __builtin_prefetch(at - last_);
    }
    for (int64_t n = waves_per_call_; n > 0 && wave_ < waves_end_; --n, wave_ += kLine) __builtin_prefetch(wave_);
  }

 private:
  static constexpr int64_t kLine = 64;

  int64_t L_ = 0, degree_ = 0, per_call_ = 0, waves_per_call_ = 0, step_ = 0, first_ = 0, last_ = 0;
  const R* coefficients_ = nullptr;
  const char *wave_ = nullptr, *waves_end_ = nullptr;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
