// Tiled matrix product over multi-indices. A block of threads makes a square tile of C for one batch index; slices of A and B pass
// through shared memory while the next slice is already on its way to registers.
#include "cuda/launch.cuh"
#include "kernels/scalar.h"

namespace clebsch::accelerator {
namespace {

constexpr int kDepth = 16;  // of a slice, along k

// One block of the spec.
template <class T>
struct Product {
  ContractBlock block;
  int64_t batch, m, n, k;     // sizes of the groups
  int64_t chunk;              // of k, for each blockIdx.y; a multiple of kDepth
  bool a_along_k, b_along_k;  // neighbouring threads read along k, else along m or n
  const T* a;
  const T* b;
  T* c;
  T* partial;  // [chunks, batch, m, n] when k is split, else null
};

struct Position {
  int64_t a, b, c;
};

__device__ inline Position operator+(Position x, Position y) { return {x.a + y.a, x.b + y.b, x.c + y.c}; }

__device__ inline Position locate(const ContractDim* dims, int count, int64_t index) {
  Position offset{};
  uint64_t rest = static_cast<uint64_t>(index);
  for (int d = count - 1; d >= 0; --d) {
    const uint64_t size = static_cast<uint64_t>(dims[d].size), quotient = d > 0 ? rest / size : 0;
    const int64_t position = static_cast<int64_t>(rest - quotient * size);
    offset = offset + Position{position * dims[d].a, position * dims[d].b, position * dims[d].c};
    rest = quotient;
  }
  return offset;
}

template <class T>
__device__ inline void multiply_add(T& sum, T a, T b) {
  sum += a * b;
}
// One by one, so that each becomes a fused multiply-add.
template <class T>
__device__ inline void multiply_add(Complex<T>& sum, Complex<T> a, Complex<T> b) {
  sum.re += a.re * b.re;
  sum.re -= a.im * b.im;
  sum.im += a.re * b.im;
  sum.im += a.im * b.re;
}

// Neighbouring elements that a thread reads from shared memory at once.
template <class T, int count>
struct alignas(sizeof(T) * count < 16 ? sizeof(T) * count : 16) Pack {
  T value[count];
};

// Offsets of a row or column of the tile in its operand and in C.
struct Line {
  int64_t in, out;
};

// A kTile x kDepth slice of A or B in shared memory, stored [depth][kTile].
template <class T, int kTile>
struct Slice {
  static constexpr int kPitch = kTile + 16 / sizeof(RealOf<T>);  // keeps packs aligned, spreads writes along k over the banks
  static constexpr int kLoads = kTile * kDepth / kThreads;       // elements per thread

  // The place of a thread's load number `load`.
  __device__ static int depth(int load, bool along_k) {
    const int i = load * kThreads + threadIdx.x;
    return along_k ? i % kDepth : i / kTile;
  }
  __device__ static int line(int load, bool along_k) {
    const int i = load * kThreads + threadIdx.x;
    return along_k ? i / kDepth : i % kTile;
  }

  // Loads what exists of the slice; depths: offsets along k.
  __device__ static void fetch(T (&values)[kLoads], const T* data, const Line* lines, int64_t line_count, const int64_t* depths,
                               int64_t depth_count, bool along_k) {
    for (int load = 0; load < kLoads; ++load) {
      const int d = depth(load, along_k), l = line(load, along_k);
      values[load] = d < depth_count && l < line_count ? data[lines[l].in + depths[d]] : T{};
    }
  }

