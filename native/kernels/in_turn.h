#pragma once
// Two steps of a transform, on both devices.

namespace clebsch {

// Runs `first`, then `second` on what it made. run(args) returns what is wrong, or nullptr.
template <class First, class Second, class Run>
inline const char* in_turn(First& first, Second& second, const void* x, void* between, void* out, Run run) {
  first.x = x;
  first.out = between;
  second.x = between;
  second.out = out;
  const char* error = run(first);
  return error ? error : run(second);
}

}  // namespace clebsch
