#include "addon/handles.h"

#include <cstdlib>

namespace clebsch::addon {
namespace {

enum class Kind : uint32_t { tensor = 0x7e4505, bilinear_plan = 0x91a4, fused_plan = 0x91a5 };

struct Handle {
  const Kind kind;
};

struct TensorHandle : Handle {
  std::optional<Tensor> tensor;
  std::shared_ptr<Environment::Ledger> ledger;
  int64_t bytes = 0;
};

template <class P>
struct PlanHandle : Handle {
  static constexpr Kind kKind = std::is_same_v<P, ops::BilinearPlan> ? Kind::bilinear_plan : Kind::fused_plan;
  std::shared_ptr<const P> plan;
};

// V8 is told in steps: the call costs as much as a small operation.
constexpr int64_t kReportStep = 1 << 18;

void account(napi_env env, Environment::Ledger& ledger, int64_t tensors, int64_t bytes) {
  ledger.tensors += tensors;
  ledger.bytes += bytes;
  ledger.unreported += bytes;
  if (std::abs(ledger.unreported) < kReportStep) return;
  int64_t total;
  napi_adjust_external_memory(env, ledger.unreported, &total);
  ledger.unreported = 0;
}

void drop(napi_env env, TensorHandle& handle) {
  if (!handle.tensor) return;
  handle.tensor.reset();
  account(env, *handle.ledger, -1, -handle.bytes);
}

void finalize_tensor(napi_env env, void* data, void*) {
  const std::unique_ptr<TensorHandle> handle(static_cast<TensorHandle*>(data));
  drop(env, *handle);
}

template <class P>
void finalize_plan(napi_env, void* data, void*) {
  delete static_cast<PlanHandle<P>*>(static_cast<Handle*>(data));
}

// nullptr for anything else.
TensorHandle* released_handle(napi_env env, napi_value value) {
  void* data = nullptr;
  if (napi_get_value_external(env, value, &data) != napi_ok || !data || static_cast<Handle*>(data)->kind != Kind::tensor) return nullptr;
  auto* handle = static_cast<TensorHandle*>(static_cast<Handle*>(data));
  return handle->tensor ? nullptr : handle;
}

template <class T>
T& unwrap(napi_env env, napi_value value, Kind kind, const char* op, const char* what) {
  void* data = nullptr;
  const bool external = napi_get_value_external(env, value, &data) == napi_ok && data;
  require(external && static_cast<Handle*>(data)->kind == kind, ErrorCode::value, op, "expected a native ", what, ", got another value");
  return *static_cast<T*>(static_cast<Handle*>(data));
}

}  // namespace

napi_value wrap_tensor(napi_env env, napi_value into, Tensor tensor) {
  Environment& environment = Environment::of(env);
  double* mailbox = environment.mailbox();
  const auto bytes = static_cast<int64_t>(tensor.bytes());
  mailbox[0] = static_cast<double>(tensor.dtype);
  mailbox[1] = tensor.backend().code();
  mailbox[2] = static_cast<double>(bytes);
  mailbox[3] = tensor.ndim();
  for (int i = 0; i < tensor.ndim(); ++i) mailbox[4 + i] = static_cast<double>(tensor.shape[i]);
  if (TensorHandle* handle = released_handle(env, into)) {
    handle->tensor = std::move(tensor);
    handle->bytes = bytes;
    account(env, *handle->ledger, 1, bytes);
    return into;
  }
  auto handle = std::make_unique<TensorHandle>(TensorHandle{{Kind::tensor}, std::move(tensor), environment.ledger(), bytes});
  napi_value result;
  if (napi_create_external(env, static_cast<Handle*>(handle.get()), finalize_tensor, nullptr, &result) != napi_ok)
    fail(ErrorCode::memory, "tensor", "expected to make a handle, got a failure of the JS engine");
  account(env, *handle.release()->ledger, 1, bytes);
  return result;
}

const Tensor& unwrap_tensor(napi_env env, napi_value value, const char* op) {
  const auto& handle = unwrap<TensorHandle>(env, value, Kind::tensor, op, "tensor");
  require(handle.tensor.has_value(), ErrorCode::disposed, op, "expected a live tensor, got a disposed one");
  return *handle.tensor;
}

void release_tensor(napi_env env, napi_value value) { drop(env, unwrap<TensorHandle>(env, value, Kind::tensor, "dispose", "tensor")); }

template <class P>
napi_value wrap_plan(napi_env env, std::shared_ptr<const P> plan) {
  auto handle = std::make_unique<PlanHandle<P>>(PlanHandle<P>{{PlanHandle<P>::kKind}, std::move(plan)});
  napi_value result;
  if (napi_create_external(env, static_cast<Handle*>(handle.get()), finalize_plan<P>, nullptr, &result) != napi_ok)
    fail(ErrorCode::memory, "plan", "expected to make a handle, got a failure of the JS engine");
  handle.release();
  return result;
}

template <class P>
const P& unwrap_plan(napi_env env, napi_value value, const char* op) {
  return *unwrap<PlanHandle<P>>(env, value, PlanHandle<P>::kKind, op, "plan").plan;
}

template napi_value wrap_plan(napi_env, std::shared_ptr<const ops::BilinearPlan>);
template napi_value wrap_plan(napi_env, std::shared_ptr<const ops::FusedPlan>);
template const ops::BilinearPlan& unwrap_plan(napi_env, napi_value, const char*);
template const ops::FusedPlan& unwrap_plan(napi_env, napi_value, const char*);

}  // namespace clebsch::addon