  __device__ static void put(T* slice, const T (&values)[kLoads], bool along_k) {
    for (int load = 0; load < kLoads; ++load) slice[depth(load, along_k) * kPitch + line(load, along_k)] = values[load];
  }
};

// kTile x kTile outputs, kMicro x kMicro per thread. Grid: tiles (n fastest) x chunks of k x batch.
template <class T, int kTile, int kMicro>
__global__ void __launch_bounds__(kThreads, 2) tile_kernel(const __grid_constant__ Product<T> p) {
  using Side = Slice<T, kTile>;
  constexpr int kColumns = kTile / kMicro;  // of threads
  static_assert(kColumns * kColumns == kThreads && kThreads >= 2 * kTile);
  SHARED_ARRAY(T, slice_a, kDepth * Side::kPitch);
  SHARED_ARRAY(T, slice_b, kDepth * Side::kPitch);
  SHARED_ARRAY(Line, rows, kTile);
  SHARED_ARRAY(Line, columns, kTile);
  SHARED_ARRAY(int64_t, depths_a, kDepth);
  SHARED_ARRAY(int64_t, depths_b, kDepth);

  const ContractBlock& block = p.block;
  const int thread = threadIdx.x, row = thread / kColumns * kMicro, column = thread % kColumns * kMicro;
  const int64_t n_tiles = divide_up(p.n, kTile), m0 = blockIdx.x / n_tiles * kTile, n0 = blockIdx.x % n_tiles * kTile;
  const int64_t begin = blockIdx.y * p.chunk, end = begin + p.chunk < p.k ? begin + p.chunk : p.k;
  const auto locate_depths = [&](int64_t k) {
    if (thread >= kDepth) return;
    const Position at = locate(block.k, block.k_dims, k + thread);
    depths_a[thread] = at.a, depths_b[thread] = at.b;
  };
  if (thread < kTile) {
    const Position at = locate(block.m, block.m_dims, m0 + thread);
    rows[thread] = {at.a, at.c};
  } else if (thread < 2 * kTile) {
    const Position at = locate(block.n, block.n_dims, n0 + thread - kTile);
    columns[thread - kTile] = {at.b, at.c};
  }

  for (int64_t batch = blockIdx.z; batch < p.batch; batch += gridDim.z) {
    const Position base = locate(block.batch, block.batch_dims, batch) + Position{block.a0, block.b0, block.c0};
    T next_a[Side::kLoads], next_b[Side::kLoads], sum[kMicro][kMicro] = {};
    const auto fetch = [&](int64_t k) {
      Side::fetch(next_a, p.a + base.a, rows, p.m - m0, depths_a, end - k, p.a_along_k);
      Side::fetch(next_b, p.b + base.b, columns, p.n - n0, depths_b, end - k, p.b_along_k);
    };
    locate_depths(begin);
    __syncthreads();
    fetch(begin);
    __syncthreads();
    for (int64_t k = begin; k < end; k += kDepth) {
      Side::put(slice_a, next_a, p.a_along_k);
      Side::put(slice_b, next_b, p.b_along_k);
      locate_depths(k + kDepth);
      __syncthreads();
      if (k + kDepth < end) fetch(k + kDepth);
      for (int depth = 0; depth < kDepth; ++depth) {
        const auto a = *reinterpret_cast<const Pack<T, kMicro>*>(slice_a + depth * Side::kPitch + row);
        const auto b = *reinterpret_cast<const Pack<T, kMicro>*>(slice_b + depth * Side::kPitch + column);
        for (int i = 0; i < kMicro; ++i) {
          for (int j = 0; j < kMicro; ++j) multiply_add(sum[i][j], a.value[i], b.value[j]);
        }
      }
      __syncthreads();
    }
    for (int i = 0; i < kMicro; ++i) {
      for (int j = 0; j < kMicro; ++j) {
        const int64_t m = m0 + row + i, n = n0 + column + j;
        if (m >= p.m || n >= p.n) continue;
        if (p.partial)
          p.partial[((blockIdx.y * p.batch + batch) * p.m + m) * p.n + n] = sum[i][j];
        else
          p.c[base.c + rows[row + i].out + columns[column + j].out] = sum[i][j];
      }
    }
  }
}

// Where element i of [batch, m, n] lies in A (k = 0), B (k = 0) and C.
template <class T>
__device__ Position locate_output(const Product<T>& p, int64_t i) {
  const ContractBlock& block = p.block;
  const uint64_t columns = p.n, rows = p.m, row = i / columns;
  return Position{block.a0, block.b0, block.c0} + locate(block.batch, block.batch_dims, row / rows) +
         locate(block.m, block.m_dims, row % rows) + locate(block.n, block.n_dims, i % columns);
}

// Second pass of a split k.
template <class T>
__global__ void __launch_bounds__(kThreads) sum_chunks_kernel(const __grid_constant__ Product<T> p) {
  const int64_t size = p.batch * p.m * p.n, chunks = divide_up(p.k, p.chunk);
  for (int64_t i = first_item(); i < size; i += item_step()) {
    T sum{};
    for (int64_t chunk = 0; chunk < chunks; ++chunk) sum += p.partial[chunk * size + i];
    p.c[locate_output(p, i).c] = sum;
  }
}

// A thread per output: many small products, which would leave a tile nearly empty.
template <class T>
__global__ void __launch_bounds__(kThreads) direct_kernel(const __grid_constant__ Product<T> p) {
  for (int64_t i = first_item(); i < p.batch * p.m * p.n; i += item_step()) {
    const Position base = locate_output(p, i);
    T sum{};
    for (int64_t k = 0; k < p.k; ++k) {
      const Position at = base + locate(p.block.k, p.block.k_dims, k);
      multiply_add(sum, p.a[at.a], p.b[at.b]);
    }
    p.c[base.c] = sum;
  }
}

// ---- launch ---------------------------------------------------------------------------------------------------

constexpr int kSmallTile = 32;
constexpr int64_t kEnoughBlocks = 256;  // keep any GPU busy
constexpr int64_t kMinChunk = 256;      // of k
constexpr int64_t kMaxChunks = 64;

int64_t group_size(const ContractDim* dims, int count) {
  int64_t size = 1;
  for (int d = 0; d < count; ++d) size *= dims[d].size;
  return size;
}

// Whether an operand's fastest dimension is the last of k rather than the last of its rows or columns.
bool runs_along_k(const ContractDim* k, int k_dims, const ContractDim* line, int line_dims, int64_t ContractDim::*stride) {
  if (k_dims == 0 || line_dims == 0) return line_dims == 0;
  return k[k_dims - 1].*stride < line[line_dims - 1].*stride;
}

template <class T, int kTile, int kMicro>
const char* launch_tiles(Product<T> p, void* stream) {
  const int64_t tiles = divide_up(p.m, kTile) * divide_up(p.n, kTile), blocks = tiles * p.batch;
  if (tiles > INT32_MAX) return "the contraction has too many tiles for one launch";
  // The number of chunks depends on the shapes alone, so that sums have the same bits on every device.
  const int64_t wanted = divide_up(kEnoughBlocks, blocks), possible = p.k / kMinChunk;
  int64_t chunks = wanted < possible ? wanted : possible;
  chunks = chunks < 1 ? 1 : (chunks < kMaxChunks ? chunks : kMaxChunks);
  p.chunk = divide_up(divide_up(p.k, chunks), kDepth) * kDepth;
  chunks = divide_up(p.k, p.chunk);
  const int64_t size = p.batch * p.m * p.n;
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(chunks), block_count(p.batch, 1));
  if (chunks == 1) return launch(tile_kernel<T, kTile, kMicro>, grid, kThreads, stream, p);
  Workspace partial(stream);
  if (const char* error = partial.reserve(chunks * size * sizeof(T))) return error;
  p.partial = static_cast<T*>(partial.memory());
  if (const char* error = launch(tile_kernel<T, kTile, kMicro>, grid, kThreads, stream, p)) return error;
  return launch_items(sum_chunks_kernel<T>, size, stream, p);
}

template <class T>
const char* launch_block(const ContractArgs& args, const ContractBlock& block, void* stream) {
  Product<T> p{};
  p.block = block;
  p.batch = group_size(block.batch, block.batch_dims), p.m = group_size(block.m, block.m_dims);
  p.n = group_size(block.n, block.n_dims), p.k = group_size(block.k, block.k_dims);
  p.a_along_k = runs_along_k(block.k, block.k_dims, block.m, block.m_dims, &ContractDim::a);
  p.b_along_k = runs_along_k(block.k, block.k_dims, block.n, block.n_dims, &ContractDim::b);
  p.a = static_cast<const T*>(args.a), p.b = static_cast<const T*>(args.b), p.c = static_cast<T*>(args.c);

  const int64_t size = p.batch * p.m * p.n;
  if (size == 0) return nullptr;
  const bool mostly_empty_tiles = p.m * p.n <= kSmallTile * kSmallTile / 4;
  const bool short_or_many = p.k <= kMinChunk || size >= kEnoughBlocks * kThreads;
  if (p.k == 0 || (mostly_empty_tiles && short_or_many)) return launch_items(direct_kernel<T>, size, stream, p);
  if constexpr (sizeof(T) < 16) {  // 64 x 64 complex128 accumulators take too many registers
    constexpr int kLargeTile = 64;
    const int64_t tiles = divide_up(p.m, kLargeTile) * divide_up(p.n, kLargeTile) * p.batch;
    if (p.m > kSmallTile && p.n > kSmallTile && tiles >= kEnoughBlocks / 2) return launch_tiles<T, kLargeTile, 4>(p, stream);
  }
  return launch_tiles<T, kSmallTile, 2>(p, stream);
}

}  // namespace

const char* contract(const ContractArgs& args, void* stream) {
  return visit_continuous(args.dtype, [&](auto type) -> const char* {
    for (int32_t i = 0; i < args.count; ++i) {
      if (const char* error = launch_block<typename decltype(type)::type>(args, args.blocks[i], stream)) return error;
    }
    return nullptr;
  });
}

}  // namespace clebsch::accelerator
