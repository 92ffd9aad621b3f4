#pragma once
// CPU: Fourier sums on rings, a tile of them after another, between tensors or runs of waves.
#include "kernels/fft.h"
#include "kernels/fft_halves.h"
#include "kernels/fourier.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// The transforms of one group of rings. Lanes are channels, rings and samples, counted through, as many as a vector holds; where there
// are few channels, they are rings and samples, and each channel has a tile of its own: a ring is then a single run of memory.
template <class T>
class Rings {
 public:
  using R = RealOf<T>;
  static constexpr int64_t W = kWidth<R>;
  static constexpr int parts = kParts<T>;

  // runs: where waves are, or nullptr for the tensor of args.
  Rings(const FourierArgs& args, const FourierGroup& group, const WaveRuns* runs)
      : args_(args),
        runs_(runs),
        group_(group),
        tables_(static_cast<const R*>(args.tables)),
        fft_(group.fft, tables_, args.rows),
        flip_(flip_of(args, group.method)),
        tiles_(tiles_of(args, group)),
        map_(args, group, flip_, tiles_, tile_rows() * W) {}

  int64_t lanes() const { return args_.outer * group_.rings * (args_.inner / tiles_); }
  int64_t tasks() const { return runs_ ? args_.outer * runs_->count * (kSlotPad / W) : ceil_div(lanes(), W); }
  // In elements of an operation that has one multiply-add for each: a transform has some eight. The tiles of a run share cache lines, and
  // so a thread.
  int64_t task_size() const {
    const int64_t size = 8 * group_.fft.size * W * 2 * tiles_;
    return runs_ ? minimum(size, kGrain * W / kSlotPad) : size;
  }
  size_t scratch_bytes() const { return static_cast<size_t>((tile_rows() * tiles_ + fft_.scratch_rows()) * W) * sizeof(R); }

  void run(int64_t task, R* memory) const {
    if (runs_) return run_block(task, memory);
    R* scratch = memory + tile_rows() * tiles_ * W;
    LaneRuns<T> at_orders, at_points;
    locate(task * W, at_orders, at_points);
    const T* x = static_cast<const T*>(args_.x);
    T* out = static_cast<T*>(args_.out);
    if (args_.synthesis) {
      map_.put_orders(TensorRows<T, const T>{x, at_orders}, memory);
      transform<true>(memory, scratch, tiles_);
      tiles_ == 1 ? take_points<true>(memory, at_points, out) : take_points<false>(memory, at_points, out);
    } else {
      tiles_ == 1 ? put_points<true>(x, at_points, memory) : put_points<false>(x, at_points, memory);
      transform<false>(memory, scratch, tiles_);
      map_.take_orders(memory, TensorRows<T, T>{out, at_orders});
    }
  }

  int64_t tile_size() const { return tile_rows() * W; }

  // ---- single tiles

  // Orders that others put where place_of_order says, times factor_of_order, become points, in neighbouring tiles; there is no offset, and
  // no alias.
  int64_t place_of_order(int64_t m, int part) const { return map_.row_of(m, part) * W; }
  R factor_of_order(int64_t m) const { return map_.factor_of(m); }
  void turn_orders(R* tile, int64_t tiles, R* scratch) const {
    for (int64_t t = 0; t < tiles; ++t) {
      map_.clear_others(tile + t * tile_size());
      map_.complete(tile + t * tile_size());
    }
    transform<true>(tile, scratch, tiles);
  }
  // take(p, numbers) of all points.
  template <class Take>
  CLEBSCH_INLINE void for_points(const R* tile, Take take) const {
    const int32_t* places = args_.rows + group_.rows;
    const int64_t count = kept(), flip = flip_;
    for (int64_t p = 0; p < count; ++p) take(p, point(tile + places[p] * W, flip));
  }

  // Waves of `rows` to points that lie in the tile, and the transpose.
  template <class Rows>
  void to_points(const Rows& rows, R* memory, R* scratch) const {
    map_.put_orders(rows, memory);
    transform<true>(memory, scratch);
  }
  template <class Rows>
  void to_orders(R* memory, R* scratch, const Rows& rows) const {
    transform<false>(memory, scratch);
    map_.take_orders(memory, rows);
  }
  CLEBSCH_INLINE RowOf<T> get_point(const R* memory, int64_t p) const { return point(memory + place(p) * W, flip_); }
  CLEBSCH_INLINE void put_point(R* memory, int64_t p, RowOf<T> v) const { put_row(memory + place(p) * W, v); }

