#pragma once
// Memory that a thread keeps between calls: declare as `static thread_local Scratch`.
#include <stdlib.h>

#include <cstddef>

#include "kernels/cpu_loop.h"

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

// run(begin, end, memory) over the work's tasks() of task_size() elements on the thread pool, with scratch_bytes() of memory for each
// range. Returns `no_memory` where there is none.
template <class Work, class Run>
inline const char* run_with_scratch(const Work& work, const char* no_memory, Run run) {
  bool failed = false;
  parallel_for(work.tasks(), grain_of(work.task_size()), [&](int64_t begin, int64_t end) {
    static thread_local Scratch scratch;
    void* memory = scratch.reserve(work.scratch_bytes());
    if (memory == nullptr) return __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
    run(begin, end, memory);
  });
  return failed ? no_memory : nullptr;
}

}  // namespace
}  // namespace clebsch
