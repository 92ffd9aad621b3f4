#include "core/error.h"

namespace clebsch {

const char* error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::shape:
      return "ERR_SHAPE";
    case ErrorCode::dtype:
      return "ERR_DTYPE";
    case ErrorCode::value:
      return "ERR_VALUE";
    case ErrorCode::device:
      return "ERR_DEVICE";
    case ErrorCode::disposed:
      return "ERR_DISPOSED";
    case ErrorCode::memory:
      return "ERR_MEMORY";
    case ErrorCode::format:
      return "ERR_FORMAT";
    case ErrorCode::io:
      return "ERR_IO";
    case ErrorCode::aborted:
      return "ERR_ABORTED";
  }
  return "ERR_VALUE";
}

}  // namespace clebsch
