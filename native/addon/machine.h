#pragma once
// Questions about the machine, its devices and a plan.
#include "addon/bind.h"

namespace clebsch::addon {

napi_value machine_info(const Call& c);                              // info() of api.md, save version and CPU model (lib/machine.ts)
napi_value plan_info(const Call& c, const ops::BilinearPlan& plan);  // { terms, tauOut }
napi_value stop_profile(const Call& c);                              // a list of { op, shape, calls, ms, flops, bytes }
// `emulated` only: key "order" = ascending | descending | random:SEED. Throws ERR_DEVICE where it is not loaded.
void configure_emulation(const std::string& key, const std::string& value);

}  // namespace clebsch::addon
