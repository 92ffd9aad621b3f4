#pragma once
// One cache of immutable tables per process: least recently used out first, within a byte budget. An evicted plan lives while somebody
// holds it.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace clebsch {

class Plan {
 public:
  virtual ~Plan() = default;
  virtual size_t bytes() const = 0;
};

class PlanCache {
 public:
  static PlanCache& instance();
  // The plan of `key`, built at most once at a time. `bytes` is what it will take: over the limit throws ERR_MEMORY before any work.
  // `build` may get other plans.
  std::shared_ptr<const Plan> get(const std::string& key, const char* op, size_t bytes,
                                  const std::function<std::shared_ptr<const Plan>()>& build);
  size_t bytes() const;
  size_t limit() const;
  void set_limit(size_t bytes);  // evicts at once where needed
  void clear();

 private:
  PlanCache();
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace clebsch
