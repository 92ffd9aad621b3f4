#pragma once
// Tensor: a value that shares its storage. Results of operations are never written again (save by the in-place optimizer rows), so views
// are free.
#include <memory>

#include "core/backend.h"
#include "core/dtype.h"
#include "core/shape.h"

namespace clebsch {

// Owner of one block of a backend's memory, taken at its first use: the program may run far ahead of its streams, and results that are
// dropped before or soon after they are computed then never add up.
class Storage {
 public:
  Storage(Backend& backend, size_t bytes) : backend(backend), bytes(bytes) {}
  ~Storage() {
    if (data_) backend.release(data_, bytes);
  }
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  // Inside a task of the backend's stream, or before anybody else knows the storage. Throws ERR_MEMORY.
  void* data() {
    if (!data_) data_ = backend.allocate(bytes);
    return data_;
  }

  Backend& backend;
  const size_t bytes;

 private:
  void* data_ = nullptr;
};
using StoragePtr = std::shared_ptr<Storage>;

struct Tensor {
  StoragePtr storage;
  Dtype dtype = Dtype::float32;
  Dims shape, strides;  // strides in elements
  int64_t offset = 0;   // in elements

  Backend& backend() const { return storage->backend; }
  int64_t size() const { return shape.product(); }
  size_t bytes() const { return static_cast<size_t>(size()) * dtype_size(dtype); }
  int ndim() const { return shape.ndim; }
  // As Storage::data().
  void* data() const { return static_cast<char*>(storage->data()) + offset * static_cast<int64_t>(dtype_size(dtype)); }
  bool is_contiguous() const;
};

// Throws ERR_SHAPE for a negative size and ERR_MEMORY for more elements than any memory holds.
void check_shape(const char* op, const Dims& shape);
// Uninitialised, contiguous.
Tensor empty(const Dims& shape, Dtype dtype, Backend& backend);
// A view with its own shape and strides.
Tensor view(const Tensor& x, const Dims& shape, const Dims& strides, int64_t offset);

// Copies `bytes` of host memory into a new tensor before returning (staged where the device is not the host).
Tensor from_host(const void* data, const Dims& shape, Dtype dtype, Backend& backend);
// Queues the copy of x (contiguous) to host memory, which `keep` holds until then.
void queue_read(const Tensor& x, void* to, std::shared_ptr<void> keep = nullptr);

}  // namespace clebsch
