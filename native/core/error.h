#pragma once
// Every mistake of a user and every failure of a device is an Error with a code; nothing prints or aborts.
#include <exception>
#include <sstream>
#include <string>

namespace clebsch {

enum class ErrorCode { shape, dtype, value, device, disposed, memory, format, io, aborted };
const char* error_code_name(ErrorCode code);  // "ERR_SHAPE", ...

// what() reads `[op] message`.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string op, const std::string& message)
      : code(code), op(std::move(op)), text_("[" + this->op + "] " + message) {}
  const char* what() const noexcept override { return text_.c_str(); }
  const ErrorCode code;
  const std::string op;

 private:
  std::string text_;
};

// Parts are formatted only on failure, so passing shapes and names costs nothing on the good path.
template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const char* op, const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(code, op, text.str());
}

template <class... Parts>
void require(bool condition, ErrorCode code, const char* op, const Parts&... parts) {
  if (!condition) [[unlikely]]
    fail(code, op, parts...);
}

}  // namespace clebsch
