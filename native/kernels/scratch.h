#pragma once
// Memory that a thread keeps between calls: declare as `static thread_local Scratch`.
#include <stdlib.h>

#include <cstddef>

namespace clebsch {
namespace {

constexpr size_t kKeptBytes = size_t{64} << 20;  // that a thread keeps where a call may need any amount: trim()

class Scratch {
 public:
  constexpr Scratch() = default;
  Scratch(const Scratch&) = delete;
  ~Scratch() { free(memory_); }

  // At least `bytes` bytes on a cache line boundary, old content lost; nullptr when there is no memory.
  void* reserve(size_t bytes) {
    if (bytes > size_) {
      free(memory_);
      size_ = (bytes + kLine - 1) / kLine * kLine;
      memory_ = aligned_alloc(kLine, size_);
      if (memory_ == nullptr) size_ = 0;
    }
    return memory_;
  }

  // Gives back what is more than `bytes`.
  void trim(size_t bytes) {
    if (size_ <= bytes) return;
    free(memory_);
    memory_ = nullptr;
    size_ = 0;
  }

 private:
  static constexpr size_t kLine = 64;
  void* memory_ = nullptr;
  size_t size_ = 0;
};

}  // namespace
}  // namespace clebsch
