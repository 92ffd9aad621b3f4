#include "core/profile.h"

#include <atomic>
#include <map>
#include <mutex>

namespace clebsch::profile {
namespace {

std::atomic<bool> is_active{false};

struct Record {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, Row> rows;
};

// Never freed: a stream may be in a task while the library is torn down.
Record& record() {
  static Record* const instance = new Record;
  return *instance;
}

}  // namespace

void start() {
  std::lock_guard lock(record().mutex);
  record().rows.clear();
  is_active.store(true, std::memory_order_relaxed);
}

std::vector<Row> stop() {
  std::lock_guard lock(record().mutex);
  is_active.store(false, std::memory_order_relaxed);
  std::vector<Row> rows;
  for (auto& [key, row] : record().rows) rows.push_back(std::move(row));
  record().rows.clear();
  return rows;
}

bool active() { return is_active.load(std::memory_order_relaxed); }

void add(const char* op, const Effort& effort, double milliseconds) {
  std::lock_guard lock(record().mutex);
  if (!active()) return;
  Row& row = record().rows[{op, effort.shape}];
  if (row.calls == 0) {
    row.op = op;
    row.shape = effort.shape;
  }
  ++row.calls;
  row.milliseconds += milliseconds;
  row.flops += effort.flops;
  row.bytes += effort.bytes;
}

}  // namespace clebsch::profile