 private:
  int32_t place(int64_t p) const { return args_.rows[group_.rows + p]; }
  CLEBSCH_INLINE void put_row(R* row, RowOf<T> v) const {
    if constexpr (parts == 1)
      store<R>(row, v);
    else
      store_pair(row + flip_ * W, row + (1 - flip_) * W, v);
  }
  // What a tile has in the rows of a point.
  static CLEBSCH_INLINE RowOf<T> point(const R* row, int64_t flip) {
    if constexpr (parts == 1)
      return load(row + flip * W);
    else
      return load_pair(row + flip * W, row + (1 - flip) * W);
  }

  // A tile of rings whose waves are in a run.
  void run_block(int64_t task, R* memory) const {
    constexpr int64_t pieces = kSlotPad / W;
    const int64_t outer = task / (runs_->count * pieces), piece = task % (runs_->count * pieces);
    R* waves = static_cast<R*>(runs_->waves) + outer * runs_->map_size() + piece / pieces * WaveRuns::kRun + piece % pieces * W;
    R* scratch = memory + tile_rows() * W;
    const LaneRuns<T> points = points_of(runs_->rings + piece * W, outer);
    const RunRows<T> rows{*runs_, waves};
    if (args_.synthesis) {
      if (points.used == 0) return;
      if (!join_block(rows, memory, scratch)) {
        map_.put_orders(rows, memory);
        transform<true>(memory, scratch);
      }
      take_points<true>(memory, points, static_cast<T*>(args_.out));
    } else if (points.used == 0) {
      for (int64_t c = 0; c < runs_->columns; ++c) store<R>(waves + runs_->place(c), Vector<R>{});
    } else {
      put_points<true>(static_cast<const T*>(args_.x), points, memory);
      if (split_block(memory, rows, scratch)) return;
      transform<false>(memory, scratch);
      map_.take_orders(memory, rows);
    }
  }

  // Orders and the transform of their waves, where one pass takes them there; else returns false.
  bool join_block(const RunRows<T>& rows, R* memory, R* scratch) const {
    if constexpr (parts == 1) {
      if (!map_.joins()) return false;
      const R* roots = tables_ + roots_of_group();
      group_.turned ? map_.template join_orders<true>(rows, roots, memory) : map_.template join_orders<false>(rows, roots, memory);
      fft_.template run<false, true>(memory, scratch);
      return true;
    }
    return false;
  }
  bool split_block(R* memory, const RunRows<T>& rows, R* scratch) const {
    if constexpr (parts == 1) {
      if (!map_.joins()) return false;
      fft_.template run<false, false>(memory, scratch);
      const R* roots = tables_ + roots_of_group();
      group_.turned ? map_.template split_orders<true>(memory, roots, rows) : map_.template split_orders<false>(memory, roots, rows);
      return true;
    }
    return false;
  }

  // Lanes without a ring go where the last one with a ring goes: they are written before it, and what is read there counts for nothing.
  LaneRuns<T> points_of(const int32_t* rings, int64_t outer) const {
    LaneRuns<T> points;
    points.runs = W;
    for (int64_t lane = 0; lane < W; ++lane)
      if (rings[lane] >= 0) points.used = lane + 1;
    for (int64_t lane = 0; lane < points.used; ++lane) {
      const int64_t ring = rings[rings[lane] >= 0 ? lane : points.used - 1];
      points.run[lane] = {lane, 1, outer * args_.points + ring * group_.n};
    }
    return points;
  }

  // Transforms have the exponent + in synthesis and - in analysis, chirps always -. That of real numbers does not depend on the sign.
  static int64_t flip_of(const FourierArgs& args, FourierMethod method) {
    const bool minus = is_complex<T> && args.sign < 0, plus = (args.synthesis != 0) != minus;
    return method == FourierMethod::chirp ? plus : minus;
  }

  static int64_t tiles_of(const FourierArgs& args, const FourierGroup& group) {
    const bool few = args.point_step == args.inner && args.inner < W && args.inner <= kMaxTiles && 2 * args.outer * group.rings >= W;
    return args.inner == 1 || few ? args.inner : 1;
  }

  int64_t columns() const { return 2 * args_.orders - 1; }
  int64_t kept() const { return args_.kept > 0 ? args_.kept : group_.n; }
  int64_t tile_rows() const {
    return group_.method == FourierMethod::odd || group_.method == FourierMethod::even ? group_.n : 2 * group_.fft.size;
  }

  void locate(int64_t first, LaneRuns<T>& orders, LaneRuns<T>& points) const {
    const int64_t inner = args_.inner / tiles_, end = minimum(first + W, lanes()), begin = first / inner;
    int64_t i = first % inner, outer = begin / group_.rings, listed = begin % group_.rings;
    orders.used = points.used = end - first;
    orders.step = inner;
    points.step = tiles_ > 1 ? inner : args_.point_step;
    for (int64_t lane = first; lane < end; i = 0) {
      const int64_t ring = args_.some ? args_.some[listed][0] : args_.uniform ? listed : args_.ring_list[group_.ring_list + listed];
      const int64_t row = args_.some ? args_.some[listed][1] : ring;
      const int64_t point = args_.uniform ? ring * kept() : args_.ring[ring][0], count = minimum(inner - i, end - lane);
      orders.run[orders.runs++] = {lane - first, count, outer * args_.rings * columns() * args_.inner + row * args_.ring_step + i};
      points.run[points.runs++] = {lane - first, count, (outer * args_.points + point) * args_.point_inner + i};
      lane += count;
      if (++listed == group_.rings) {
        listed = 0;
        ++outer;
      }
    }
  }

