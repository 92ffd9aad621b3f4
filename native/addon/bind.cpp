#include "addon/bind.h"

#include <new>

namespace clebsch::addon {

double number(const Call& call, napi_value value) {
  double x = 0;
  require(napi_get_value_double(call.env, value, &x) == napi_ok, ErrorCode::value, call.op, "expected a number, got another value");
  return x;
}

int64_t integer(const Call& call, napi_value value) {
  const double x = number(call, value);
  require(std::floor(x) == x && std::abs(x) <= 9007199254740991.0, ErrorCode::value, call.op, "expected an integer, got ", x);
  return static_cast<int64_t>(x);
}

std::vector<napi_value> elements(const Call& call, napi_value array) {
  uint32_t count = 0;
  require(napi_get_array_length(call.env, array, &count) == napi_ok, ErrorCode::value, call.op, "expected an array, got another value");
  std::vector<napi_value> list(count);
  for (uint32_t i = 0; i < count; ++i)
    require(napi_get_element(call.env, array, i, &list[i]) == napi_ok, ErrorCode::value, call.op,
            "expected a readable array, got one that throws");
  return list;
}

std::string From<std::string>::get(const Call& c, napi_value v) {
  size_t length = 0;
  require(napi_get_value_string_utf8(c.env, v, nullptr, 0, &length) == napi_ok, ErrorCode::value, c.op,
          "expected a string, got another value");
  std::string text(length, '\0');
  napi_get_value_string_utf8(c.env, v, text.data(), length + 1, &length);
  return text;
}

Dims From<Dims>::get(const Call& c, napi_value v) {
  uint32_t count = 0;
  require(napi_get_array_length(c.env, v, &count) == napi_ok, ErrorCode::value, c.op, "expected an array of integers, got another value");
  require(count <= kMaxDims, ErrorCode::shape, c.op, "expected at most ", kMaxDims, " axes, got ", count);
  Dims dims;
  for (uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    require(napi_get_element(c.env, v, i, &element) == napi_ok, ErrorCode::value, c.op, "expected a readable array, got one that throws");
    dims.push(integer(c, element));
  }
  return dims;
}

std::span<const double> From<std::span<const double>>::get(const Call& c, napi_value v) {
  napi_typedarray_type type;
  size_t length;
  void* data;
  const bool good = napi_get_typedarray_info(c.env, v, &type, &length, &data, nullptr, nullptr) == napi_ok && type == napi_float64_array;
  require(good, ErrorCode::value, c.op, "expected a Float64Array, got another value");
  return {static_cast<const double*>(data), length};
}

std::vector<int32_t> From<std::vector<int32_t>>::get(const Call& c, napi_value v) {
  std::vector<int32_t> list;
  for (napi_value e : elements(c, v)) list.push_back(From<int>::get(c, e));
  return list;
}

napi_value to_js(const Call& c, const std::vector<double>& values) {
  Napi::Float64Array array = Napi::Float64Array::New(c.env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

napi_value to_js(const Call& c, const std::vector<std::string>& list) {
  Napi::Array array = Napi::Array::New(c.env, list.size());
  for (uint32_t i = 0; i < list.size(); ++i) array.Set(i, list[i]);
  return array;
}

void throw_js(napi_env env, const char* op, std::exception_ptr error) {
  const auto raise = [env](const Error& e) { napi_throw(env, to_js_error(env, e)); };
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) { raise(e); } catch (const Napi::Error& e) {
    e.ThrowAsJavaScriptException();
  } catch (const std::bad_alloc&) {
    raise(Error(ErrorCode::memory, op, "expected enough memory for the operation, got an allocation failure"));
  } catch (const std::exception& e) { raise(Error(ErrorCode::value, op, e.what())); }
}

}  // namespace clebsch::addon
