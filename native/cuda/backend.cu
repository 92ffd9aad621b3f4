// The CUDA backend: memory, one stream per device, completion, the table of launchers.
#include <cstdio>
#include <string>

#include "cuda/launch.cuh"

namespace clebsch::accelerator {
namespace {

int32_t driver_version() {
  int version = 0;
  return cudaDriverGetVersion(&version) == cudaSuccess ? version : 0;
}

// Creates no context.
const char* device_count(int32_t* count) { return error_text(cudaGetDeviceCount(count)); }

const char* describe(int32_t index, AcceleratorDevice* out) {
  cudaDeviceProp properties;
  if (const char* error = error_text(cudaGetDeviceProperties(&properties, index))) return error;
  std::snprintf(out->name, sizeof(out->name), "%.*s", static_cast<int>(sizeof(out->name)) - 1, properties.name);
  out->major = properties.major, out->minor = properties.minor;
  out->total_bytes = static_cast<int64_t>(properties.totalGlobalMem);
  return nullptr;
}

// The pool keeps what is released: giving it back to the system at every synchronization would make allocations slow.
const char* keep_memory(int device) {
  cudaMemPool_t pool;
  if (const char* error = error_text(cudaDeviceGetDefaultMemPool(&pool, device))) return error;
  uint64_t threshold = UINT64_MAX;
  return error_text(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold));
}

// The stream lives as long as the process.
const char* open(int32_t index, void** stream) {
  if (const char* error = error_text(cudaSetDevice(index))) return error;
  if (const char* error = keep_memory(index)) return error;
  cudaStream_t handle;
  if (const char* error = error_text(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking))) return error;
  *stream = new Stream{index, handle};
  return nullptr;
}

const char* copy_and_wait(void* stream, void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  return on_stream(stream, [&](cudaStream_t handle) {
    const cudaError_t error = cudaMemcpyAsync(to, from, bytes, kind, handle);
    return error == cudaSuccess ? cudaStreamSynchronize(handle) : error;
  });
}

const char* upload(void* stream, void* device, const void* host, size_t bytes) {
  return copy_and_wait(stream, device, host, bytes, cudaMemcpyHostToDevice);
}

const char* download(void* stream, void* host, const void* device, size_t bytes) {
  return copy_and_wait(stream, host, device, bytes, cudaMemcpyDeviceToHost);
}

const char* synchronize(void* stream) { return on_stream(stream, cudaStreamSynchronize); }

const char* configure(const char*, const char*) { return "the CUDA backend has no settings"; }

// "80, 90, 100 + PTX" from nvcc's list of targets {800, 900, 1000}; the last one is kept as PTX too.
std::string architectures() {
  constexpr int kTargets[] = {__CUDA_ARCH_LIST__};
  std::string text;
  for (const int target : kTargets) text += (text.empty() ? "" : ", ") + std::to_string(target / 10);
  return text + " + PTX";
}

}  // namespace

const char* allocate(void* stream, size_t bytes, void** out) {
  return on_stream(stream, [&](cudaStream_t handle) { return cudaMallocAsync(out, bytes, handle); });
}

const char* release(void* stream, void* memory) {
  if (!memory) return nullptr;
  return on_stream(stream, [&](cudaStream_t handle) { return cudaFreeAsync(memory, handle); });
}

}  // namespace clebsch::accelerator

extern "C" __attribute__((visibility("default"))) const clebsch::AcceleratorApi* clebsch_accelerator(int32_t abi) {
  using namespace clebsch::accelerator;
  static const auto& targets = *new std::string(architectures());  // never destroyed: other threads may still read it
  static const clebsch::AcceleratorApi api{
      .abi = clebsch::kAbiVersion,
      .name = "cuda",
      .architectures = targets.c_str(),
      .runtime_version = CUDART_VERSION,
      .driver_version = driver_version,
      .device_count = device_count,
      .describe = describe,
      .open = open,
      .allocate = allocate,
      .release = release,
      .upload = upload,
      .download = download,
      .synchronize = synchronize,
      .configure = configure,
      .kernels = kKernels,
  };
  return abi == api.abi ? &api : nullptr;
}
