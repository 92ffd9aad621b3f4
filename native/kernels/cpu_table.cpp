#include "kernels/cpu_table.h"

namespace clebsch {

namespace CLEBSCH_ISA {
#define CLEBSCH_ROW(name, Args) const char* name(const Args& args, void* stream);
CLEBSCH_KERNELS(CLEBSCH_ROW)
#undef CLEBSCH_ROW
}  // namespace CLEBSCH_ISA

#define CLEBSCH_JOIN(a, b) a##b
#define CLEBSCH_TABLE_OF(isa) CLEBSCH_JOIN(cpu_kernels_, isa)

const KernelTable& CLEBSCH_TABLE_OF(CLEBSCH_ISA)() {
  static constexpr KernelTable table = {
#define CLEBSCH_ROW(name, Args) CLEBSCH_ISA::name,
      CLEBSCH_KERNELS(CLEBSCH_ROW)
#undef CLEBSCH_ROW
  };
  return table;
}

}  // namespace clebsch
