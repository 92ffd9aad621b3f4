#pragma once
// Measurements of operations, for all devices and environments of the process: one profile at a time.
#include <cstdint>
#include <string>
#include <vector>

namespace clebsch {

// What one task does. A multiply and an add count as one floating-point operation each, as does an elementwise function of a real number;
// moving and comparing numbers counts none. Bytes: of the distinct elements that it reads and writes.
struct Effort {
  double flops = 0, bytes = 0;
  std::string shape;  // for people
};

namespace profile {

struct Row {
  std::string op, shape;
  int64_t calls = 0;
  double milliseconds = 0, flops = 0, bytes = 0;
};

// Drops what was measured before.
void start();
// Ends the profile; rows in the order of op and shape.
std::vector<Row> stop();
// One relaxed load: the cost of a profile that nobody asked for.
bool active();
// Ignored where no profile is active.
void add(const char* op, const Effort& effort, double milliseconds);

}  // namespace profile
}  // namespace clebsch
