// CPU: from coefficients to samples of SO(3), some rings at a time: lanes are rings from the recursion on, through both Fourier steps, to
// the samples, and what is between the steps stays in the caches: more rings at a time are slower, because it does not. At the limit of
// multiply-adds the recursion has two beside four (complex maps) or two (real ones) for each degree, ring and pair of orders; coefficients
// are read and samples written once.
#include "kernels/fourier_rings.h"
#include "kernels/scratch.h"
#include "kernels/wigner_quads.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

using Doubles = Vector<double>;
constexpr const char* kNoMemory = "no memory for the waves of a transform on the rotation group";

constexpr int kRingVectors = 2;  // side by side, since the steps of one recursion depend on each other

// The sums over degrees of `columns` numbers for the blocks (m, n) or, where crossed, (m, -n). The recursion has the end `end`
// (kernels/transform_args.h).
template <int columns, bool crossed>
CLEBSCH_INLINE void add_degrees(const double* steps, int64_t degrees, const double* numbers, int end, const double* angles,
                                const double* seeds, Doubles (*sums)[columns]) {
  Doubles p[kRingVectors], before[kRingVectors] = {}, u[kRingVectors];
  for (int i = 0; i < kRingVectors; ++i) {
    p[i] = load(seeds + i * kWidth<double>);
    u[i] = load(angles + i * kWidth<double>);
    for (int c = 0; c < columns; ++c) sums[i][c] = Doubles{};
  }
  for (int64_t k = 0; k < degrees; ++k, numbers += 2 * columns, steps += 3) {
    for (int i = 0; i < kRingVectors; ++i)
      for (int c = 0; c < columns; ++c) sums[i][c] += numbers[c] * p[i];
    for (int i = 0; i < kRingVectors; ++i) {
      const Doubles factor = crossed ? steps[0] * u[i] - steps[2 - end] : steps[0] * u[i] + steps[1 + end];
      const Doubles next = factor * p[i] - before[i];
      before[i] = p[i];
      p[i] = next;
    }
  }
}

template <class T>
class GroupSynthesis {
 public:
  using R = RealOf<T>;
  using Real64 = choose<is_complex<T>, Complex<double>, double>;
  static constexpr int64_t W = kWidth<R>, parts = kParts<T>;
  static constexpr int kVectors = W / kWidth<double>;  // of float64, in which sums are
  static constexpr int kTiles = kRingVectors / kVectors;
  static constexpr int64_t kTogether = 64 / sizeof(T);  // angles alpha: a cache line of samples
  static constexpr int64_t kDegrees = 4;                // packed together
  static constexpr int columns = static_cast<int>(QuadNumbers<Real64>::parts);

  explicit GroupSynthesis(const GroupSynthesisArgs& args)
      : args_(args),
        polar_(args.polar),
        alpha_args_(single(args.angles.alpha)),
        gamma_args_(single(args.angles.gamma)),
        alpha_(alpha_args_, alpha_args_.group[0], nullptr),
        gamma_(gamma_args_, gamma_args_.group[0], nullptr),
        alphas_(alpha_args_.group[0].n),
        gammas_(gamma_args_.kept > 0 ? gamma_args_.kept : gamma_args_.group[0].n),
        gamma_tile_(gamma_.tile_size()),
        turned_size_(alphas_ * gamma_tile_),
        steps_(args.quads[polar_.N * polar_.L]),
        n_step_(wigner_n_step(polar_)) {}

  int64_t maps() const { return polar_.batch * polar_.channels; }
  int64_t blocks() const { return args_.slots / (kTiles * W); }

  size_t packed_bytes() const { return static_cast<size_t>(steps_ * 2 * columns) * sizeof(double); }
  size_t block_bytes() const {
    const size_t transforms = alpha_.scratch_bytes() > gamma_.scratch_bytes() ? alpha_.scratch_bytes() : gamma_.scratch_bytes();
    return static_cast<size_t>(kTiles * (2 * alpha_.tile_size() + turned_size_)) * sizeof(R) + transforms;
  }

