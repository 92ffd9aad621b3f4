// Host memory and the kernel table of the best instruction set.
#include "core/cpu_backend.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "core/backend.h"
#include "kernels/cpu_table.h"

namespace clebsch {
namespace {

struct Isa {
  const char* name;
  const KernelTable& (*table)();
};

std::vector<Isa> usable_isas() {
  std::vector<Isa> list;
#ifdef CLEBSCH_HAS_base
  list.push_back({"base", cpu_kernels_base});
#endif
#ifdef __x86_64__
  __builtin_cpu_init();
#endif
#ifdef CLEBSCH_HAS_avx2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) list.push_back({"avx2", cpu_kernels_avx2});
#endif
#ifdef CLEBSCH_HAS_avx512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    list.push_back({"avx512", cpu_kernels_avx512});
#endif
  return list;
}

const std::vector<Isa>& isas() {
  static const auto* list = new std::vector<Isa>(usable_isas());
  return *list;
}

// An unknown CLEBSCH_ISA is reported by the first use, not by loading the add-on.
std::atomic<const Isa*>& chosen() {
  static std::atomic<const Isa*> isa{nullptr};
  return isa;
}

const Isa& current() {
  if (const Isa* isa = chosen().load(std::memory_order_relaxed)) return *isa;
  if (isas().empty()) fail(ErrorCode::device, "isa", "expected an instruction set of this build (CLEBSCH_ISAS), the processor has none");
  const char* wanted = std::getenv("CLEBSCH_ISA");
  set_cpu_isa(wanted && *wanted ? wanted : isas().back().name);
  return *chosen().load();
}

// Blocks in size classes of a quarter octave are kept for reuse: fresh pages cost more than the kernels that fill them. When there are too
// many, those go whose size was not asked for longest: what earlier work left behind must not keep out what is in use.
class HostMemory {
 public:
  void* allocate(size_t bytes) {
    const int c = size_class(bytes);
    if (c < kClasses) {
      std::lock_guard lock(mutex_);
      asked_[c] = ++clock_;
      auto& list = free_[c];
      if (!list.empty()) {
        void* block = list.back();
        list.pop_back();
        kept_ -= class_size(c);
        return block;
      }
    }
    return fresh(c < kClasses ? class_size(c) : bytes);
  }
  void release(void* block, size_t bytes) noexcept {
    const int c = size_class(bytes);
#ifndef __SANITIZE_ADDRESS__  // reuse would hide a use after free
    if (c < kClasses) {
      std::lock_guard lock(mutex_);
      if (free_[c].size() < kMaxBlocks) {
        while (kept_ + class_size(c) > kMaxKept) drop_oldest();
        free_[c].push_back(block);
        kept_ += class_size(c);
        return;
      }
    }
#endif
    std::free(block);
  }
  HostMemory() {
    for (auto& list : free_) list.reserve(kMaxBlocks);  // push_back in release() must not throw
  }

 private:
  // Large blocks ask for huge pages: kernels that walk them in long strides find their addresses in the processor's tables then.
  static void* fresh(size_t bytes) {
    const size_t alignment = bytes >= 2 * kHugePage ? kHugePage : 64, size = (bytes + alignment - 1) / alignment * alignment;
    void* block = std::aligned_alloc(alignment, size);
#ifdef __linux__
    if (block && alignment == kHugePage) madvise(block, size, MADV_HUGEPAGE);  // advice: without it only speed is lost
#endif
    return block;
  }
  static constexpr size_t kHugePage = size_t{2} << 20;
  static constexpr int kClasses = 76;  // 256 bytes to 112 MiB in steps of a quarter octave; larger blocks go back at once
  static constexpr size_t kMaxKept = size_t{192} << 20, kMaxBlocks = 1024;
  static size_t class_size(int c) { return (size_t{64} << (c / 4)) * (4 + c % 4); }
  static int size_class(size_t bytes) {
    int c = bytes <= 256 ? 0 : 4 * (63 - __builtin_clzll((bytes - 1) / 256));
    while (c < kClasses && class_size(c) < bytes) ++c;
    return c;
  }
  // One block of the class that was asked for longest ago; there is one.
  void drop_oldest() noexcept {
    int oldest = -1;
    for (int c = 0; c < kClasses; ++c)
      if (!free_[c].empty() && (oldest < 0 || asked_[c] < asked_[oldest])) oldest = c;
    std::free(free_[oldest].back());
    free_[oldest].pop_back();
    kept_ -= class_size(oldest);
  }
  std::mutex mutex_;
  std::array<std::vector<void*>, kClasses> free_;
  std::array<uint64_t, kClasses> asked_{};  // when, by the clock
  uint64_t clock_ = 0;
  size_t kept_ = 0;
};

class CpuBackend final : public Backend {
 public:
  CpuBackend() : Backend(kCpu, "cpu") {}
  const KernelTable& kernels() const override { return current().table(); }
  void* native_stream() override { return nullptr; }
  void* allocate(size_t bytes) override {
    void* block = memory_.allocate(bytes ? bytes : 1);
    if (!block) fail(ErrorCode::memory, "allocate", "expected ", bytes, " bytes of host memory to be free, got an allocation failure");
    return block;
  }
  void release(void* block, size_t bytes) noexcept override { memory_.release(block, bytes ? bytes : 1); }
  const char* upload(void* to, const void* from, size_t bytes) override {
    if (bytes) std::memcpy(to, from, bytes);
    return nullptr;
  }
  const char* download(void* to, const void* from, size_t bytes) override { return upload(to, from, bytes); }
  const char* wait_device() override { return nullptr; }

 private:
  HostMemory memory_;
};

}  // namespace

Backend& cpu_backend() {
  static auto* instance = new CpuBackend;  // never destroyed: its stream's thread outlives static destructors
  return *instance;
}

std::vector<std::string> cpu_isas() {
  std::vector<std::string> names;
  for (const Isa& isa : isas()) names.emplace_back(isa.name);
  return names;
}
std::string cpu_isa() { return current().name; }

void set_cpu_isa(const std::string& name) {
  std::string known;
  for (const Isa& isa : isas()) {
    if (name == isa.name) {
      chosen() = &isa;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(isa.name);
  }
  fail(ErrorCode::value, "isa", "expected one of ", known, " for CLEBSCH_ISA on this machine, got ", name);
}

}  // namespace clebsch
