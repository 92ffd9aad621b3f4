// Module entry: per-environment data and the exported face (typed in lib/native.ts).
#include <thread>

#include "addon/machine.h"
#include "addon/math_face.h"
#include "addon/op_table.h"
#include "core/parallel.h"
#include "core/profile.h"
#include "ops/fused_product.h"

namespace clebsch::addon {
namespace {

// ---- tensors in and out

struct TypedArrayType {
  napi_typedarray_type type;
  int64_t per_element;  // numbers per tensor element: 2 for complex
};

TypedArrayType array_type(Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
      return {napi_float32_array, 1};
    case Dtype::float64:
      return {napi_float64_array, 1};
    case Dtype::complex64:
      return {napi_float32_array, 2};
    case Dtype::complex128:
      return {napi_float64_array, 2};
    case Dtype::int32:
      return {napi_int32_array, 1};
    case Dtype::uint8:
      return {napi_uint8_array, 1};
  }
  return {napi_float32_array, 1};
}

Tensor from_data(const Call& c, RawValue data, const Dims& shape, Dtype dtype, Backend& backend) {
  napi_typedarray_type type = napi_int8_array;  // also where there is none
  size_t length;
  void* bytes;
  const bool typed = napi_get_typedarray_info(c.env, data.value, &type, &length, &bytes, nullptr, nullptr) == napi_ok;
  const auto [wanted, per_element] = array_type(dtype);
  const bool matches = type == wanted || (dtype == Dtype::uint8 && type == napi_uint8_clamped_array);
  require(typed && matches, ErrorCode::dtype, "tensor", "expected a typed array of the dtype ", dtype, " for data, got another value");
  check_shape("tensor", shape);
  require(static_cast<int64_t>(length) == shape.product() * per_element, ErrorCode::shape, "tensor", "expected ",
          shape.product() * per_element, " numbers for the shape ", shape, ", got ", length);
  return from_host(bytes, shape, dtype, backend);
}

Tensor full(const Dims& shape, Dtype dtype, Backend& backend, double re, double im) { return ops::full(shape, dtype, backend, re, im); }

napi_value typed_array(napi_env env, Dtype dtype, int64_t size, void** data) {
  const auto [type, per_element] = array_type(dtype);
  const size_t numbers = static_cast<size_t>(size * per_element), bytes = static_cast<size_t>(size) * dtype_size(dtype);
  napi_value buffer, array;
  if (napi_create_arraybuffer(env, bytes, data, &buffer) != napi_ok ||
      napi_create_typedarray(env, type, numbers, buffer, 0, &array) != napi_ok)
    fail(ErrorCode::memory, "data", "expected ", bytes, " bytes for a typed array, got an allocation failure");
  return array;
}

napi_value data_sync(const Call& c, const Tensor& x) {
  const Tensor source = ops::contiguous(x);
  void* to;
  const napi_value array = typed_array(c.env, x.dtype, x.size(), &to);
  queue_read(source, to);
  source.backend().stream().synchronize();
  return array;
}

// Resolves or rejects a promise once a stream thread has called the returned function, which it must: until then the event loop stays
// alive.
template <class Settle>
std::function<void(std::optional<Error>)> promise(const Call& c, napi_value* result, Settle settle) {
  napi_deferred deferred;
  if (napi_create_promise(c.env, &deferred, result) != napi_ok)
    fail(ErrorCode::memory, c.op, "expected to make a promise, got a failure of the JS engine");
  return [deferred, gate = Environment::of(c.env).begin_wait(), settle](std::optional<Error> error) {
    Environment::post(gate, [deferred, settle, error = std::move(error)](Napi::Env env) {
      if (error) {
        napi_reject_deferred(env, deferred, to_js_error(env, *error));
        return;
      }
      try {
        napi_resolve_deferred(env, deferred, settle(env));
      } catch (const Error& e) { napi_reject_deferred(env, deferred, to_js_error(env, e)); }
    });
  };
}

// The bytes are copied on the stream's thread, in order: an optimizer step queued later must not show.
napi_value data(const Call& c, const Tensor& x) {
  const Tensor source = ops::contiguous(x);
  auto bytes = std::make_shared<std::vector<char>>(source.bytes());
  queue_read(source, bytes->data(), bytes);
  napi_value result;
  auto done = promise(c, &result, [bytes, dtype = x.dtype, size = x.size()](napi_env env) {
    void* to;
    const napi_value array = typed_array(env, dtype, size, &to);
    std::copy(bytes->begin(), bytes->end(), static_cast<char*>(to));
    return array;
  });
  source.backend().stream().on_complete(std::move(done));
  return result;
}

napi_value synchronize(const Call& c, Backend& backend) {
  backend.stream().enqueue("synchronize", Stream::kInlineCost + 1, [&backend] { return backend.wait_device(); });
  napi_value result;
  backend.stream().on_complete(promise(c, &result, [](napi_env env) -> napi_value { return Napi::Env(env).Undefined(); }));
  return result;
}

void synchronize_sync(Backend& backend) {
  backend.stream().enqueue("synchronize", Stream::kInlineCost + 1, [&backend] { return backend.wait_device(); });
  backend.stream().synchronize();
}

void release(const Call& c, RawValue handle) { release_tensor(c.env, handle.value); }

napi_value memory(const Call& c) {
  const auto& ledger = *Environment::of(c.env).ledger();
  Napi::Object result = Napi::Object::New(c.env);
  result.Set("tensors", static_cast<double>(ledger.tensors));
  result.Set("bytes", static_cast<double>(ledger.bytes));
  return result;
}

// A job of a given length on the stream's thread, for the tests of the event loop.
void sleep_task(Backend& backend, double milliseconds) {
  backend.stream().enqueue("sleep", Stream::kInlineCost + 1, [milliseconds]() -> const char* {
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));
    return nullptr;
  });
}

