#include "kernels/cpu_loop.h"
#include "kernels/elementwise.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// ---- copy -----------------------------------------------------------------------------------------------------

template <class T>
T magnitude(T x) {
  return x < 0 ? -x : x;
}

constexpr int64_t kTile = 64;  // side of the tiles of a transposition

// A copy as tiles of the planes spanned by the last two dimensions. Operand 0 is x, operand 1 is out, whose last stride is the smallest.
struct CopyPlan {
  IndexSpace<2> space;  // dimensions of the copy
  IndexSpace<2> tiles;  // the same with tiles in place of the last two dimensions
  int64_t tile_rows, tile_columns;
  bool transposed;  // x is adjacent along the rows of the plane
};

void swap_dims(IndexSpace<2>& space, int32_t a, int32_t b) {
  const auto swap = [](int64_t& s, int64_t& t) {
    const int64_t u = s;
    s = t;
    t = u;
  };
  swap(space.shape[a], space.shape[b]);
  for (auto& stride : space.stride) swap(stride[a], stride[b]);
}

// Dimensions by falling stride in out, merged; at least two.
IndexSpace<2> ordered_dims(const CopyArgs& args) {
  IndexSpace<2> space;
  space.ndim = args.ndim;
  for (int32_t d = 0; d < args.ndim; ++d) {
    space.shape[d] = args.shape[d], space.stride[0][d] = args.x_stride[d], space.stride[1][d] = args.out_stride[d];
    for (int32_t e = d; e > 0 && magnitude(space.stride[1][e - 1]) < magnitude(space.stride[1][e]); --e) swap_dims(space, e - 1, e);
  }
  space = merge_dims<2>(space.ndim, space.shape, {space.stride[0], space.stride[1]});
  if (space.ndim == 1) {
    space.ndim = 2, space.shape[1] = 1, space.stride[0][1] = space.stride[1][1] = 0;
    swap_dims(space, 0, 1);
  }
  return space;
}

CopyPlan plan_copy(const CopyArgs& args) {
  CopyPlan plan = {ordered_dims(args), {}, 0, 0, false};
  IndexSpace<2>& space = plan.space;
  const int32_t columns = space.ndim - 1, rows = space.ndim - 2;
  int32_t adjacent = columns;  // where x has its smallest step; a broadcast (0) needs no such care
  for (int32_t d = 0; d < space.ndim && space.stride[0][columns] != 0; ++d) {
    const int64_t step = magnitude(space.stride[0][d]);
    if (step != 0 && step < magnitude(space.stride[0][adjacent])) adjacent = d;
  }
  plan.transposed = adjacent != columns;
  if (plan.transposed) swap_dims(space, adjacent, rows);
  plan.tile_columns = minimum(space.shape[columns], plan.transposed ? kTile : kGrain);
  plan.tile_rows = minimum(space.shape[rows], plan.transposed ? kTile : grain_of(plan.tile_columns));
  plan.tiles = space;
  const auto split = [&](int32_t d, int64_t size) {
    plan.tiles.shape[d] = size == 0 ? 0 : ceil_div(space.shape[d], size);
    for (auto& stride : plan.tiles.stride) stride[d] *= size;
  };
  split(rows, plan.tile_rows);
  split(columns, plan.tile_columns);
  return plan;
}

