#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

namespace clebsch {
namespace {

// A thread watches this often, some 30 microseconds, before it sleeps: to wake it again costs more than that.
constexpr int kWatches = 3000;

template <class Condition>
void watch(Condition done) {
  for (int i = 0; i < kWatches && !done(); ++i) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
}

// One call of parallel_ranges; lives on the caller's stack.
struct Job {
  const int64_t n, grain;
  const RangeFn fn;
  void* const context;
  Job* const parent;             // a range of which it is part of, or nullptr
  int seats;                     // of a job without parent: workers that may still join it or what is inside; guarded by the pool's mutex
  std::atomic<int> helpers{0};   // other threads at work; changed under the pool's mutex
  std::atomic<int64_t> next{0};  // first index not yet handed out

  static thread_local Job* current;  // of this thread

  // Ranges not yet handed out.
  int64_t left() const { return (n - std::min(n, next.load(std::memory_order_relaxed)) + grain - 1) / grain; }
  Job& root() { return parent ? parent->root() : *this; }
  bool inside(const Job& other) const { return parent && (parent == &other || parent->inside(other)); }

  void work() {
    Job* const outer = current;
    current = this;
    for (int64_t begin; (begin = next.fetch_add(grain, std::memory_order_relaxed)) < n;) fn(context, begin, std::min(n, begin + grain));
    current = outer;
  }
};
thread_local Job* Job::current = nullptr;

// The caller takes part in its own job, so a job ends also when no worker is free, can be created, or is left. While others finish it, the
// caller helps with the jobs inside.
class Pool {
 public:
  void run(Job& job, int helpers) {
    {
      std::lock_guard lock(mutex_);
      grow(helpers);
      if (!job.parent) spread();
      jobs_.push_back(&job);
      posted_.fetch_add(1, std::memory_order_relaxed);
    }
    for (int i = 0; i < helpers; ++i) wake_.notify_one();
    if (job.parent) left_.notify_all();
    job.work();
    std::unique_lock lock(mutex_);
    std::erase(jobs_, &job);  // nobody joins any more
    const auto inside = [&](Job& other) { return other.inside(job); };
    while (job.helpers > 0) {
      if (Job* other = find(inside)) {
        join(*other, lock);
        continue;
      }
      const int64_t seen = posted_.load(std::memory_order_relaxed);
      lock.unlock();
      watch([&] { return job.helpers == 0 || posted_.load(std::memory_order_relaxed) != seen; });
      lock.lock();
      left_.wait(lock, [&] { return job.helpers == 0 || find(inside); });
    }
  }

  void shut_down() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

 private:
  void grow(int count) {
    while (!closed_ && static_cast<int>(workers_.size()) < count) {
      try {
        workers_.emplace_back([this] { serve(); });
        avoided_core_ = -1;
      } catch (const std::system_error&) {
        return;  // no more threads to be had
      }
    }
  }

  // Keeps workers off the core of the caller. The system likes to wake them there, and takes up to ten milliseconds to see that one core is
  // idle while two threads share another. The caller itself stays free to move.
  void spread() {
#ifdef __linux__
    const int core = sched_getcpu();
    cpu_set_t cores;
    if (core == avoided_core_ || core < 0 || core >= CPU_SETSIZE || sched_getaffinity(0, sizeof cores, &cores) != 0) return;
    avoided_core_ = core;
    if (CPU_COUNT(&cores) > 1) CPU_CLR(core, &cores);
    for (std::thread& worker : workers_) pthread_setaffinity_np(worker.native_handle(), sizeof cores, &cores);
#endif
  }

  // The oldest job of which something is left and that is `wanted`.
  template <class Wanted>
  Job* find(Wanted wanted) {
    for (Job* job : jobs_)
      if (job->left() > 0 && wanted(*job)) return job;
    return nullptr;
  }

  // Unlocks while it works.
  void join(Job& job, std::unique_lock<std::mutex>& lock) {
    ++job.helpers;
    lock.unlock();
    job.work();
    lock.lock();
    if (--job.helpers == 0) left_.notify_all();
  }

  void serve() {
    const auto has_seat = [](Job& job) { return job.root().seats > 0; };
    std::unique_lock lock(mutex_);
    for (Job* job; true;) {
      if (!(job = find(has_seat)) && !closed_) {
        const int64_t seen = posted_.load(std::memory_order_relaxed);
        lock.unlock();
        watch([&] { return posted_.load(std::memory_order_relaxed) != seen; });
        lock.lock();
      }
      wake_.wait(lock, [&] { return closed_ || (job = find(has_seat)); });
      if (closed_) return;
      Job& root = job->root();  // lives as long as the job
      --root.seats;
      join(*job, lock);
      ++root.seats;
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, left_;
  std::vector<std::thread> workers_;
  std::vector<Job*> jobs_;          // jobs that want helpers, oldest first
  std::atomic<int64_t> posted_{0};  // jobs so far
  int avoided_core_ = -1;           // of the workers
  bool closed_ = false;
};

// The pool is never freed: another thread may be inside a job while the library is torn down. Only its workers end then.
Pool& pool() {
  static Pool* const instance = new Pool;
  static const struct AtExit {
    ~AtExit() { instance->shut_down(); }
  } at_exit;
  return *instance;
}

int default_thread_count() {
  if (const char* text = std::getenv("CLEBSCH_THREADS")) {
    const int n = std::atoi(text);
    if (n >= 1) return n;
  }
#ifdef __linux__
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

std::atomic<int>& thread_count_setting() {
  static std::atomic<int> count{default_thread_count()};
  return count;
}

}  // namespace

int thread_count() { return thread_count_setting().load(std::memory_order_relaxed); }

void set_thread_count(int n) { thread_count_setting().store(n, std::memory_order_relaxed); }

void parallel_ranges(int64_t n, int64_t grain, RangeFn fn, void* context) {
  if (n <= 0) return;
  const int64_t ranges = n / grain + (n % grain != 0);
  const int most = thread_count();
  Job* const outer = Job::current;
  // Inside of another call, once that has too little left for threads that come to be free.
  if (ranges > 1 && most > 1 && !(outer && outer->root().left() >= most)) {
    Job job{n, grain, fn, context, outer, most - 1};
    pool().run(job, static_cast<int>(std::min<int64_t>(ranges, most)) - 1);
    return;
  }
  for (int64_t begin = 0; begin < n; begin += grain) fn(context, begin, std::min(n, begin + grain));
}

}  // namespace clebsch
