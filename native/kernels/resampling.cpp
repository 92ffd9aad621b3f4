// CPU: resampling of rings, some columns through all steps. A column that is even about the pole and one that is odd share a function of
// the circle, whose even and odd parts they are; two such functions are the real and the imaginary parts of a lane.
#include "kernels/even_odd.h"
#include "kernels/fourier_rings.h"
#include "kernels/scratch.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Waves k = -(L-1) .. L-1 of a tile, set or (adds) added to.
template <class R, bool adds>
struct TileWaves {
  static constexpr int64_t W = kWidth<R>;
  R* numbers;

  template <class Put>
  CLEBSCH_INLINE void gather(int64_t rows, Put put) const {
    for (int64_t c = 0; c < rows; ++c) put(c, load_pair(numbers + 2 * c * W, numbers + (2 * c + 1) * W));
  }
  template <class Take>
  CLEBSCH_INLINE void scatter(int64_t rows, Take take) const {
    for (int64_t c = 0; c < rows; ++c) {
      R *re = numbers + 2 * c * W, *im = re + W;
      const Pair<R> v = take(c);
      store_pair(re, im, adds ? load_pair(re, im) + v : v);
    }
  }
};

template <class T>
class Resampling {
 public:
  using R = RealOf<T>;
  static constexpr int64_t W = kWidth<R>;

  explicit Resampling(const ResamplingArgs& args)
      : args_(args),
        L_(args.L),
        rings_(args.circle / 2 + 1),
        numbers_((2 * args.L - 1) * args.inner * kParts<T>),
        split_{2 * args.inner, is_complex<T> ? 0 : args.inner, numbers_, ((is_complex<T> ? args.L - 1 : int64_t{0}) + args.odd) % 2 != 0},
        synthesis_(with(args.fourier, 1)),
        analysis_(with(args.fourier, 0)),
        from_circle_(analysis_, group(kCircle), nullptr),
        to_circle_(synthesis_, group(kCircle), nullptr),
        to_fine_{{synthesis_, group(kFine), nullptr}, {synthesis_, group(kFine + 1), nullptr}},
        from_fine_{{analysis_, group(kFine), nullptr}, {analysis_, group(kFine + 1), nullptr}},
        from_half_(analysis_, group(kHalf), nullptr),
        to_half_(synthesis_, group(kHalf), nullptr) {}

  int64_t tasks() const { return args_.batch * tiles(); }
  int64_t task_size() const { return 12 * W * L_; }
  size_t scratch_bytes() const {
    const auto own = [](const auto& rings) { return rings.scratch_bytes() / sizeof(R); };
    const size_t circle = own(from_circle_), half = own(to_half_);
    return ((circle > half ? circle : half) + static_cast<size_t>(2 * wave_numbers())) * sizeof(R);
  }

  void run(int64_t task, R* memory) const {
    const int64_t map = task / tiles(), first = task % tiles() * 2 * W;
    const R* x = static_cast<const R*>(args_.x) + map * (args_.transposed ? L_ : rings_) * numbers_;
    R* out = static_cast<R*>(args_.out) + map * (args_.transposed ? rings_ : L_) * numbers_;
    const Tile tile{memory, memory + wave_numbers(), memory + 2 * wave_numbers()};
    visit_columns<R>(split_, first,
                     [&](const auto& columns) { args_.transposed ? transposed(columns, tile, x, out) : apply(columns, tile, x, out); });
  }

 private:
  struct Tile {
    R *waves, *sums, *points;
  };
  // What is on a pole ring in odd columns.
  struct Poles {
    Pair<R> north{}, south{};
    Pair<R>& at(bool last_ring) { return last_ring ? south : north; }
  };

  template <class Columns>
  void apply(const Columns& columns, const Tile& tile, const R* x, R* out) const {
    Poles poles;
    for (int64_t t = 0; t < rings_; ++t) {
      const auto [even, odd] = columns.load(x + t * numbers_);
      const int64_t far = mirror(t);
      from_circle_.put_point(tile.points, t, far == t ? even : even + odd);
      if (far == t)
        poles.at(t == rings_ - 1) = odd;
      else
        from_circle_.put_point(tile.points, far, even - odd);
    }
    from_circle_.to_orders(tile.points, scratch_of(tile, from_circle_), TileWaves<R, false>{tile.waves});
    weigh(tile, [&](const R* w, Pair<R> v) CLEBSCH_ALWAYS { return w[0] * v + w[2 * size()] * poles.north + w[4 * size()] * poles.south; });
    to_half_.to_points(TileWaves<R, false>{tile.sums}, tile.points, scratch_of(tile, to_half_));
    for (int64_t t = 0; t < L_; ++t) {
      const Pair<R> near = to_half_.get_point(tile.points, t), far = to_half_.get_point(tile.points, size() - 1 - t);
      columns.store(out + t * numbers_, {near + far, near - far});
    }
  }

