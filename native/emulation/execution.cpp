#include "emulation/execution.h"

#include <ucontext.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <vector>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace clebsch::emulation {
namespace {

constexpr size_t kStackBytes = 128 << 10;
constexpr size_t kSharedBytes = 48 << 10;
constexpr unsigned kMaxThreads = 1024;

// A stack to switch to and from. The host's own stack is one too (without `memory`).
struct Stack {
  ucontext_t context;
  std::unique_ptr<std::byte[]> memory;
  const void* bottom = nullptr;
  size_t size = 0;
  void* sanitizer_state = nullptr;
};

// AddressSanitizer must hear of every switch, or it takes a fibre's frames for wild addresses.
void announce_switch([[maybe_unused]] Stack& from, [[maybe_unused]] const Stack& to) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&from.sanitizer_state, to.bottom, to.size);
#endif
}
void finish_switch([[maybe_unused]] Stack& here, [[maybe_unused]] Stack& from) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(here.sanitizer_state, &from.bottom, &from.size);
#endif
}

void switch_stack(Stack& from, Stack& to) {
  announce_switch(from, to);
  swapcontext(&from.context, &to.context);
  finish_switch(from, to);
}

enum class State { ready, at_barrier, at_exchange, exited };

struct Thread {
  State state = State::ready;
  Stack* fibre = nullptr;
  std::source_location where;  // of the barrier or exchange it waits at
  unsigned mask = 0, source = 0;
  const void* value = nullptr;
  void* result = nullptr;
  size_t bytes = 0;
};

bool same_place(const std::source_location& a, const std::source_location& b) {
  return a.line() == b.line() && a.column() == b.column() && !std::strcmp(a.file_name(), b.file_name());
}

struct SharedArray {
  const void* key;
  std::unique_ptr<std::byte[]> memory;
};

enum class Order { ascending, descending, random };

class Machine {
 public:
  const char* run(dim3 grid, dim3 block, void (*kernel)(const void*), const void* args);
  void set_order(Order order, uint64_t seed) { order_ = order, generator_.seed(seed); }
  void wait(State state);
  void* shared_array(const void* key, size_t bytes);

  std::mutex mutex;
  unsigned current = 0;  // linear index of the running thread
  std::vector<Thread> threads;

 private:
  template <typename Index>
  void arrange(std::vector<Index>& indices, size_t count);
  unsigned warp_lanes(unsigned first) const { return std::min<unsigned>(kWarpSize, threads.size() - first); }
  void select(unsigned thread);
  void resume(Stack& fibre);
  Stack& idle_fibre();
  static void fibre_main();
  void run_new_threads();
  void arrange_threads();
  bool run_block();
  void run_ready(size_t begin, size_t end);
  bool release_block();
  bool release_warp(unsigned first);
  void report_deadlock();

  void (*kernel_)(const void*) = nullptr;
  const void* args_ = nullptr;
  Order order_ = Order::ascending;
  std::mt19937_64 generator_;
  std::vector<unsigned> warp_order_, lane_order_, thread_order_;
  size_t started_ = 0;  // thread_order_[0, started_) have begun
  Stack host_;
  Stack* active_ = nullptr;
  std::deque<Stack> fibres_;  // a deque: contexts must not move
  std::vector<Stack*> idle_;
  std::vector<SharedArray> shared_;
  size_t shared_bytes_ = 0;
  std::string error_;
};

Machine& machine = *new Machine;  // never destroyed: a stream may still work while the process exits

template <typename Index>
void Machine::arrange(std::vector<Index>& indices, size_t count) {
  indices.resize(count);
  std::iota(indices.begin(), indices.end(), Index{0});
  if (order_ == Order::descending) std::reverse(indices.begin(), indices.end());
  if (order_ == Order::random) std::shuffle(indices.begin(), indices.end(), generator_);
}

void Machine::select(unsigned thread) {
  current = thread;
  threadIdx = {thread % blockDim.x, thread / blockDim.x % blockDim.y, thread / (blockDim.x * blockDim.y)};
}

