#include "core/plan_cache.h"

#include <cstdlib>
#include <list>
#include <map>
#include <mutex>

#include "core/error.h"

namespace clebsch {

struct PlanCache::State {
  struct Entry {
    std::shared_ptr<const Plan> plan;
    std::list<std::string>::iterator use;
  };
  std::mutex mutex;                  // guards everything below
  std::recursive_mutex build_mutex;  // one thread builds at a time: a second caller of the same key finds it done. Builds may nest
  std::map<std::string, Entry> entries;
  std::list<std::string> recent;  // most recent first
  size_t bytes = 0, limit = size_t{512} << 20;

  std::shared_ptr<const Plan> find(const std::string& key) {
    std::lock_guard lock(mutex);
    auto found = entries.find(key);
    if (found == entries.end()) return nullptr;
    recent.splice(recent.begin(), recent, found->second.use);
    return found->second.plan;
  }
  void shrink(size_t to) {
    while (bytes > to && !recent.empty()) {
      auto last = entries.find(recent.back());
      bytes -= last->second.plan->bytes();
      entries.erase(last);
      recent.pop_back();
    }
  }
};

PlanCache::PlanCache() : state_(std::make_shared<State>()) {
  if (const char* value = std::getenv("CLEBSCH_PLAN_BYTES")) {
    const long long bytes = std::atoll(value);
    if (bytes > 0) state_->limit = static_cast<size_t>(bytes);
  }
}

PlanCache& PlanCache::instance() {
  static auto* cache = new PlanCache;
  return *cache;
}

std::shared_ptr<const Plan> PlanCache::get(const std::string& key, const char* op, size_t bytes,
                                           const std::function<std::shared_ptr<const Plan>()>& build) {
  if (auto plan = state_->find(key)) return plan;
  require(bytes <= limit(), ErrorCode::memory, op, "expected a plan of at most ", limit(), " bytes (planCache.limit), got one of ", bytes);
  std::lock_guard building(state_->build_mutex);
  if (auto plan = state_->find(key)) return plan;
  auto plan = build();
  std::lock_guard lock(state_->mutex);
  if (plan->bytes() > state_->limit) return plan;
  state_->shrink(state_->limit - plan->bytes());
  state_->recent.push_front(key);
  state_->entries[key] = {plan, state_->recent.begin()};
  state_->bytes += plan->bytes();
  return plan;
}

size_t PlanCache::bytes() const {
  std::lock_guard lock(state_->mutex);
  return state_->bytes;
}
size_t PlanCache::limit() const {
  std::lock_guard lock(state_->mutex);
  return state_->limit;
}
void PlanCache::set_limit(size_t bytes) {
  std::lock_guard lock(state_->mutex);
  state_->limit = bytes;
  state_->shrink(bytes);
}
void PlanCache::clear() {
  std::lock_guard lock(state_->mutex);
  state_->shrink(0);
}

}  // namespace clebsch
