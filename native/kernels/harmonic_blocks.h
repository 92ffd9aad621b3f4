#pragma once
// CPU: both steps for channels, the rings of a band of slots after another, so that what is between the steps stays in the caches. The
// coefficients of all orders are rows of numbers meanwhile.
#include "kernels/transform_args.h"

namespace clebsch::CLEBSCH_ISA {

// Whether it serves a call of the polar step with its `inner` channels, on rings that are all alike.
bool harmonic_blocks_serve(const LegendreArgs& polar);

// From x to out, outer = 1; the steps come in their order, and what they would read and write is ignored. Returns what is wrong.
const char* harmonic_blocks(const LegendreArgs& polar, const FourierArgs& longitudes, const void* x, void* out);
const char* harmonic_blocks(const FourierArgs& longitudes, const LegendreArgs& polar, const void* x, void* out);

}  // namespace clebsch::CLEBSCH_ISA
