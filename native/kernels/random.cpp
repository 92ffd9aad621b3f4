// Compiled with -ffp-contract=off: see random.h.
#include "kernels/random.h"

#include "kernels/cpu_loop.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kCounters = 128;  // counters per block: their words stay in the first-level cache

// Words of the counters first, first + 1, ..., four each.
void philox_block(uint64_t seed, uint64_t first, uint32_t* __restrict words) {
  for (int j = 0; j < kCounters; ++j) {
    const Words w = philox(seed, first + static_cast<uint64_t>(j));
    for (int lane = 0; lane < 4; ++lane) words[4 * j + lane] = w.word[lane];
  }
}

template <RandomOp op, class T>
void random_range(const RandomArgs& args, int64_t begin, int64_t end) {
  constexpr int words_each = words_per_value<T>(op), per_counter = 4 / words_each;
  uint32_t words[4 * kCounters];
  T* __restrict out = static_cast<T*>(args.out);
  while (begin < end) {
    const uint64_t position = args.offset + static_cast<uint64_t>(begin);
    const auto skipped = static_cast<int64_t>(position % per_counter);
    const int64_t n = minimum(end - begin, kCounters * per_counter - skipped);
    philox_block(args.seed, position / per_counter, words);
    const uint32_t* value_words = words + skipped * words_each;
    for (int64_t i = 0; i < n; ++i) out[begin + i] = random_value<op, T>(value_words + i * words_each, args.a, args.b);
    begin += n;
  }
}

}  // namespace

const char* random(const RandomArgs& args, void*) {
  return visit_op<RandomOp::uniform, RandomOp::normal>(args.op, [&](auto op) {
    return visit_floating(args.dtype, [&](auto type) -> const char* {
      using T = typename decltype(type)::type;
      parallel_for(args.size, kGrain, [&](int64_t begin, int64_t end) { random_range<op.value, T>(args, begin, end); });
      return nullptr;
    });
  });
}

}  // namespace clebsch::CLEBSCH_ISA