  template <class Columns>
  void transposed(const Columns& columns, const Tile& tile, const R* x, R* out) const {
    for (int64_t t = 0; t < L_; ++t) {
      const auto [even, odd] = columns.load(x + t * numbers_);
      from_half_.put_point(tile.points, t, even + odd);
      from_half_.put_point(tile.points, size() - 1 - t, even - odd);
    }
    from_half_.to_orders(tile.points, scratch_of(tile, from_half_), TileWaves<R, false>{tile.waves});
    Poles poles;
    weigh(tile, [&](const R* w, Pair<R> v) CLEBSCH_ALWAYS {
      poles.north = poles.north + w[2 * size()] * v;
      poles.south = poles.south + w[4 * size()] * v;
      return w[0] * v;
    });
    to_circle_.to_points(TileWaves<R, false>{tile.sums}, tile.points, scratch_of(tile, to_circle_));
    for (int64_t t = 0; t < rings_; ++t) {
      const int64_t far = mirror(t);
      const Pair<R> v = to_circle_.get_point(tile.points, t), u = to_circle_.get_point(tile.points, far);
      columns.store(out + t * numbers_, {far == t ? v : v + u, far == t ? poles.at(t == rings_ - 1) : v - u});
    }
  }

  // waves -> points of dh, weigh(factors, value) of each -> sums.
  template <class Weigh>
  void weigh(const Tile& tile, Weigh weigh) const {
    for (int g = 0; g < 2; ++g) {
      const Rings<Complex<R>>&to = to_fine_[g], &from = from_fine_[g];
      R* scratch = scratch_of(tile, to);
      to.to_points(TileWaves<R, false>{tile.waves}, tile.points, scratch);
      const R* factors = static_cast<const R*>(args_.factors) + g * size();
      for (int64_t p = 0; p < size(); ++p) from.put_point(tile.points, p, weigh(factors + p, to.get_point(tile.points, p)));
      if (g == 0)
        from.to_orders(tile.points, scratch, TileWaves<R, false>{tile.sums});
      else
        from.to_orders(tile.points, scratch, TileWaves<R, true>{tile.sums});
    }
  }

  int64_t size() const { return 2 * L_; }
  int64_t tiles() const { return ceil_div(split_.pairs(), 2 * W); }
  int64_t wave_numbers() const { return 2 * size() * W; }
  R* scratch_of(const Tile& tile, const Rings<Complex<R>>& rings) const { return tile.points + rings.tile_size(); }
  // Point of the circle at 2 pi - theta of point t.
  int64_t mirror(int64_t t) const { return args_.circle % 2 != 0 ? args_.circle - 1 - t : t == 0 ? 0 : args_.circle - t; }

  const FourierGroup& group(int i) const { return args_.fourier.group[i]; }
  static FourierArgs with(FourierArgs args, int32_t synthesis) {
    args.synthesis = synthesis;
    return args;
  }

  const ResamplingArgs& args_;
  const int64_t L_, rings_, numbers_;
  const EvenOddColumns split_;
  const FourierArgs synthesis_, analysis_;
  const Rings<Complex<R>> from_circle_, to_circle_, to_fine_[2], from_fine_[2], from_half_, to_half_;
};

template <class T>
const char* resample(const ResamplingArgs& args) {
  const Resampling<T> resampling(args);
  return run_with_scratch(resampling, "no memory for the tiles of a resampling", [&](int64_t begin, int64_t end, void* memory) {
    for (int64_t task = begin; task < end; ++task) resampling.run(task, static_cast<RealOf<T>*>(memory));
  });
}

}  // namespace

const char* resampling(const ResamplingArgs& args, void*) {
  if (args.batch * args.inner == 0) return nullptr;
  return visit_continuous(args.dtype, [&](auto type) { return resample<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
