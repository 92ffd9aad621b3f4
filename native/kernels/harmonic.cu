#include "cuda/launch.cuh"
#include "kernels/in_turn.h"

namespace clebsch::accelerator {
namespace {

struct Steps {
  void* stream;
  const char* operator()(const LegendreArgs& args) const { return legendre(args, stream); }
  const char* operator()(const FourierArgs& args) const { return fourier(args, stream); }
};

}  // namespace

const char* harmonic(const HarmonicArgs& args, void* stream) {
  LegendreArgs polar = args.polar;
  FourierArgs longitudes = args.longitudes;
  if (longitudes.synthesis) return in_turn(polar, longitudes, polar.x, args.waves, longitudes.out, Steps{stream});
  return in_turn(longitudes, polar, longitudes.x, args.waves, polar.out, Steps{stream});
}

}  // namespace clebsch::accelerator