void Machine::resume(Stack& fibre) {
  active_ = &fibre;
  switch_stack(host_, fibre);
}

Stack& Machine::idle_fibre() {
  if (idle_.empty()) {
    Stack& fibre = fibres_.emplace_back();
    fibre.memory = std::make_unique_for_overwrite<std::byte[]>(kStackBytes);
    fibre.bottom = fibre.memory.get(), fibre.size = kStackBytes;
    getcontext(&fibre.context);
    fibre.context.uc_stack.ss_sp = fibre.memory.get(), fibre.context.uc_stack.ss_size = kStackBytes;
    makecontext(&fibre.context, fibre_main, 0);
    idle_.push_back(&fibre);
  }
  Stack& fibre = *idle_.back();
  idle_.pop_back();
  return fibre;
}

// A fibre lives as long as the machine: it runs threads, gives itself back and waits for the next block.
void Machine::fibre_main() {
  Stack& self = *machine.active_;
  finish_switch(self, machine.host_);
  for (;;) {
    machine.run_new_threads();
    machine.idle_.push_back(&self);
    switch_stack(self, machine.host_);
  }
}

void Machine::run_new_threads() {
  while (started_ < thread_order_.size()) {
    select(thread_order_[started_++]);
    threads[current].fibre = active_;
    kernel_(args_);
    threads[current].state = State::exited;
  }
}

void Machine::wait(State state) {
  const unsigned thread = current;
  threads[thread].state = state;
  switch_stack(*threads[thread].fibre, host_);
}

// Warp by warp, so that threads of one warp stand together in thread_order_.
void Machine::arrange_threads() {
  thread_order_.clear();
  arrange(warp_order_, (threads.size() + kWarpSize - 1) / kWarpSize);
  for (const unsigned warp : warp_order_) {
    arrange(lane_order_, warp_lanes(warp * kWarpSize));
    for (const unsigned lane : lane_order_) thread_order_.push_back(warp * kWarpSize + lane);
  }
}

// A warp goes as far as it can before the next one moves: the barriers of the block are all that keeps them in step.
bool Machine::run_block() {
  threads.assign(size_t{blockDim.x} * blockDim.y * blockDim.z, {});
  arrange_threads();
  shared_.clear(), shared_bytes_ = 0, started_ = 0;
  while (started_ < threads.size()) resume(idle_fibre());
  const auto exited = [](const Thread& thread) { return thread.state == State::exited; };
  while (!std::all_of(threads.begin(), threads.end(), exited)) {
    bool released = release_block();
    for (size_t begin = 0; begin < threads.size();) {
      const unsigned first = thread_order_[begin] / kWarpSize * kWarpSize;
      const size_t end = begin + warp_lanes(first);
      run_ready(begin, end);
      while (release_warp(first)) {
        released = true;
        run_ready(begin, end);
      }
      begin = end;
    }
    if (!released) {
      report_deadlock();
      return false;
    }
  }
  return error_.empty();
}

void Machine::run_ready(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const unsigned thread = thread_order_[i];
    if (threads[thread].state != State::ready) continue;
    select(thread);
    resume(*threads[thread].fibre);
  }
}

bool Machine::release_block() {
  for (const Thread& thread : threads) {
    if (thread.state != State::at_barrier || !same_place(thread.where, threads[0].where)) return false;
  }
  for (Thread& thread : threads) thread.state = State::ready;
  return true;
}

// Releases the lanes of a warp that form one complete group at one exchange.
bool Machine::release_warp(unsigned first) {
  const unsigned lanes = warp_lanes(first);
  Thread* const warp = &threads[first];
  const auto present = [&](unsigned mask, unsigned lane) { return lane < lanes && (mask >> lane & 1) != 0; };
  bool released = false;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    if (warp[lane].state != State::at_exchange) continue;
    const unsigned mask = warp[lane].mask;
    bool complete = present(mask, lane);
    for (unsigned other = 0; other < lanes; ++other) {
      if (!present(mask, other)) continue;
      const Thread& thread = warp[other];
      complete &= thread.state == State::at_exchange && thread.mask == mask && same_place(thread.where, warp[lane].where);
    }
    if (!complete) continue;
    for (unsigned other = 0; other < lanes; ++other) {
      if (!present(mask, other)) continue;
      Thread& thread = warp[other];
      if (!present(mask, thread.source))
        error_ = "[emulation] expected a shuffle from a lane that takes part";
      else if (thread.bytes > 0)
        std::memcpy(thread.result, warp[thread.source].value, thread.bytes);
      thread.state = State::ready;
    }
    released = true;
  }
  return released;
}