template <class To, class From>
void copy_row(To* __restrict out, int64_t out_stride, const From* __restrict x, int64_t x_stride, int64_t n) {
  if (out_stride != 1) {
    for (int64_t i = 0; i < n; ++i) out[i * out_stride] = convert<To>(x[i * x_stride]);
  } else if constexpr (same_type<To, From>) {
    pack_row(out, x, x_stride, n);
  } else if (x_stride == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = convert<To>(x[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = convert<To>(x[i * x_stride]);
  }
}

// Strides of a plane in one operand.
struct Steps {
  int64_t row, column;
};

template <class To, class From>
void copy_rows(To* out, Steps o, const From* x, Steps s, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r) copy_row(out + r * o.row, o.column, x + r * s.row, s.column, columns);
}

// out[r][c] = x[c][r] for 4 x 4 elements with rows out_step and x_step apart, in two rounds of interleaving.
template <class Lane>
void transpose4(Lane* out, int64_t out_step, const Lane* x, int64_t x_step) {
  typedef Lane Row __attribute__((vector_size(4 * sizeof(Lane)), aligned(alignof(Lane)), may_alias));
  const auto row = [&](int c) -> const Row& { return *reinterpret_cast<const Row*>(x + c * x_step); };
  const Row a = row(0), b = row(1), c = row(2), d = row(3);
  const Row ac_low = __builtin_shufflevector(a, c, 0, 4, 1, 5), ac_high = __builtin_shufflevector(a, c, 2, 6, 3, 7);
  const Row bd_low = __builtin_shufflevector(b, d, 0, 4, 1, 5), bd_high = __builtin_shufflevector(b, d, 2, 6, 3, 7);
  const auto store = [&](int r, const Row& v) { *reinterpret_cast<Row*>(out + r * out_step) = v; };
  store(0, __builtin_shufflevector(ac_low, bd_low, 0, 4, 1, 5));
  store(1, __builtin_shufflevector(ac_low, bd_low, 2, 6, 3, 7));
  store(2, __builtin_shufflevector(ac_high, bd_high, 0, 4, 1, 5));
  store(3, __builtin_shufflevector(ac_high, bd_high, 2, 6, 3, 7));
}

// A square with sides of one cache line, by way of a buffer: every line of x and of out is touched once, in one go, even where strides
// that are powers of two send all lines to one set of the cache.
template <class T>
void transpose_square(T* out, int64_t out_step, const T* x, int64_t x_step) {
  constexpr int side = 64 / sizeof(T);
  T buffer[side * side];
  if constexpr (sizeof(T) == 4 || sizeof(T) == 8) {
    using Lane = choose<sizeof(T) == 4, int32_t, int64_t>;
    for (int c = 0; c < side; c += 4) {
      for (int r = 0; r < side; r += 4) {
        transpose4(reinterpret_cast<Lane*>(buffer + r * side + c), side, reinterpret_cast<const Lane*>(x + c * x_step + r), x_step);
      }
    }
  } else {
    for (int c = 0; c < side; ++c) {
      for (int r = 0; r < side; ++r) buffer[r * side + c] = x[c * x_step + r];
    }
  }
  for (int r = 0; r < side; ++r) memcpy(out + r * out_step, buffer + r * side, sizeof(T) * side);
}

// out adjacent along columns, x along rows.
template <class T>
void transpose_tile(T* out, int64_t out_step, const T* x, int64_t x_step, int64_t rows, int64_t columns) {
  constexpr int64_t side = 64 / sizeof(T);
  const int64_t full_rows = rows / side * side, full_columns = columns / side * side;
  for (int64_t c = 0; c < full_columns; c += side) {
    for (int64_t r = 0; r < full_rows; r += side) transpose_square(out + r * out_step + c, out_step, x + c * x_step + r, x_step);
  }
  const Steps o = {out_step, 1}, s = {1, x_step};
  copy_rows(out + full_columns, o, x + full_columns * x_step, s, full_rows, columns - full_columns);
  copy_rows(out + full_rows * out_step, o, x + full_rows, s, rows - full_rows, columns);
}

template <class To, class From>
void copy_tile(const CopyPlan& plan, To* out, const From* x, int64_t rows, int64_t columns) {
  const IndexSpace<2>& space = plan.space;
  const int32_t c = space.ndim - 1, r = space.ndim - 2;
  const Steps s = {space.stride[0][r], space.stride[0][c]}, o = {space.stride[1][r], space.stride[1][c]};
  if constexpr (same_type<To, From>) {
    if (plan.transposed && s.row == 1 && o.column == 1) return transpose_tile(out, o.row, x, s.column, rows, columns);
  }
  copy_rows(out, o, x, s, rows, columns);
}

template <class To, class From>
void copy_as(const CopyPlan& plan, const From* x, To* out) {
  const IndexSpace<2>&space = plan.space, &tiles = plan.tiles;
  const int32_t c = space.ndim - 1, r = space.ndim - 2;
  parallel_for(size_of(tiles.ndim, tiles.shape), grain_of(plan.tile_rows * plan.tile_columns), [&](int64_t begin, int64_t end) {
    Cursor<2> cursor = cursor_at(tiles, begin);
    for (int64_t i = begin; i < end; ++i, advance(cursor, tiles, c)) {
      copy_tile(plan, out + cursor.offset[1], x + cursor.offset[0], minimum(plan.tile_rows, space.shape[r] - cursor.at[r] * plan.tile_rows),
                minimum(plan.tile_columns, space.shape[c] - cursor.at[c] * plan.tile_columns));
    }
  });
}

// ---- rows -----------------------------------------------------------------------------------------------------

template <class T>
void fill_run(T* out, T value, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = value;
}

template <class T>
void add_run(T* __restrict out, const T* __restrict x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = apply<BinaryOp::add>(out[i], x[i]);
}

// A piece of one `outer` slice: rows [row_begin, row_end) of out, elements [begin, end) of each. Pieces are cut along long rows, else
// across rows; each piece reads the whole index, so there are few.
template <class T>
void scatter_piece(const ScatterRowsArgs& args, const T* x, T* out, int64_t row_begin, int64_t row_end, int64_t begin, int64_t end) {
  for (int64_t r = row_begin; r < row_end; ++r) fill_run(out + r * args.inner + begin, T{}, end - begin);
  for (int64_t k = 0; k < args.rows_in; ++k) {
    const int64_t r = args.index[k];
    if (r >= row_begin && r < row_end) add_run(out + r * args.inner + begin, x + k * args.inner + begin, end - begin);
  }
}

// ---- windows --------------------------------------------------------------------------------------------------

// The windows of one output row: out [out_width, ky, kx, channels].
template <class T>
void unfold_row(const UnfoldArgs& a, const T* image, int64_t oy, T* out) {
  const int64_t window = a.kx * a.channels;
  for (int64_t ox = 0; ox < a.out_width; ++ox) {
    const int64_t left = ox * a.sx - a.px;
    const int64_t first = minimum(a.kx, left < 0 ? -left : 0), last = minimum(a.kx, a.width - left);
    for (int64_t ky = 0; ky < a.ky; ++ky, out += window) {
      const int64_t y = oy * a.sy + ky - a.py;
      if (y < 0 || y >= a.height || last <= first) {
        fill_run(out, T{}, window);
        continue;
      }
      fill_run(out, T{}, first * a.channels);
      copy_run(out + first * a.channels, image + (y * a.width + left + first) * a.channels, (last - first) * a.channels);
      fill_run(out + last * a.channels, T{}, (a.kx - last) * a.channels);
    }
  }
}

// One image row: every pixel gathers from the windows that hold it.
template <class T>
void fold_row(const UnfoldArgs& a, const T* windows, int64_t y, T* out) {
  fill_run(out, T{}, a.width * a.channels);
  for (int64_t ky = 0; ky < a.ky; ++ky) {
    const int64_t top = y + a.py - ky, oy = top / a.sy;
    if (top < 0 || top % a.sy != 0 || oy >= a.out_height) continue;
    for (int64_t ox = 0; ox < a.out_width; ++ox) {
      const int64_t left = ox * a.sx - a.px;
      const int64_t first = minimum(a.kx, left < 0 ? -left : 0), last = minimum(a.kx, a.width - left);
      if (last <= first) continue;
      const T* window = windows + (((oy * a.out_width + ox) * a.ky + ky) * a.kx + first) * a.channels;
      add_run(out + (left + first) * a.channels, window, (last - first) * a.channels);
    }
  }
}

}  // namespace

