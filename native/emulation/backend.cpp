// The emulated backend: every allocation is a block of its own (AddressSanitizer sees overruns), and all work is done when a call returns.
#include <cstdlib>
#include <cstring>

#include "cuda/launch.cuh"

namespace clebsch::accelerator {
namespace {

int32_t driver_version() { return 0; }

const char* device_count(int32_t* count) {
  *count = 1;
  return nullptr;
}

const char* describe(int32_t, AcceleratorDevice* out) {
  *out = {.name = "emulated", .major = 0, .minor = 0, .total_bytes = 0};
  return nullptr;
}

const char* open(int32_t, void** stream) {
  static char only_stream;
  *stream = &only_stream;
  return nullptr;
}

const char* copy_bytes(void*, void* to, const void* from, size_t bytes) {
  std::memcpy(to, from, bytes);
  return nullptr;
}

const char* synchronize(void*) { return nullptr; }

const char* configure(const char* key, const char* value) {
  return std::strcmp(key, "order") ? "[emulation] expected order for the key" : emulation::set_order(value);
}

}  // namespace

// Filled with NaN: an element that no kernel wrote shows.
const char* allocate(void*, size_t bytes, void** out) {
  *out = std::malloc(bytes);
  if (!*out) return "out of memory";
  std::memset(*out, 0xff, bytes);
  return nullptr;
}

const char* release(void*, void* memory) {
  std::free(memory);
  return nullptr;
}

}  // namespace clebsch::accelerator

extern "C" __attribute__((visibility("default"))) const clebsch::AcceleratorApi* clebsch_accelerator(int32_t abi) {
  using namespace clebsch::accelerator;
  static const clebsch::AcceleratorApi api{
      .abi = clebsch::kAbiVersion,
      .name = "emulated",
      .architectures = "",
      .runtime_version = 0,
      .driver_version = driver_version,
      .device_count = device_count,
      .describe = describe,
      .open = open,
      .allocate = allocate,
      .release = release,
      .upload = copy_bytes,
      .download = copy_bytes,
      .synchronize = synchronize,
      .configure = configure,
      .kernels = kKernels,
  };
  return abi == api.abi ? &api : nullptr;
}
