#pragma once
// The standing thread pool. Ranges are fixed by (n, grain) alone, so results cannot depend on the number of threads.
#include <cstdint>

namespace clebsch {

using RangeFn = void (*)(void* context, int64_t begin, int64_t end);

// Calls fn(context, begin, end) once for every range [i*grain, min(n, (i+1)*grain)); ranges run in any order on any thread.
// Returns when all are done. fn must not throw. A call from inside fn runs on fn's thread, helped by threads that find nothing left of the
// outer call.
void parallel_ranges(int64_t n, int64_t grain, RangeFn fn, void* context);

int thread_count();            // CLEBSCH_THREADS, else the cores this process may use
void set_thread_count(int n);  // >= 1; takes effect with the next parallel_ranges

}  // namespace clebsch
