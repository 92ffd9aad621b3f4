#pragma once
// What the add-on keeps per JS environment (main thread or worker): its mailbox, its live handles, its way back from stream threads.
#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "core/tensor.h"

namespace clebsch::addon {

class Environment {
 public:
  // Created once per environment by the module's entry, owned by it.
  static Environment& create(Napi::Env env);
  static Environment& of(napi_env env);
  ~Environment();

  // Runs `f` on the JS thread, from any thread; dropped where the environment has ended. begin_wait() comes first, on the JS thread:
  // it keeps the event loop alive until the matching post() has run.
  class Gate;
  std::shared_ptr<Gate> begin_wait();
  static void post(const std::shared_ptr<Gate>& gate, std::function<void(Napi::Env)> f);

  // [dtype, device, bytes, ndim, d0..d7] of the tensor that the last call returned.
  double* mailbox() { return mailbox_; }
  napi_value mailbox_array(napi_env env);

  // Live tensor handles; kept apart because finalizers may run after the environment's data is gone.
  struct Ledger {
    int64_t tensors = 0, bytes = 0, unreported = 0;
  };
  const std::shared_ptr<Ledger>& ledger() { return ledger_; }

  const uint64_t id;

 private:
  explicit Environment(Napi::Env env);
  std::shared_ptr<Gate> gate_;
  std::shared_ptr<Ledger> ledger_ = std::make_shared<Ledger>();
  Napi::Reference<Napi::Float64Array> mailbox_array_;
  double* mailbox_ = nullptr;
};

// A JS Error with `code` and `op`, as lib/native.ts expects it.
napi_value to_js_error(napi_env env, const Error& error);

}  // namespace clebsch::addon
