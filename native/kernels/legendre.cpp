#include "kernels/legendre_task.h"

namespace clebsch::CLEBSCH_ISA {

const char* legendre(const LegendreArgs& args, void*) {
  if (args.outer * args.inner == 0) return nullptr;
  const bool single = args.dtype == Dtype::float32 || args.dtype == Dtype::complex64;
  return single ? legendre_step<float>(args, nullptr) : legendre_step<double>(args, nullptr);
}

}  // namespace clebsch::CLEBSCH_ISA