const char* fill(const FillArgs& args, void*) {
  return visit_all(args.dtype, [&](auto type) -> const char* {
    using T = typename decltype(type)::type;
    const T value = convert<T>(Complex<double>{args.re, args.im});
    T* out = static_cast<T*>(args.out);
    parallel_for(args.size, kGrain, [&](int64_t begin, int64_t end) { fill_run(out + begin, value, end - begin); });
    return nullptr;
  });
}

const char* copy(const CopyArgs& args, void*) {
  if (size_of(args.ndim, args.shape) == 0) return nullptr;
  const CopyPlan plan = plan_copy(args);
  return visit_all(args.from, [&](auto from) {
    return visit_all(args.to, [&](auto to) -> const char* {
      copy_as(plan, static_cast<const typename decltype(from)::type*>(args.x), static_cast<typename decltype(to)::type*>(args.out));
      return nullptr;
    });
  });
}

const char* gather_rows(const GatherRowsArgs& args, void*) {
  return visit_all(args.dtype, [&](auto type) -> const char* {
    using T = typename decltype(type)::type;
    const T* x = static_cast<const T*>(args.x);
    T* out = static_cast<T*>(args.out);
    const int64_t inner = args.inner;
    parallel_for(args.outer * args.rows_out, grain_of(inner), [&](int64_t begin, int64_t end) {
      int64_t o = begin / args.rows_out, r = begin % args.rows_out;
      for (int64_t row = begin; row < end; ++row) {
        const int64_t source = args.index[r];
        if (source >= 0 && source < args.rows_in)
          copy_run(out + row * inner, x + (o * args.rows_in + source) * inner, inner);
        else
          fill_run(out + row * inner, T{}, inner);
        if (++r == args.rows_out) r = 0, ++o;
      }
    });
    return nullptr;
  });
}