void Machine::report_deadlock() {
  const auto waits = [](const Thread& thread) { return thread.state != State::exited; };
  const auto& where = std::find_if(threads.begin(), threads.end(), waits)->where;
  error_ = std::string("[emulation] deadlock: a thread waits at ") + where.file_name() + ":" + std::to_string(where.line()) +
           ", others have exited or wait elsewhere";
  idle_.clear(), fibres_.clear();  // the suspended threads never end
}

void* Machine::shared_array(const void* key, size_t bytes) {
  for (const SharedArray& array : shared_) {
    if (array.key == key) return array.memory.get();
  }
  shared_bytes_ += bytes;
  if (shared_bytes_ > kSharedBytes) error_ = "[emulation] expected at most 48 KiB of shared memory in a block";
  shared_.push_back({key, std::make_unique_for_overwrite<std::byte[]>(bytes)});
  std::memset(shared_.back().memory.get(), 0xff, bytes);  // NaN in every floating-point type
  return shared_.back().memory.get();
}

const char* Machine::run(dim3 grid, dim3 block, void (*kernel)(const void*), const void* args) {
  const uint64_t thread_count = uint64_t{block.x} * block.y * block.z;
  if (thread_count == 0 || thread_count > kMaxThreads || block.z > 64) return "[emulation] expected a block of 1 to 1024 threads";
  if (grid.x == 0 || grid.x > INT32_MAX || grid.y - 1u > 65534u || grid.z - 1u > 65534u) {
    return "[emulation] expected a grid of at most 2147483647 x 65535 x 65535 blocks";
  }
  kernel_ = kernel, args_ = args, gridDim = grid, blockDim = block;
  error_.clear();
  std::vector<uint64_t> blocks;
  arrange(blocks, uint64_t{grid.x} * grid.y * grid.z);
  for (const uint64_t i : blocks) {
    blockIdx = {unsigned(i % grid.x), unsigned(i / grid.x % grid.y), unsigned(i / grid.x / grid.y)};
    if (!run_block()) break;
  }
  if (error_.empty()) return nullptr;
  thread_local std::string text;  // outlives the lock
  text = error_;
  return text.c_str();
}

}  // namespace

const char* run(dim3 grid, dim3 block, void (*kernel)(const void*), const void* args) {
  const std::lock_guard lock(machine.mutex);
  return machine.run(grid, block, kernel, args);
}

const char* set_order(const char* order) {
  const std::lock_guard lock(machine.mutex);
  if (!std::strcmp(order, "ascending")) {
    machine.set_order(Order::ascending, 0);
  } else if (!std::strcmp(order, "descending")) {
    machine.set_order(Order::descending, 0);
  } else if (!std::strncmp(order, "random:", 7)) {
    machine.set_order(Order::random, std::strtoull(order + 7, nullptr, 10));
  } else {
    return "[emulation] expected ascending, descending or random:SEED for order";
  }
  return nullptr;
}

unsigned lane() { return machine.current % kWarpSize; }

void wait_block(const std::source_location& where) {
  machine.threads[machine.current].where = where;
  machine.wait(State::at_barrier);
}

void exchange(unsigned mask, unsigned source, const void* value, void* result, size_t bytes, const std::source_location& where) {
  Thread& thread = machine.threads[machine.current];
  thread.where = where, thread.mask = mask, thread.source = source;
  thread.value = value, thread.result = result, thread.bytes = bytes;
  machine.wait(State::at_exchange);
}

void* shared_array(const void* key, size_t bytes) { return machine.shared_array(key, bytes); }

}  // namespace clebsch::emulation
