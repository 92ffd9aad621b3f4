#pragma once
#include "core/backend.h"

namespace clebsch {
Backend& cpu_backend();
}