  // The coefficients of a map, quad by quad: [degree][direct, crossed][columns], with the factors of the degrees. They are read in the
  // order in which they lie, some degrees after others: planes of orders n and -n of complex signals, rows of orders m and -m of real ones.
  void pack(int64_t map, double* packed) const {
    const T* x = static_cast<const T*>(polar_.x) + map / polar_.channels * wigner_size(polar_) * polar_.channels + map % polar_.channels;
    const int64_t orders = is_complex<T> ? polar_.N : polar_.L;
    parallel_for(orders, 1 + grain_of(steps_ / orders), [&](int64_t begin, int64_t end) {
      for (int64_t l = begin; l < polar_.L; l += kDegrees) {
        DegreePlace places[kDegrees];
        const int64_t count = minimum(kDegrees, polar_.L - l);
        for (int64_t k = 0; k < count; ++k) places[k] = place_of_degree(polar_, l + k);
        for (int64_t i = begin; i < end && i < l + count; ++i)
          i == 0 ? pack_order<2>(i, l, count, places, x, packed) : pack_order<4>(i, l, count, places, x, packed);
      }
    });
  }

  // The samples of some rings. Its steps are inline, 4 % to 10 % faster.
  void run(int64_t map, int64_t block, const double* packed, void* memory) const {
    const int64_t slot = block * kTiles * W, tile = alpha_.tile_size();
    const int32_t* rings = args_.slot_rings + slot;
    int tiles = 0;
    while (tiles < kTiles && rings[tiles * W] >= 0) ++tiles;  // slots are filled from the first one on
    if (tiles == 0) return;
    R *turned = static_cast<R*>(memory), *waves = turned + kTiles * turned_size_, *scratch = waves + 2 * kTiles * tile;
    for (int64_t n = 0; n < polar_.N; ++n) {
      const bool taken = wigner_takes(polar_, n);
      for (int64_t m = 0; taken && m < polar_.L; ++m)
        visit(Quad(m, n), [&](const Quad& quad, auto members) { sum_quad<decltype(members)::value>(quad, packed, slot, waves); });
      for (int sign = 0; sign < (n > 0 ? 2 : 1); ++sign)
        for (int t = 0; t < tiles; ++t)
          turn_alpha(taken, sign == 0 ? n : -n, waves + (sign * kTiles + t) * tile, turned + t * turned_size_, scratch);
    }
    for (int t = 0; t < tiles; ++t) put_samples(map, rings + t * W, turned + t * turned_size_, scratch);
  }

 private:
  // A step of the angles on one ring of its own, lanes apart.
  static FourierArgs single(FourierArgs args) {
    args.outer = args.rings = args.inner = 1;
    return args;
  }

  template <class F>
  static void visit(const Quad& quad, F f) {
    quad.members == 4 ? f(quad, Constant<4>{}) : quad.members == 2 ? f(quad, Constant<2>{}) : f(quad, Constant<1>{});
  }

  static Real64 widened(T x) {
    if constexpr (is_complex<T>)
      return {static_cast<double>(x.re), static_cast<double>(x.im)};
    else
      return static_cast<double>(x);
  }

  // `count` degrees of order n = i or, of real signals, m = i; `most`: members of its quads.
  template <int most>
  void pack_order(int64_t i, int64_t first, int64_t count, const DegreePlace* places, const T* x, double* packed) const {
    const int64_t others = is_complex<T> ? polar_.L : polar_.N;
    for (int64_t k = i > first ? i - first : 0; k < count; ++k) {
      const int64_t l = first + k;
      const DegreePlace place = places[k];
      look_ahead(i + 1, l, place, x);
      pack_quad<most / 2>(i, 0, l, place, x, packed);
      for (int64_t j = 1; j <= l && j < others; ++j) pack_quad<most>(i, j, l, place, x, packed);
    }
  }

