#pragma once
// A backend is memory, a table of kernels and a stream. Codes: 0 cpu, 1 emulated (tests), 2 + k cuda:k.
#include <cstddef>
#include <string>
#include <vector>

#include "core/stream.h"
#include "kernels/abi.h"

namespace clebsch {

constexpr int kCpu = 0;
constexpr int kEmulated = 1;
constexpr int kCuda = 2;

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const KernelTable& kernels() const = 0;
  virtual void* native_stream() = 0;         // passed to launchers
  virtual void* allocate(size_t bytes) = 0;  // throws ERR_MEMORY; 64-byte aligned, never null
  virtual void release(void* memory, size_t bytes) noexcept = 0;
  // Both are called inside a task of this backend's stream, or when nothing else can touch the memory.
  virtual const char* upload(void* to, const void* from, size_t bytes) = 0;
  virtual const char* download(void* to, const void* from, size_t bytes) = 0;
  virtual const char* wait_device() = 0;  // waits for asynchronous work of the device itself

  Stream& stream() { return stream_; }
  int code() const { return code_; }
  const std::string& name() const { return name_; }

 protected:
  Backend(int code, std::string name) : code_(code), name_(std::move(name)) {}

 private:
  const int code_;
  const std::string name_;
  Stream stream_;
};

// The backend of a device code; opened on first use and kept for the life of the process. Throws ERR_DEVICE with the reason.
Backend& backend(int code);
// 'cpu', 'cuda', 'cuda:1', 'emulated', 'auto' -> code. 'auto' gives the GPU when one works, else the CPU. CLEBSCH_DEVICE overrides 'auto'.
int device_code(const std::string& name);
std::string device_name(int code);

// ---- CPU: instruction sets
std::vector<std::string> cpu_isas();        // usable on this machine, best last
std::string cpu_isa();                      // in use: the best, or CLEBSCH_ISA
void set_cpu_isa(const std::string& name);  // throws ERR_VALUE

// ---- accelerators
struct AcceleratorStatus {
  bool built = false;  // the library is there
  bool available = false;
  std::string reason;  // why not available, for people
  const AcceleratorApi* api = nullptr;
  int device_count = 0;
};
const AcceleratorStatus& cuda_status();      // probes once; creates no context
const AcceleratorStatus& emulated_status();  // CLEBSCH_EMULATED names the library

}  // namespace clebsch
