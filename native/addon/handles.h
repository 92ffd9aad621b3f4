#pragma once
// JS externals that hold a tensor or a plan.
#include "addon/environment.h"
#include "ops/ops.h"

namespace clebsch::addon {

// Wraps the tensor, in the handle `into` where that is a released one, fills the mailbox and tells V8 (in steps) how much memory hangs on
// its handles.
napi_value wrap_tensor(napi_env env, napi_value into, Tensor tensor);
// Throws ERR_DISPOSED after release, ERR_VALUE for anything that is not a tensor handle.
const Tensor& unwrap_tensor(napi_env env, napi_value value, const char* op);
void release_tensor(napi_env env, napi_value value);

// Of ops::BilinearPlan and ops::FusedPlan.
template <class P>
napi_value wrap_plan(napi_env env, std::shared_ptr<const P> plan);
template <class P>
const P& unwrap_plan(napi_env env, napi_value value, const char* op);

}  // namespace clebsch::addon