  // Asks for degree l of orders i and -i, where it has them. Inline: the compiler drops calls that do nothing else.
  CLEBSCH_INLINE void look_ahead(int64_t i, int64_t l, DegreePlace place, const T* x) const {
    if (i > l || i >= (is_complex<T> ? polar_.N : polar_.L)) return;
    const int64_t reach = polar_.channels * (is_complex<T> ? l : minimum(l, polar_.N - 1));
    const int64_t apart = i * (is_complex<T> ? n_step_ : place.m_step);
    const T* center = x + place.center;
    for (int64_t k = -reach; k <= reach; k += 64 / static_cast<int64_t>(sizeof(T))) {
      __builtin_prefetch(center + apart + k);
      __builtin_prefetch(center - apart + k);
    }
  }

  // Degree l of the quad of order i and another one, j.
  template <int members>
  CLEBSCH_INLINE void pack_quad(int64_t i, int64_t j, int64_t l, DegreePlace place, const T* x, double* packed) const {
    const Quad quad = is_complex<T> ? Quad(j, i) : Quad(i, j);
    if (!wigner_takes(polar_, quad.n)) return;
    const int64_t step = args_.quads[quad.n * polar_.L + quad.m] + l - wigner_first(i, j);
    const int64_t along_m = quad.m * place.m_step, along_n = quad.n * n_step_;
    const double factor = args_.factors[step] * alpha_.factor_of_order(quad.m) * gamma_.factor_of_order(quad.n);
    const T* center = x + place.center;
    Real64 of[members];
    for (int k = 0; k < members; ++k) of[k] = factor * widened(center[Quad::offset(k, along_m, along_n)]);
    double* to = packed + step * 2 * columns;
    QuadNumbers<Real64>(quad).template split<members>(of, to, to + columns);
  }

  // waves: tiles of alpha for n, and as many for -n.
  template <int members>
  CLEBSCH_INLINE void sum_quad(const Quad& quad, const double* packed, int64_t slot, R* waves) const {
    const int64_t index = quad.n * polar_.L + quad.m, first = args_.quads[index], degrees = args_.quads[index + 1] - first;
    const double *steps = args_.steps + 3 * first, *numbers = packed + first * 2 * columns, *angles = args_.slot_values + slot;
    const double* seeds = args_.seeds + 2 * index * args_.slots + slot;
    const int end = slot < args_.split ? 0 : 1;
    Doubles direct[kRingVectors][columns], crossed[kRingVectors][columns];
    add_degrees<columns, false>(steps, degrees, numbers, end, angles, seeds, direct);
    if constexpr (members == 4) add_degrees<columns, true>(steps, degrees, numbers + columns, end, angles, seeds + args_.slots, crossed);
    const QuadRows<members> rows(*this, quad, waves);
    for (int i = 0; i < kRingVectors; ++i)
      rows.put(direct[i], crossed[i], i / kVectors * alpha_.tile_size() + i % kVectors * kWidth<double>);
  }

  // Where the sums of a quad belong in the tiles of alpha, and the sign of those of sines: coefficients were packed with the factors of
  // cosines.
  template <int members>
  struct QuadRows {
    R* at[members][parts];
    double sign[members];

    QuadRows(const GroupSynthesis& of, const Quad& quad, R* waves) {
      const int64_t minus_n = quad.n > 0 ? kTiles * of.alpha_.tile_size() : 0;
      const double sine_m = quad.m > 0 ? -of.alpha_args_.sign : 1, sine_n = quad.n > 0 ? -of.gamma_args_.sign : 1;
      for (int part = 0; part < parts; ++part) {
        const int64_t plus = of.alpha_.place_of_order(quad.m, part), minus = of.alpha_.place_of_order(-quad.m, part);
        for (int j = 0; j < members; ++j) at[j][part] = waves + (quad.has_minus_n(j) ? minus_n : 0) + (quad.has_minus_m(j) ? minus : plus);
      }
      for (int j = 0; j < members; ++j) sign[j] = (quad.has_minus_m(j) ? sine_m : 1) * (quad.has_minus_n(j) ? sine_n : 1);
    }

