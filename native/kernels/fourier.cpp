// CPU: Fourier sums on rings, one tile of them after another.
#include "kernels/fourier_rings.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

template <class T>
const char* run_group(const FourierArgs& args, const FourierGroup& group, const WaveRuns* runs) {
  const Rings<T> rings(args, group, runs);
  return run_with_scratch(rings, "no memory for the tiles of a Fourier sum", [&](int64_t begin, int64_t end, void* memory) {
    for (int64_t task = begin; task < end; ++task) rings.run(task, static_cast<RealOf<T>*>(memory));
  });
}

}  // namespace

const char* fourier_step(const FourierArgs& args, const WaveRuns* runs) {
  if (args.outer * args.inner == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) -> const char* {
    for (int32_t i = 0; i < args.groups; ++i)
      if (const char* error = run_group<typename decltype(type)::type>(args, args.group[i], runs)) return error;
    return nullptr;
  });
}

const char* fourier(const FourierArgs& args, void*) { return fourier_step(args, nullptr); }

}  // namespace clebsch::CLEBSCH_ISA
