#include "cuda/locate.cuh"
#include "kernels/elementwise.h"

namespace clebsch::accelerator {
namespace {

template <class T>
struct Fill {
  int64_t size;
  T value;
  T* out;
};

template <class T>
__global__ void __launch_bounds__(kThreads) fill_kernel(const __grid_constant__ Fill<T> args) {
  for (int64_t i = first_item(); i < args.size; i += item_step()) args.out[i] = args.value;
}

struct Copy {
  int64_t size;
  IndexSpace<2> space;
  const void* x;
  void* out;
};

template <class From, class To>
__global__ void __launch_bounds__(kThreads) copy_kernel(const __grid_constant__ Copy args) {
  for (int64_t i = first_item(); i < args.size; i += item_step()) {
    const Offsets<2> offset = locate(args.space, i);
    static_cast<To*>(args.out)[offset.of[1]] = convert<To>(static_cast<const From*>(args.x)[offset.of[0]]);
  }
}

constexpr int kTile = 32;
constexpr int kTileRows = 8;  // of threads; each copies kTile / kTileRows elements

// out[b, i, j] = x[b, i, j] where i is x's fastest dimension and j out's: tiles pass through shared memory, so that both sides are
// read and written in runs.
struct Transpose {
  int64_t batch, rows, columns;  // columns: out's fastest dimension
  int64_t x_column, out_row;     // strides; x_row and out_column are 1
  IndexSpace<2> outer;
  const void* x;
  void* out;
};

template <class T>
__global__ void __launch_bounds__(kTile* kTileRows) transpose_kernel(const __grid_constant__ Transpose args) {
  SHARED_ARRAY(T, tile, kTile * (kTile + 1));  // the odd pitch avoids bank conflicts
  const int64_t row_tiles = divide_up(args.rows, kTile), column_tiles = divide_up(args.columns, kTile);
  for (int64_t t = blockIdx.x; t < args.batch * row_tiles * column_tiles; t += gridDim.x) {
    const Offsets<2> base = locate(args.outer, t / (row_tiles * column_tiles));
    const int64_t row0 = t / column_tiles % row_tiles * kTile, column0 = t % column_tiles * kTile;
    const T* x = static_cast<const T*>(args.x) + base.of[0];
    T* out = static_cast<T*>(args.out) + base.of[1];
    for (int i = threadIdx.y; i < kTile; i += kTileRows) {
      const int64_t row = row0 + threadIdx.x, column = column0 + i;
      if (row < args.rows && column < args.columns) tile[i * (kTile + 1) + threadIdx.x] = x[row + column * args.x_column];
    }
    __syncthreads();
    for (int i = threadIdx.y; i < kTile; i += kTileRows) {
      const int64_t row = row0 + i, column = column0 + threadIdx.x;
      if (row < args.rows && column < args.columns) out[row * args.out_row + column] = tile[threadIdx.x * (kTile + 1) + i];
    }
    __syncthreads();
  }
}

// The transposition in a copy, if its fastest dimensions differ and are long enough to gain from tiles.
bool find_transpose(const IndexSpace<2>& space, Transpose& found) {
  const int last = space.ndim - 1;
  if (space.stride[1][last] != 1 || space.shape[last] < kTile / 2) return false;
  int row = last - 1;
  while (row >= 0 && (space.stride[0][row] != 1 || space.shape[row] < kTile / 2)) --row;
  if (row < 0) return false;
  found.rows = space.shape[row], found.columns = space.shape[last];
  found.x_column = space.stride[0][last], found.out_row = space.stride[1][row];
  found.outer = space;
  found.outer.shape[last] = found.outer.shape[row] = 1;
  found.outer = merge_dims<2>(space.ndim, found.outer.shape, {space.stride[0], space.stride[1]});
  found.batch = size_of(found.outer.ndim, found.outer.shape);
  return true;
}

template <class T>
__global__ void __launch_bounds__(kThreads) gather_rows_kernel(const __grid_constant__ GatherRowsArgs args) {
  const auto* x = static_cast<const T*>(args.x);
  auto* out = static_cast<T*>(args.out);
  const uint64_t inner = args.inner, rows_out = args.rows_out;
  const int64_t size = args.outer * args.rows_out * args.inner;
  for (int64_t i = first_item(); i < size; i += item_step()) {
    const uint64_t row = i / inner, outer = row / rows_out;
    const int64_t source = args.index[row % rows_out];
    const bool valid = source >= 0 && source < args.rows_in;
    out[i] = valid ? x[(outer * args.rows_in + source) * inner + i % inner] : T{};
  }
}

// The rows that are added to one output row form a list in ascending order: head[r], then next[k] until rows_in.
struct Scatter {
  ScatterRowsArgs args;
  int64_t* head;  // [rows_out]
  int64_t* next;  // [rows_in]
};

__global__ void __launch_bounds__(kThreads) link_rows_kernel(const __grid_constant__ Scatter work) {
  const ScatterRowsArgs& args = work.args;
  for (int64_t i = first_item(); i < args.rows_out + args.rows_in; i += item_step()) {
    const int64_t from = i - args.rows_out;  // < 0: the list's head
    const int64_t target = from < 0 ? i : args.index[from];
    int64_t k = from < 0 ? 0 : from + 1;
    while (k < args.rows_in && args.index[k] != target) ++k;
    work.head[i] = k;  // `next` follows `head` in memory
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads) scatter_rows_kernel(const __grid_constant__ Scatter work) {
  const ScatterRowsArgs& args = work.args;
  const auto* x = static_cast<const T*>(args.x);
  const uint64_t inner = args.inner, rows_out = args.rows_out;
  const int64_t size = args.outer * args.rows_out * args.inner;
  for (int64_t i = first_item(); i < size; i += item_step()) {
    const uint64_t row = i / inner, outer = row / rows_out;
    T sum{};
    for (int64_t k = work.head[row % rows_out]; k < args.rows_in; k = work.next[k]) {
      sum = apply<BinaryOp::add>(sum, x[(outer * args.rows_in + k) * inner + i % inner]);
    }
    static_cast<T*>(args.out)[i] = sum;
  }
}

// Splits off the fastest dimension of a row-major index.
__device__ inline int64_t take(uint64_t& index, int64_t size) {
  const uint64_t quotient = index / static_cast<uint64_t>(size);
  const int64_t position = static_cast<int64_t>(index - quotient * size);
  index = quotient;
  return position;
}

template <class T>
__global__ void __launch_bounds__(kThreads) unfold_kernel(const __grid_constant__ UnfoldArgs args) {
  const auto* x = static_cast<const T*>(args.x);
  const int64_t size = args.batch * args.out_height * args.out_width * args.ky * args.kx * args.channels;
  for (int64_t i = first_item(); i < size; i += item_step()) {
    uint64_t rest = i;
    const int64_t channel = take(rest, args.channels), kx = take(rest, args.kx), ky = take(rest, args.ky);
    const int64_t column = take(rest, args.out_width) * args.sx + kx - args.px;
    const int64_t row = take(rest, args.out_height) * args.sy + ky - args.py;
    const bool inside = row >= 0 && row < args.height && column >= 0 && column < args.width;
    const int64_t sample = rest;
    static_cast<T*>(args.out)[i] = inside ? x[((sample * args.height + row) * args.width + column) * args.channels + channel] : T{};
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads) fold_kernel(const __grid_constant__ UnfoldArgs args) {
  const auto* x = static_cast<const T*>(args.x);
  const int64_t size = args.batch * args.height * args.width * args.channels;
  for (int64_t i = first_item(); i < size; i += item_step()) {
    uint64_t rest = i;
    const int64_t channel = take(rest, args.channels), column = take(rest, args.width), row = take(rest, args.height), sample = rest;
    T sum{};
    for (int64_t ky = 0; ky < args.ky; ++ky) {
      const int64_t top = row + args.py - ky, out_row = top / args.sy;
      if (top < 0 || top % args.sy != 0 || out_row >= args.out_height) continue;
      for (int64_t kx = 0; kx < args.kx; ++kx) {
        const int64_t left = column + args.px - kx, out_column = left / args.sx;
        if (left < 0 || left % args.sx != 0 || out_column >= args.out_width) continue;
        const int64_t window = ((sample * args.out_height + out_row) * args.out_width + out_column) * args.ky + ky;
        sum = apply<BinaryOp::add>(sum, x[(window * args.kx + kx) * args.channels + channel]);
      }
    }
    static_cast<T*>(args.out)[i] = sum;
  }
}

}  // namespace

const char* fill(const FillArgs& args, void* stream) {
  return visit_all(args.dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    const Fill<T> work{args.size, convert<T>(Complex<double>{args.re, args.im}), static_cast<T*>(args.out)};
    return launch_items(fill_kernel<T>, args.size, stream, work);
  });
}

const char* copy(const CopyArgs& args, void* stream) {
  const Copy work{size_of(args.ndim, args.shape), merge_dims<2>(args.ndim, args.shape, {args.x_stride, args.out_stride}), args.x, args.out};
  Transpose transpose{};
  if (args.from == args.to && find_transpose(work.space, transpose)) {
    transpose.x = args.x, transpose.out = args.out;
    const int64_t tiles = transpose.batch * divide_up(transpose.rows, kTile) * divide_up(transpose.columns, kTile);
    return visit_all(args.from, [&](auto type) {
      return launch(transpose_kernel<typename decltype(type)::type>, block_count(tiles, 1), {kTile, kTileRows}, stream, transpose);
    });
  }
  return visit_all(args.from, [&](auto from) {
    return visit_all(args.to, [&](auto to) {
      return launch_items(copy_kernel<typename decltype(from)::type, typename decltype(to)::type>, work.size, stream, work);
    });
  });
}

const char* gather_rows(const GatherRowsArgs& args, void* stream) {
  return visit_all(args.dtype, [&](auto type) {
    return launch_items(gather_rows_kernel<typename decltype(type)::type>, args.outer * args.rows_out * args.inner, stream, args);
  });
}

const char* scatter_rows(const ScatterRowsArgs& args, void* stream) {
  const int64_t links = args.rows_out + args.rows_in, size = args.outer * args.rows_out * args.inner;
  if (size == 0) return nullptr;
  Workspace lists(stream);
  if (const char* error = lists.reserve(links * sizeof(int64_t))) return error;
  auto* head = static_cast<int64_t*>(lists.memory());
  const Scatter work{args, head, head + args.rows_out};
  if (const char* error = launch_items(link_rows_kernel, links, stream, work)) return error;
  return visit_all(args.dtype,
                   [&](auto type) { return launch_items(scatter_rows_kernel<typename decltype(type)::type>, size, stream, work); });
}

const char* unfold(const UnfoldArgs& args, void* stream) {
  const int64_t size = args.batch * args.out_height * args.out_width * args.ky * args.kx * args.channels;
  return visit_all(args.dtype, [&](auto type) { return launch_items(unfold_kernel<typename decltype(type)::type>, size, stream, args); });
}

const char* fold(const UnfoldArgs& args, void* stream) {
  const int64_t size = args.batch * args.height * args.width * args.channels;
  return visit_all(args.dtype, [&](auto type) { return launch_items(fold_kernel<typename decltype(type)::type>, size, stream, args); });
}

}  // namespace clebsch::accelerator