  static void clear(R* tile, int64_t begin, int64_t end) {
    if (end > begin) memset(tile + begin * W, 0, static_cast<size_t>((end - begin) * W) * sizeof(R));
  }

  template <bool one>
  void put_points(const T* x, const LaneRuns<T>& lanes, R* memory) const {
    if (kept() < group_.n || (parts == 1 && group_.method == FourierMethod::chirp)) clear(memory, 0, tile_rows() * tiles_);
    const int32_t* rows = args_.rows + group_.rows;
    TileCursor<one> cursor(tiles_);
    gather_rows(x, lanes, kept() * tiles_, [&](int64_t c, RowOf<T> v) CLEBSCH_ALWAYS {
      const auto [p, t] = cursor.next(c);
      put_row(memory + (t * tile_rows() + rows[p]) * W, v);
    });
  }

  template <bool one>
  void take_points(const R* memory, const LaneRuns<T>& lanes, T* out) const {
    const int32_t* rows = args_.rows + group_.rows;
    TileCursor<one> cursor(tiles_);
    const auto take = [&](int64_t c) CLEBSCH_ALWAYS -> RowOf<T> {
      const auto [p, t] = cursor.next(c);
      return point(memory + (t * tile_rows() + rows[p]) * W, flip_);
    };
    scatter_rows(take, lanes, kept() * tiles_, out);
  }

  template <bool synthesis>
  void transform(R* tile, R* scratch, int64_t tiles = 1) const {
    if (group_.method == FourierMethod::complex) return fft_.template run<false, synthesis>(tile, scratch, tiles);
    if (group_.method == FourierMethod::odd) return fft_.template run<true, synthesis>(tile, scratch, tiles);
    for (; tiles > 0; --tiles, tile += tile_size()) {
      if (group_.method == FourierMethod::chirp) {
        run_chirp(tile, scratch);
        continue;
      }
      if (synthesis) to_halves(tile);
      fft_.template run<false, synthesis>(tile, scratch);
      if (!synthesis) from_halves(tile);
    }
  }

  // n real numbers from and to a transform of h = n / 2 complex ones.
  void from_halves(R* tile) const {
    const R* roots = tables_ + roots_of_group();
    store_pair(tile, tile + W, exchange_ends(load_pair(tile, tile + W)));
    for_halves(tile, group_.n / 2, [&](int64_t k, Pair<R>& x, Pair<R>& y) CLEBSCH_ALWAYS { split_halves(x, y, roots + 2 * k); });
  }
  void to_halves(R* tile) const {
    const R* roots = tables_ + roots_of_group();
    store_pair(tile, tile + W, exchange_ends(load_pair(tile, tile + W)));
    for_halves(tile, group_.n / 2, [&](int64_t k, Pair<R>& x, Pair<R>& y) CLEBSCH_ALWAYS { join_halves(x, y, roots + 2 * k); });
  }

  int64_t roots_of_group() const { return args_.ring[args_.uniform ? 0 : args_.ring_list[group_.ring_list]][2]; }

  // X_k = conj(b_k) sum_j (x_j conj(b_j)) b_(k-j) with b_k = e^(pi i k^2 / n): a convolution, by the transform and its inverse.
  void run_chirp(R* tile, R* scratch) const {
    const R* b = tables_ + group_.chirp;
    const R* kernel = b + 2 * group_.n;
    const auto turn = [&] {
      for (int64_t k = 0; k < group_.n; ++k) {
        R* at = tile + 2 * k * W;
        store_pair(at, at + W, multiply<true>(load_pair(at, at + W), b + 2 * k));
      }
    };
    turn();
    clear(tile, 2 * group_.n, 2 * group_.fft.size);
    fft_.template run<false, true>(tile, scratch);
    for (int64_t k = 0; k < group_.fft.size; ++k) {
      R* at = tile + 2 * k * W;
      store_pair(at, at + W, multiply<false>(load_pair(at, at + W), kernel + 2 * k));
    }
    fft_.template run<false, false>(tile, scratch);
    turn();
  }

  const FourierArgs& args_;
  const WaveRuns* runs_;
  const FourierGroup& group_;
  const R* tables_;
  const Fft<R> fft_;
  const int64_t flip_, tiles_;
  const OrderMap<T> map_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
