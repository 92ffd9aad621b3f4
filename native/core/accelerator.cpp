// Finds, opens and checks the accelerator libraries; one Backend per device over their C table.
#include <dlfcn.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "core/backend.h"
#include "core/cpu_backend.h"

namespace clebsch {
namespace {

class AcceleratorBackend final : public Backend {
 public:
  // `stream` is opened before: a base class whose stream's thread runs must not be destroyed again.
  AcceleratorBackend(int code, const AcceleratorApi& api, void* stream) : Backend(code, device_name(code)), api_(api), stream_(stream) {}
  const KernelTable& kernels() const override { return api_.kernels; }
  void* native_stream() override { return stream_; }
  void* allocate(size_t bytes) override {
    void* memory = nullptr;
    if (const char* reason = api_.allocate(stream_, bytes ? bytes : 1, &memory))
      fail(ErrorCode::memory, "allocate", "expected ", bytes, " bytes of memory to be free on ", name(), ", got: ", reason);
    return memory;
  }
  void release(void* memory, size_t) noexcept override { api_.release(stream_, memory); }
  const char* upload(void* to, const void* from, size_t bytes) override { return bytes ? api_.upload(stream_, to, from, bytes) : nullptr; }
  const char* download(void* to, const void* from, size_t bytes) override {
    return bytes ? api_.download(stream_, to, from, bytes) : nullptr;
  }
  const char* wait_device() override { return api_.synchronize(stream_); }

 private:
  const AcceleratorApi& api_;
  void* const stream_;
};

std::string addon_folder() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(&addon_folder), &info) || !info.dli_fname) return ".";
  const std::string file(info.dli_fname);
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? "." : file.substr(0, slash);
}

void open_library(AcceleratorStatus& status, const std::string& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    status.reason = std::string("the library could not be opened: ") + dlerror();
    return;
  }
  status.built = true;
  const auto get = reinterpret_cast<clebsch_accelerator_fn>(dlsym(library, "clebsch_accelerator"));
  status.api = get ? get(kAbiVersion) : nullptr;
  if (!status.api) status.reason = file + " belongs to another version of clebsch: reinstall the package";
}

std::string version_text(int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); }

void check_driver(AcceleratorStatus& status) {
  const int driver = status.api->driver_version(), runtime = status.api->runtime_version;
  if (runtime && driver == 0) {
    status.reason = "no NVIDIA driver on this machine (libcuda.so.1 was not found)";
  } else if (driver / 1000 < runtime / 1000) {
    status.reason = "the NVIDIA driver supports CUDA " + version_text(driver) + " and this build needs " + version_text(runtime) +
                    ": update the driver";
  } else if (const char* why = status.api->device_count(&status.device_count)) {
    status.reason = std::string("no usable GPU: ") + why;
  } else if (status.device_count == 0) {
    status.reason = "no GPU is visible to this process (see CUDA_VISIBLE_DEVICES)";
  } else {
    status.available = true;
  }
}

AcceleratorStatus probe(const std::string& file) {
  AcceleratorStatus status;
  open_library(status, file);
  if (status.api) check_driver(status);
  return status;
}

const char* environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

}  // namespace

const AcceleratorStatus& cuda_status() {
  static const auto* status = new AcceleratorStatus([] {
    const char* device = environment("CLEBSCH_DEVICE");
    if (!device || std::string(device) != "cpu") return probe(addon_folder() + "/libclebsch_cuda.so");
    AcceleratorStatus off;
    off.reason = "CLEBSCH_DEVICE=cpu switches the GPU off";
    return off;
  }());
  return *status;
}

const AcceleratorStatus& emulated_status() {
  static const auto* status = new AcceleratorStatus([] {
    if (const char* file = environment("CLEBSCH_EMULATED")) return probe(file);
    AcceleratorStatus off;
    off.reason = "CLEBSCH_EMULATED does not name the test library";
    return off;
  }());
  return *status;
}

std::string device_name(int code) { return code == kCpu ? "cpu" : code == kEmulated ? "emulated" : "cuda:" + std::to_string(code - kCuda); }

int device_code(const std::string& name) {
  if (name == "cpu") return kCpu;
  if (name == "auto") {
    const char* wanted = environment("CLEBSCH_DEVICE");
    if (wanted && std::string(wanted) != "auto") return device_code(wanted);
    return cuda_status().available ? kCuda : kCpu;
  }
  if (name == "emulated") {
    require(emulated_status().available, ErrorCode::device, "device",
            "expected the device 'emulated' to be there, got: ", emulated_status().reason);
    return kEmulated;
  }
  require(name.rfind("cuda", 0) == 0, ErrorCode::value, "device", "expected 'cpu', 'cuda', 'cuda:<index>' or 'auto' for device, got '",
          name, "'");
  int index = 0;
  if (name != "cuda") {
    char* end = nullptr;
    const bool digits = name.size() > 5 && name.size() < 9 && name[4] == ':' && name[5] >= '0' && name[5] <= '9';
    index = digits ? static_cast<int>(std::strtol(name.c_str() + 5, &end, 10)) : -1;
    require(digits && *end == 0, ErrorCode::value, "device", "expected 'cuda:<index>' for device, got '", name, "'");
  }
  const AcceleratorStatus& status = cuda_status();
  require(status.available, ErrorCode::device, "device", "expected a GPU for device '", name, "', got none: ", status.reason);
  require(index < status.device_count, ErrorCode::device, "device", "expected an index below ", status.device_count, " for device, got '",
          name, "'");
  return kCuda + index;
}

Backend& backend(int code) {
  if (code == kCpu) return cpu_backend();
  static std::mutex mutex;
  static auto* opened = new std::map<int, std::unique_ptr<AcceleratorBackend>>;
  std::lock_guard lock(mutex);
  auto& slot = (*opened)[code];
  if (!slot) {
    const AcceleratorStatus& status = code == kEmulated ? emulated_status() : cuda_status();
    require(status.available, ErrorCode::device, "device", "expected ", device_name(code), " to be available, got: ", status.reason);
    void* stream = nullptr;
    if (const char* reason = status.api->open(code == kEmulated ? 0 : code - kCuda, &stream))
      fail(ErrorCode::device, "device", "expected to open ", device_name(code), ", got: ", reason);
    slot = std::make_unique<AcceleratorBackend>(code, *status.api, stream);
  }
  return *slot;
}

}  // namespace clebsch
