#include "core/stream.h"

#include <cstdlib>
#include <new>
#include <thread>

namespace clebsch {

thread_local uint64_t current_environment = 0;

namespace {
bool debug_requested() {
  const char* value = std::getenv("CLEBSCH_DEBUG");
  return value && *value && std::string(value) != "0";
}
}  // namespace

// The thread is detached: streams live as long as the process.
Stream::Stream() : debug_(debug_requested()) {
  std::thread([this] { run(); }).detach();
}

void Stream::perform(const Task& task) {
  std::optional<Error> error;
  try {
    if (const char* reason = task.work()) error.emplace(ErrorCode::device, task.op, reason);
  } catch (const Error& e) { error.emplace(e); } catch (const std::bad_alloc&) {
    error.emplace(ErrorCode::memory, task.op, "expected enough memory for the operation, got an allocation failure");
  } catch (const std::exception& e) { error.emplace(ErrorCode::device, task.op, e.what()); }
  if (!error) return;
  std::lock_guard lock(errors_mutex_);
  errors_.emplace(task.environment, *error);  // the first error is the cause: later ones do not replace it
}

void Stream::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return !tasks_.empty() && !busy_; });
    busy_ = true;
    perform_next(lock);
    busy_ = false;
  }
}

void Stream::perform_next(std::unique_lock<std::mutex>& lock) {
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  lock.unlock();
  perform(task);
  task.work = nullptr;  // releases its tensors before the next wait
  lock.lock();
  if (tasks_.size() == kMaxWaiting / 2 || tasks_.empty()) space_.notify_all();
}

bool Stream::perform_here() {
  std::unique_lock lock(mutex_);
  if (busy_) return false;
  busy_ = true;
  for (size_t left = tasks_.size(); left > 0; --left) perform_next(lock);
  busy_ = false;
  if (!tasks_.empty()) wake_.notify_one();
  return true;
}

void Stream::enqueue(const char* op, int64_t cost, Work work) {
  Task task{op, current_environment, std::move(work)};
  {
    std::unique_lock lock(mutex_);
    if (cost <= kInlineCost && tasks_.empty() && !busy_) {
      busy_ = true;
      lock.unlock();
      perform(task);
      lock.lock();
      busy_ = false;
      if (!tasks_.empty()) wake_.notify_one();
    } else {
      if (tasks_.size() >= kMaxWaiting) space_.wait(lock, [&] { return tasks_.size() <= kMaxWaiting / 2; });
      tasks_.push_back(std::move(task));
      if (tasks_.size() == 1) wake_.notify_one();
    }
  }
  if (debug_) synchronize();
}

std::optional<Error> Stream::take_error(uint64_t environment) {
  std::lock_guard lock(errors_mutex_);
  auto found = errors_.find(environment);
  if (found == errors_.end()) return std::nullopt;
  std::optional<Error> error(found->second);
  errors_.erase(found);
  return error;
}

void Stream::on_complete(std::function<void(std::optional<Error>)> f) {
  const uint64_t environment = current_environment;
  std::lock_guard lock(mutex_);
  tasks_.push_back({"completion", environment, [this, environment, f = std::move(f)]() -> const char* {
                      f(take_error(environment));
                      return nullptr;
                    }});
  wake_.notify_one();
}

void Stream::synchronize() {
  if (perform_here()) {
    if (const std::optional<Error> error = take_error(current_environment)) throw *error;
    return;
  }
  std::mutex done_mutex;
  std::condition_variable done;
  bool finished = false;
  std::optional<Error> error;
  on_complete([&](std::optional<Error> e) {
    std::lock_guard lock(done_mutex);
    if (e) error.emplace(*e);
    finished = true;
    done.notify_one();
  });
  std::unique_lock lock(done_mutex);
  done.wait(lock, [&] { return finished; });
  if (error) throw *error;
}

}  // namespace clebsch