// A task that fails with the given text, for the tests of late errors.
void fail_task(Backend& backend, const std::string& reason) {
  backend.stream().enqueue("fail", Stream::kInlineCost + 1, [reason]() -> const char* { fail(ErrorCode::device, "fail", reason); });
}

// ---- plans

std::shared_ptr<const ops::BilinearPlan> bilinear_plan(const std::vector<int32_t>& tau1, const std::vector<int32_t>& tau2,
                                                       const std::vector<int32_t>& edges, bool complex_basis, bool square, Dtype dtype,
                                                       int device) {
  return ops::bilinear_plan(tau1, tau2, edges, complex_basis, square, dtype, device);
}

std::shared_ptr<const ops::FusedPlan> fused_plan(const std::vector<int32_t>& tau1, const std::vector<int32_t>& tau2,
                                                 const std::vector<int32_t>& tau_out, std::span<const double> items, bool complex_basis,
                                                 bool square, Dtype dtype, int device) {
  return ops::fused_plan(tau1, tau2, tau_out, items, complex_basis, square, dtype, device);
}

double fused_terms(const ops::FusedPlan& plan) { return static_cast<double>(plan.terms); }

double plan_bytes() { return static_cast<double>(PlanCache::instance().bytes()); }
double plan_limit() { return static_cast<double>(PlanCache::instance().limit()); }
void set_plan_limit(double bytes) {
  require(bytes >= 0 && bytes <= 9e15, ErrorCode::value, "planCache", "expected a number of bytes >= 0 for limit, got ", bytes);
  PlanCache::instance().set_limit(static_cast<size_t>(bytes));
}
void clear_plans() { PlanCache::instance().clear(); }

void set_threads(int64_t n) {
  require(n >= 1 && n <= 1024, ErrorCode::value, "setThreads", "expected 1..1024 threads, got ", n);
  set_thread_count(static_cast<int>(n));
}

constexpr Row kFace[] = {
    {"fromData", bound<&from_data>},
    {"full", bound<&full>},
    {"data", bound<&data>},
    {"dataSync", bound<&data_sync>},
    {"release", bound<&release>},
    {"memory", bound<&memory>},
    {"synchronize", bound<&synchronize>},
    {"synchronizeSync", bound<&synchronize_sync>},
    {"setThreads", bound<&set_threads>},
    {"deviceCode", bound<[](const std::string& name) { return static_cast<double>(device_code(name)); }>},
    {"isas", bound<&cpu_isas>},
    {"isa", bound<&cpu_isa>},
    {"setIsa", bound<&set_cpu_isa>},
    {"info", bound<&machine_info>},
    {"configureEmulation", bound<&configure_emulation>},
    {"bilinearPlan", bound<&bilinear_plan>},
    {"planInfo", bound<&plan_info>},
    {"fusedPlan", bound<&fused_plan>},
    {"fusedTerms", bound<&fused_terms>},
    {"sleepTask", bound<&sleep_task>},
    {"failTask", bound<&fail_task>},
};

constexpr Row kPlanCacheFace[] = {
    {"bytes", bound<&plan_bytes>},
    {"limit", bound<&plan_limit>},
    {"setLimit", bound<&set_plan_limit>},
    {"clear", bound<&clear_plans>},
};

constexpr Row kProfileFace[] = {
    {"start", bound<&profile::start>},
    {"stop", bound<&stop_profile>},
};

Napi::Object table(Napi::Env env, std::span<const Row> rows) {
  Napi::Object object = Napi::Object::New(env);
  for (const Row& row : rows) {
    napi_value function;
    napi_create_function(env, row.name, NAPI_AUTO_LENGTH, row.function, const_cast<char*>(row.name), &function);
    object.Set(row.name, function);
  }
  return object;
}

Napi::Object init(Napi::Env env, Napi::Object) {
  Environment& environment = Environment::create(env);
  Napi::Object face = table(env, kFace);
  face.Set("result", environment.mailbox_array(env));
  face.Set("ops", table(env, op_table()));
  face.Set("math", table(env, math_face()));
  face.Set("planCache", table(env, kPlanCacheFace));
  face.Set("profile", table(env, kProfileFace));
  return face;
}

}  // namespace

NODE_API_MODULE(clebsch, init)

}  // namespace clebsch::addon
