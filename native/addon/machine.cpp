#include "addon/machine.h"

#include "core/parallel.h"
#include "core/profile.h"
#include "ops/bilinear.h"

namespace clebsch::addon {
namespace {

Napi::Array split(Napi::Env env, const std::string& text) {
  Napi::Array list = Napi::Array::New(env);
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    part.erase(0, part.find_first_not_of(' '));
    list.Set(list.Length(), part);
  }
  return list;
}

std::string version(int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); }

Napi::Array devices(Napi::Env env, const AcceleratorStatus& status) {
  Napi::Array list = Napi::Array::New(env);
  for (int i = 0; status.available && i < status.device_count; ++i) {
    AcceleratorDevice d{};
    if (status.api->describe(i, &d)) continue;
    Napi::Object device = Napi::Object::New(env);
    device.Set("index", i);
    device.Set("name", std::string(d.name));
    device.Set("computeCapability", std::to_string(d.major) + "." + std::to_string(d.minor));
    device.Set("totalBytes", static_cast<double>(d.total_bytes));
    list.Set(list.Length(), device);
  }
  return list;
}

Napi::Object cuda_info(Napi::Env env) {
  const AcceleratorStatus& status = cuda_status();
  Napi::Object cuda = Napi::Object::New(env);
  cuda.Set("built", status.built);
  cuda.Set("available", status.available);
  cuda.Set("reason", status.reason);
  if (status.api) {
    if (const int driver = status.api->driver_version()) cuda.Set("driver", version(driver));
    cuda.Set("runtime", version(status.api->runtime_version));
  }
  cuda.Set("architectures", split(env, status.api ? status.api->architectures : ""));
  cuda.Set("devices", devices(env, status));
  return cuda;
}

}  // namespace

napi_value machine_info(const Call& c) {
  Napi::Object cpu = Napi::Object::New(c.env);
  cpu.Set("threads", thread_count());
  cpu.Set("isa", cpu_isa());
  cpu.Set("isas", Napi::Value(c.env, to_js(c, cpu_isas())));
  Napi::Object info = Napi::Object::New(c.env);
  info.Set("cpu", cpu);
  info.Set("cuda", cuda_info(c.env));
  return info;
}

napi_value plan_info(const Call& c, const ops::BilinearPlan& plan) {
  Napi::Object info = Napi::Object::New(c.env);
  info.Set("terms", static_cast<double>(plan.terms));
  Napi::Array tau = Napi::Array::New(c.env, plan.tau_out.size());
  for (uint32_t l = 0; l < plan.tau_out.size(); ++l) tau.Set(l, plan.tau_out[l]);
  info.Set("tauOut", tau);
  return info;
}

napi_value stop_profile(const Call& c) {
  Napi::Array rows = Napi::Array::New(c.env);
  for (const profile::Row& row : profile::stop()) {
    Napi::Object object = Napi::Object::New(c.env);
    object.Set("op", row.op);
    object.Set("shape", row.shape);
    object.Set("calls", static_cast<double>(row.calls));
    object.Set("ms", row.milliseconds);
    object.Set("flops", row.flops);
    object.Set("bytes", row.bytes);
    rows.Set(rows.Length(), object);
  }
  return rows;
}

void configure_emulation(const std::string& key, const std::string& value) {
  const AcceleratorStatus& status = emulated_status();
  require(status.available, ErrorCode::device, "configureEmulation", "expected the device 'emulated' to be there, got: ", status.reason);
  if (const char* reason = status.api->configure(key.c_str(), value.c_str())) fail(ErrorCode::value, "configureEmulation", reason);
}

}  // namespace clebsch::addon
