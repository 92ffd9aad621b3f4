#pragma once
// Makes a JS function of a C++ function by its signature, and is the one place where exceptions become JS errors.
#include <cmath>
#include <tuple>

#include "addon/handles.h"

namespace clebsch::addon {

constexpr size_t kMaxArguments = 16;

struct Call {
  napi_env env;
  const char* op;
  napi_value self;  // what the function is called on
};

// ---- JS -> C++

double number(const Call& call, napi_value value);
int64_t integer(const Call& call, napi_value value);
std::vector<napi_value> elements(const Call& call, napi_value array);

// An argument taken as it comes.
struct RawValue {
  napi_value value;
};

template <class T>
struct From;
template <>
struct From<RawValue> {
  static RawValue get(const Call&, napi_value v) { return {v}; }
};
template <>
struct From<Tensor> {
  static const Tensor& get(const Call& c, napi_value v) { return unwrap_tensor(c.env, v, c.op); }
};
template <>
struct From<std::optional<Tensor>> {
  static std::optional<Tensor> get(const Call& c, napi_value v) {
    napi_valuetype type;
    napi_typeof(c.env, v, &type);
    if (type == napi_null || type == napi_undefined) return std::nullopt;
    return unwrap_tensor(c.env, v, c.op);
  }
};
template <>
struct From<std::vector<Tensor>> {
  static std::vector<Tensor> get(const Call& c, napi_value v) {
    std::vector<Tensor> tensors;
    for (napi_value e : elements(c, v)) tensors.push_back(unwrap_tensor(c.env, e, c.op));
    return tensors;
  }
};
template <>
struct From<ops::BilinearPlan> {
  static const ops::BilinearPlan& get(const Call& c, napi_value v) { return unwrap_plan<ops::BilinearPlan>(c.env, v, c.op); }
};
template <>
struct From<ops::FusedPlan> {
  static const ops::FusedPlan& get(const Call& c, napi_value v) { return unwrap_plan<ops::FusedPlan>(c.env, v, c.op); }
};
template <>
struct From<double> {
  static double get(const Call& c, napi_value v) { return number(c, v); }
};
template <>
struct From<int64_t> {
  static int64_t get(const Call& c, napi_value v) { return integer(c, v); }
};
template <>
struct From<int> {
  static int get(const Call& c, napi_value v) {
    const int64_t i = integer(c, v);
    require(i >= INT32_MIN && i <= INT32_MAX, ErrorCode::value, c.op, "expected a 32-bit integer, got ", i);
    return static_cast<int>(i);
  }
};
template <>
struct From<bool> {
  static bool get(const Call& c, napi_value v) {
    bool b = false;
    require(napi_get_value_bool(c.env, v, &b) == napi_ok, ErrorCode::value, c.op, "expected a boolean, got another value");
    return b;
  }
};
template <>
struct From<std::string> {
  static std::string get(const Call& c, napi_value v);
};
template <>
struct From<Dims> {
  static Dims get(const Call& c, napi_value v);
};
template <>
struct From<Dtype> {
  static Dtype get(const Call& c, napi_value v) {
    const int64_t code = integer(c, v);
    require(code >= 0 && code < kDtypeCount, ErrorCode::dtype, c.op, "expected a dtype code 0..", kDtypeCount - 1, ", got ", code);
    return static_cast<Dtype>(code);
  }
};
template <>
struct From<Backend> {
  static Backend& get(const Call& c, napi_value v) { return backend(From<int>::get(c, v)); }
};
template <>
struct From<std::span<const double>> {
  static std::span<const double> get(const Call& c, napi_value v);
};
template <>
struct From<std::vector<int32_t>> {
  static std::vector<int32_t> get(const Call& c, napi_value v);
};

// ---- C++ -> JS

inline napi_value to_js(const Call& c, Tensor t) { return wrap_tensor(c.env, c.self, std::move(t)); }
template <class P>
napi_value to_js(const Call& c, std::shared_ptr<const P> plan) {
  return wrap_plan(c.env, std::move(plan));
}
inline napi_value to_js(const Call&, napi_value v) { return v; }
inline napi_value to_js(const Call& c, double x) { return Napi::Number::New(c.env, x); }
inline napi_value to_js(const Call& c, const std::string& s) { return Napi::String::New(c.env, s); }
napi_value to_js(const Call& c, const std::vector<double>& values);     // Float64Array
napi_value to_js(const Call& c, const std::vector<std::string>& list);  // string[]

// ---- calling

void throw_js(napi_env env, const char* op, std::exception_ptr error);

template <class F>
struct Signature;
template <class R, class... Args>
struct Signature<R (*)(Args...)> {
  using Indices = std::index_sequence_for<Args...>;
  template <auto F, size_t... I>
  static napi_value call(const Call& c, napi_value* v, std::index_sequence<I...>) {
    if constexpr (std::is_void_v<R>) {
      F(From<std::remove_cvref_t<Args>>::get(c, v[I])...);
      return nullptr;
    } else {
      return to_js(c, F(From<std::remove_cvref_t<Args>>::get(c, v[I])...));
    }
  }
};
// A first parameter `const Call&` is not a JS argument.
template <class R, class... Args>
struct Signature<R (*)(const Call&, Args...)> {
  using Indices = std::index_sequence_for<Args...>;
  template <auto F, size_t... I>
  static napi_value call(const Call& c, napi_value* v, std::index_sequence<I...>) {
    if constexpr (std::is_void_v<R>) {
      F(c, From<std::remove_cvref_t<Args>>::get(c, v[I])...);
      return nullptr;
    } else {
      return to_js(c, F(c, From<std::remove_cvref_t<Args>>::get(c, v[I])...));
    }
  }
};

// The JS callback of F (a function pointer or a captureless lambda).
template <auto F>
napi_value bound(napi_env env, napi_callback_info info) {
  using S = Signature<decltype(+F)>;
  size_t count = kMaxArguments;
  napi_value values[kMaxArguments];
  napi_value self = nullptr;
  void* name = nullptr;
  napi_get_cb_info(env, info, &count, values, &self, &name);  // missing arguments read as undefined
  const Call call{env, static_cast<const char*>(name), self};
  current_environment = Environment::of(env).id;
  try {
    return S::template call<+F>(call, values, typename S::Indices{});
  } catch (...) {
    throw_js(env, call.op, std::current_exception());
    return nullptr;
  }
}

struct Row {
  const char* name;
  napi_callback function;
};

}  // namespace clebsch::addon