    // The sums of both blocks, `lane` numbers on.
    CLEBSCH_INLINE void put(const Doubles* direct, const Doubles* crossed, int64_t lane) const {
      if constexpr (is_complex<T>) {
        for (int j = 0; j < members; ++j)
          for (int part = 0; part < 2; ++part) store_numbers(at[j][part] + lane, (j < 2 ? direct : crossed)[2 * (j & 1) + part]);
      } else {
        Doubles x[4];
        QuadNumbers<double>::join<members>(direct, crossed, x);
        for (int j = 0; j < members; ++j) store_numbers(at[j][0] + lane, sign[j] * x[j]);
      }
    }
  };

  // Waves of order n to the angles alpha, there to where the order is in a tile of gamma. Orders that are not taken are zero.
  CLEBSCH_INLINE void turn_alpha(bool taken, int64_t n, R* waves, R* turned, R* scratch) const {
    R* const to[2] = {turned + gamma_.place_of_order(n, 0), turned + gamma_.place_of_order(n, 1)};
    const int64_t step = gamma_tile_;
    const auto put = [&](int64_t a, RowOf<T> v) CLEBSCH_ALWAYS {
      if constexpr (is_complex<T>)
        store_pair(to[0] + a * step, to[1] + a * step, v);
      else
        store<R>(to[0] + a * step, v);
    };
    if (!taken) {
      for (int64_t a = 0; a < alphas_; ++a) put(a, RowOf<T>{});
      return;
    }
    alpha_.turn_orders(waves, 1, scratch);
    alpha_.for_points(waves, put);
  }

  // Sums over orders n, and from there to the samples of some rings.
  CLEBSCH_INLINE void put_samples(int64_t map, const int32_t* rings, R* turned, R* scratch) const {
    const int64_t channels = polar_.channels, ring = alphas_ * channels, turn = polar_.rings * ring;
    T* out = static_cast<T*>(args_.angles.out) + map / channels * gammas_ * turn + map % channels;
    LaneRuns<T> lanes;
    lanes.step = channels;
    while (lanes.used < W && rings[lanes.used] >= 0) {
      lanes.run[lanes.used] = {lanes.used, 1, rings[lanes.used] * ring};
      lanes.runs = ++lanes.used;
    }
    for (int64_t a = 0; a < alphas_; a += kTogether) {
      const int64_t count = minimum(kTogether, alphas_ - a);
      R* const tiles = turned + a * gamma_tile_;
      gamma_.turn_orders(tiles, count, scratch);
      for (int64_t g = 0; g < gammas_; ++g)
        scatter_rows([&](int64_t i) CLEBSCH_ALWAYS { return gamma_.get_point(tiles + i * gamma_tile_, g); }, lanes, count,
                     out + g * turn + a * channels);
    }
  }

  const GroupSynthesisArgs& args_;
  const WignerArgs& polar_;
  const FourierArgs alpha_args_, gamma_args_;
  const Rings<T> alpha_, gamma_;
  const int64_t alphas_, gammas_, gamma_tile_, turned_size_, steps_, n_step_;
};

template <class T>
const char* transform(const GroupSynthesisArgs& args) {
  const GroupSynthesis<T> synthesis(args);
  return parallel_tasks(synthesis.maps(), [&](int64_t map) -> const char* {
    static thread_local Scratch packed_scratch;
    auto* packed = static_cast<double*>(packed_scratch.reserve(synthesis.packed_bytes()));
    if (packed == nullptr) return kNoMemory;
    synthesis.pack(map, packed);
    const char* failed = parallel_tasks(synthesis.blocks(), [&](int64_t block) -> const char* {
      static thread_local Scratch scratch;
      void* memory = scratch.reserve(synthesis.block_bytes());
      if (memory == nullptr) return kNoMemory;
      synthesis.run(map, block, packed, memory);
      scratch.trim(kKeptBytes);
      return nullptr;
    });
    packed_scratch.trim(kKeptBytes);
    return failed;
  });
}

}  // namespace

const char* group_synthesis(const GroupSynthesisArgs& args, void*) {
  if (args.polar.batch * args.polar.channels == 0) return nullptr;
  return visit_continuous(args.polar.dtype, [&](auto type) { return transform<typename decltype(type)::type>(args); });
}

}  // namespace clebsch::CLEBSCH_ISA
