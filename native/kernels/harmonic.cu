#include "cuda/launch.cuh"

namespace clebsch::accelerator {

const char* harmonic(const HarmonicArgs& args, void* stream) {
  LegendreArgs polar = args.polar;
  FourierArgs longitudes = args.longitudes;
  if (longitudes.synthesis) {
    polar.out = args.waves;
    longitudes.x = args.waves;
    const char* error = legendre(polar, stream);
    return error ? error : fourier(longitudes, stream);
  }
  longitudes.out = args.waves;
  polar.x = args.waves;
  const char* error = fourier(longitudes, stream);
  return error ? error : legendre(polar, stream);
}

}  // namespace clebsch::accelerator
