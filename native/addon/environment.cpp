#include "addon/environment.h"

namespace clebsch::addon {

// The border between stream threads and one environment. Outlives the environment while work is under way.
class Environment::Gate {
 public:
  std::mutex mutex;
  bool open = true;
  napi_threadsafe_function function = nullptr;
  int waiting = 0;  // JS thread only

  void close() {
    std::lock_guard lock(mutex);
    if (!open) return;
    open = false;
    napi_release_threadsafe_function(function, napi_tsfn_abort);
  }
};

namespace {

struct Message {
  std::shared_ptr<Environment::Gate> gate;
  std::function<void(Napi::Env)> run;
};

// env is null while the environment ends: the message is only freed.
void deliver(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Message> message(static_cast<Message*>(data));
  if (!env) return;
  auto& gate = *message->gate;
  if (--gate.waiting == 0) napi_unref_threadsafe_function(env, gate.function);
  message->run(Napi::Env(env));
}

std::atomic<uint64_t> next_id{1};

}  // namespace

Environment::Environment(Napi::Env env) : id(next_id++), gate_(std::make_shared<Gate>()) {
  const napi_value name = Napi::String::New(env, "clebsch completion");
  const napi_status status =
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, deliver, &gate_->function);
  if (status != napi_ok) throw Napi::Error::New(env, "clebsch: the completion queue could not be made");
  napi_unref_threadsafe_function(env, gate_->function);
  Napi::Float64Array array = Napi::Float64Array::New(env, 4 + kMaxDims);
  mailbox_ = array.Data();
  mailbox_array_ = Napi::Persistent(array);
  mailbox_array_.SuppressDestruct();  // the environment's end frees it
}

Environment& Environment::create(Napi::Env env) {
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
  env.AddCleanupHook([gate = environment->gate_] { gate->close(); });
  return *environment;
}

Environment& Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

Environment::~Environment() { gate_->close(); }

std::shared_ptr<Environment::Gate> Environment::begin_wait() {
  if (gate_->waiting++ == 0) napi_ref_threadsafe_function(mailbox_array_.Env(), gate_->function);
  return gate_;
}

void Environment::post(const std::shared_ptr<Gate>& gate, std::function<void(Napi::Env)> f) {
  auto message = std::make_unique<Message>(Message{gate, std::move(f)});
  std::lock_guard lock(gate->mutex);
  if (gate->open && napi_call_threadsafe_function(gate->function, message.get(), napi_tsfn_blocking) == napi_ok) message.release();
}

napi_value Environment::mailbox_array(napi_env) { return mailbox_array_.Value(); }

// Plain napi calls: while a worker is being terminated they fail, and an exception from here would end the process.
napi_value to_js_error(napi_env env, const Error& error) {
  const auto text = [env](const std::string& value) {
    napi_value result = nullptr;
    napi_create_string_utf8(env, value.data(), value.size(), &result);
    return result;
  };
  napi_value result = nullptr;
  if (napi_create_error(env, nullptr, text(error.what()), &result) != napi_ok) return nullptr;
  napi_set_named_property(env, result, "code", text(error_code_name(error.code)));
  napi_set_named_property(env, result, "op", text(error.op));
  return result;
}

}  // namespace clebsch::addon
