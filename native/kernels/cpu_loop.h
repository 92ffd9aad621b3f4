#pragma once
// Loops of the CPU kernels: ranges on the thread pool, and strided operands seen as blocks of adjacent elements.
#include <string.h>

#include "core/parallel.h"
#include "kernels/strided.h"

namespace clebsch {

constexpr int64_t kGrain = 32768;  // elements that are worth the hand-over to another thread

// f(begin, end) over [0, n) on the thread pool.
template <class F>
static inline void parallel_for(int64_t n, int64_t grain, F f) {
  parallel_ranges(
      n, grain, [](void* context, int64_t begin, int64_t end) { (*static_cast<F*>(context))(begin, end); }, &f);
}

// f(i), i < n, which returns what is wrong or nullptr and may share its own work out, to threads that find no i left.
template <class F>
static inline const char* parallel_tasks(int64_t n, F f) {
  const char* failed = nullptr;
  parallel_for(n, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      if (const char* error = f(i)) __atomic_store_n(&failed, error, __ATOMIC_RELAXED);
  });
  return failed;
}

// Items of `size` elements each per range, so that a range holds about kGrain elements.
static inline int64_t grain_of(int64_t size) { return size >= kGrain ? 1 : kGrain / (size < 1 ? 1 : size); }

static inline int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <class T>
static inline void copy_run(T* __restrict out, const T* __restrict x, int64_t n) {
  if (n < 16) {  // a call of memcpy costs more
    for (int64_t i = 0; i < n; ++i) out[i] = x[i];
  } else {
    memcpy(out, x, static_cast<size_t>(n) * sizeof(T));
  }
}

// A position in an index space and the offsets of its operands.
template <int count>
struct Cursor {
  int64_t at[kMaxDims], offset[count];
};

template <int count>
static inline Cursor<count> cursor_at(const IndexSpace<count>& space, int64_t index) {
  Cursor<count> cursor = {};
  for (int32_t d = space.ndim - 1; d >= 0; --d) {
    cursor.at[d] = index % space.shape[d];
    index /= space.shape[d];
    for (int k = 0; k < count; ++k) cursor.offset[k] += cursor.at[d] * space.stride[k][d];
  }
  return cursor;
}

// To the next position along dimension d, carrying into the slower ones.
template <int count>
static inline void advance(Cursor<count>& cursor, const IndexSpace<count>& space, int32_t d) {
  for (; d >= 0; --d) {
    for (int k = 0; k < count; ++k) cursor.offset[k] += space.stride[k][d];
    if (++cursor.at[d] < space.shape[d]) return;
    for (int k = 0; k < count; ++k) cursor.offset[k] -= space.shape[d] * space.stride[k][d];
    cursor.at[d] = 0;
  }
}

// ---- blocks ---------------------------------------------------------------------------------------------------

constexpr int kBlock = 512;   // elements per block: the packed operands of a block stay in the first-level cache
constexpr int kLongRow = 64;  // rows from this size on are not packed together with their neighbours

// A strided operand in row-major order.
template <class T>
struct View {
  const T* data;
  IndexSpace<1> space;
  bool dense;
};

template <class T, int count>
static inline View<T> view_of(const IndexSpace<count>& space, int operand, const void* data) {
  View<T> view = {static_cast<const T*>(data), {}, true};
  view.space.ndim = space.ndim;
  int64_t size = 1;
  for (int32_t d = space.ndim - 1; d >= 0; --d) {
    view.space.shape[d] = space.shape[d];
    view.space.stride[0][d] = space.stride[operand][d];
    view.dense = view.dense && space.stride[operand][d] == size;
    size *= space.shape[d];
  }
  return view;
}

template <class T>
static inline void pack_row(T* __restrict out, const T* __restrict x, int64_t stride, int64_t n) {
  if (stride == 1) return copy_run(out, x, n);
  if (stride == 0) {
    const T value = *x;
    for (int64_t i = 0; i < n; ++i) out[i] = value;
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = x[i * stride];
  }
}

// The first n elements of a row that repeats, from its element `phase` on: copies of what is there already, ever longer.
template <class T>
static inline void repeat_row(T* __restrict out, const T* __restrict row, int64_t length, int64_t stride, int64_t phase, int64_t n) {
  const int64_t head = minimum(n, length - phase);
  int64_t done = minimum(n, length);
  pack_row(out, row + phase * stride, stride, head);
  pack_row(out + head, row, stride, done - head);
  for (int64_t run; done < n; done += run) {
    run = minimum(done, n - done);
    copy_run(out + done, out, run);
  }
}

// Elements [begin, begin + n) of a view, n <= kBlock: in place if they are adjacent, else packed into buffer.
template <class T>
static inline const T* elements(const View<T>& view, int64_t begin, int64_t n, T* buffer) {
  if (view.dense) return view.data + begin;
  const IndexSpace<1>& space = view.space;
  const int32_t last = space.ndim - 1;
  const int64_t row = space.shape[last], stride = space.stride[0][last];
  Cursor<1> cursor = cursor_at(space, begin);
  const int64_t phase = cursor.at[last];
  if (stride == 1 && phase + n <= row) return view.data + cursor.offset[0];
  if (last > 0 && space.stride[0][last - 1] == 0 && phase + n <= (space.shape[last - 1] - cursor.at[last - 1]) * row) {
    repeat_row(buffer, view.data + cursor.offset[0] - phase * stride, row, stride, phase, n);
    return buffer;
  }
  for (int64_t done = 0; done < n;) {
    const int64_t run = minimum(n - done, row - cursor.at[last]);
    pack_row(buffer + done, view.data + cursor.offset[0], stride, run);
    done += run;
    cursor.offset[0] -= cursor.at[last] * stride;
    cursor.at[last] = 0;
    advance(cursor, space, last - 1);
  }
  return buffer;
}

// f(begin, n) for consecutive blocks of [begin, end), n <= kBlock; blocks do not straddle long rows.
template <class F>
static inline void for_blocks(int64_t row, int64_t begin, int64_t end, F f) {
  for (int64_t n; begin < end; begin += n) {
    n = minimum(kBlock, end - begin);
    if (row >= kLongRow) n = minimum(n, row - begin % row);
    f(begin, n);
  }
}

}  // namespace clebsch
