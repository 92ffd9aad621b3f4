#pragma once
// What a launcher does with its arguments, one function per struct of the kernel table: told to the profile.
#include "core/profile.h"
#include "kernels/abi.h"

namespace clebsch {

Effort effort_of(const FillArgs& args);
Effort effort_of(const CopyArgs& args);
Effort effort_of(const GatherRowsArgs& args);
Effort effort_of(const ScatterRowsArgs& args);
Effort effort_of(const UnfoldArgs& args);  // fold too: its sums are not counted
Effort effort_of(const UnaryArgs& args);
Effort effort_of(const BinaryArgs& args);
Effort effort_of(const WhereArgs& args);
Effort effort_of(const ReduceArgs& args);
Effort effort_of(const ContractArgs& args);
Effort effort_of(const BilinearArgs& args);
Effort effort_of(const FusedProductArgs& args);
Effort effort_of(const GroupActivationArgs& args);
Effort effort_of(const FourierArgs& args);
Effort effort_of(const LegendreArgs& args);
Effort effort_of(const HarmonicArgs& args);
Effort effort_of(const ResamplingArgs& args);
Effort effort_of(const WignerArgs& args);
Effort effort_of(const TorusArgs& args);
Effort effort_of(const GroupSynthesisArgs& args);
Effort effort_of(const RandomArgs& args);
Effort effort_of(const SgdArgs& args);
Effort effort_of(const AdamArgs& args);

}  // namespace clebsch
