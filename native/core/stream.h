#pragma once
// One in-order queue of work per device, drained by a thread of its own or, while that one is idle, by a caller that waits. A task that
// fails leaves its error with the environment that queued it, until that environment reads or synchronizes.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/error.h"

namespace clebsch {

// Which JS environment (main thread or worker) queues work from this thread; 0 where there is none.
extern thread_local uint64_t current_environment;

class Stream {
 public:
  // Returns nullptr or a static text that says what failed.
  using Work = std::function<const char*()>;

  Stream();
  // Queues `work`. `cost` (elements or multiply-adds) lets small work on an idle queue run at once on the calling thread, which saves two
  // thread switches. Waits only when more than kMaxWaiting tasks are queued. CLEBSCH_DEBUG=1: waits for the task and throws its error.
  void enqueue(const char* op, int64_t cost, Work work);
  // Calls f (on the stream's thread) after all earlier work, with the calling environment's pending error, which is thereby cleared.
  void on_complete(std::function<void(std::optional<Error>)> f);
  // Blocks until all earlier work is done; throws the calling environment's pending error.
  void synchronize();

  static constexpr int64_t kMaxWaiting = 4096;
  static constexpr int64_t kInlineCost = 8192;

 private:
  struct Task {
    const char* op;
    uint64_t environment;
    Work work;
  };
  void run();
  void perform(const Task& task);
  // The first task, outside of the lock. busy_ is the caller's.
  void perform_next(std::unique_lock<std::mutex>& lock);
  // All tasks so far on the calling thread, which would only wait, unless the stream's own is at one: saves two thread switches.
  bool perform_here();
  std::optional<Error> take_error(uint64_t environment);

  std::mutex mutex_;
  std::condition_variable wake_, space_;
  std::deque<Task> tasks_;
  bool busy_ = false;
  const bool debug_;
  std::mutex errors_mutex_;
  std::map<uint64_t, Error> errors_;
};

}  // namespace clebsch