const char* scatter_rows(const ScatterRowsArgs& args, void*) {
  constexpr int64_t pieces = 8, shortest = 256;
  const bool along = args.inner >= 2 * shortest;
  const int64_t width = along ? ceil_div(ceil_div(args.inner, pieces), shortest) * shortest : args.inner;
  const int64_t height = along ? args.rows_out : ceil_div(args.rows_out, pieces);
  if (args.outer * args.rows_out * args.inner == 0) return nullptr;
  const int64_t across = ceil_div(args.inner, width), down = ceil_div(args.rows_out, height);
  return visit_all(args.dtype, [&](auto type) -> const char* {
    using T = typename decltype(type)::type;
    parallel_for(args.outer * down * across, grain_of(width * (height + args.rows_in / down)), [&](int64_t first, int64_t last) {
      for (int64_t piece = first; piece < last; ++piece) {
        const int64_t o = piece / (down * across), row = piece / across % down * height, begin = piece % across * width;
        scatter_piece(args, static_cast<const T*>(args.x) + o * args.rows_in * args.inner,
                      static_cast<T*>(args.out) + o * args.rows_out * args.inner, row, minimum(args.rows_out, row + height), begin,
                      minimum(args.inner, begin + width));
      }
    });
    return nullptr;
  });
}

const char* unfold(const UnfoldArgs& a, void*) {
  const int64_t row = a.out_width * a.ky * a.kx * a.channels, image = a.height * a.width * a.channels;
  return visit_all(a.dtype, [&](auto type) -> const char* {
    using T = typename decltype(type)::type;
    parallel_for(a.batch * a.out_height, grain_of(row), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        unfold_row(a, static_cast<const T*>(a.x) + i / a.out_height * image, i % a.out_height, static_cast<T*>(a.out) + i * row);
      }
    });
    return nullptr;
  });
}

const char* fold(const UnfoldArgs& a, void*) {
  const int64_t windows = a.out_height * a.out_width * a.ky * a.kx * a.channels, row = a.width * a.channels;
  return visit_all(a.dtype, [&](auto type) -> const char* {
    using T = typename decltype(type)::type;
    parallel_for(a.batch * a.height, grain_of(row * a.ky * a.kx), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        fold_row(a, static_cast<const T*>(a.x) + i / a.height * windows, i % a.height, static_cast<T*>(a.out) + i * row);
      }
    });
    return nullptr;
  });
}

}  // namespace clebsch::CLEBSCH_ISA
