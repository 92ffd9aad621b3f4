// CPU: from coefficients to samples of SO(3), some rings at a time: lanes are rings from the recursion on, through both Fourier steps, to
// the samples, and what is between the steps stays in the caches. At the limit of multiply-adds the recursion has two beside four (complex
// maps) or two (real ones) for each degree, ring and pair of orders; coefficients are read and samples written once.
#include "kernels/fourier_rings.h"
#include "kernels/scratch.h"
#include "kernels/wigner_quads.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

using Doubles = Vector<double>;
constexpr int kRecursions = 2;  // vectors of rings at a time: two chains of dependent steps
constexpr int64_t kBlockRings = kRecursions * kWidth<double>;
constexpr const char* kNoMemory = "no memory for the waves of a transform on the rotation group";

// The sums over degrees of `columns` numbers for each of some rings.
template <int columns>
struct RingSums {
  Doubles at[columns][kRecursions];

  // Numbers of degree k at numbers[k step ..]. crossed: orders (m, -n). The recursion has the end `end` (kernels/transform_args.h).
  template <bool crossed>
  CLEBSCH_INLINE void run(const double* steps, int64_t degrees, const double* numbers, int64_t step, int end, const double* angles,
                          const double* seeds) {
    Doubles p[kRecursions], before[kRecursions] = {}, u[kRecursions];
    for (int i = 0; i < kRecursions; ++i) {
      p[i] = load(seeds + i * kWidth<double>);
      u[i] = load(angles + i * kWidth<double>);
      for (int c = 0; c < columns; ++c) at[c][i] = Doubles{};
    }
    const double* offset = steps + 1 + (crossed ? 1 - end : end);
    for (int64_t k = 0; k < degrees; ++k, numbers += step) {
      for (int c = 0; c < columns; ++c)
        for (int i = 0; i < kRecursions; ++i) at[c][i] += numbers[c] * p[i];
      const double a = steps[3 * k], b = offset[3 * k];
      for (int i = 0; i < kRecursions; ++i) {
        const Doubles factor = crossed ? a * u[i] - b : a * u[i] + b, next = factor * p[i] - before[i];
        before[i] = p[i];
        p[i] = next;
      }
    }
  }
};

// Rows of lanes that are `step` numbers apart; imaginary parts are `part` numbers behind the real ones.
template <class T>
struct LaneRows {
  using R = RealOf<T>;
  R* numbers;
  int64_t step, part;

  RowOf<T> row(int64_t c) const {
    const R* from = numbers + c * step;
    if constexpr (is_complex<T>)
      return load_pair(from, from + part);
    else
      return load(from);
  }
  void put(int64_t c, RowOf<T> v) const {
    R* to = numbers + c * step;
    if constexpr (is_complex<T>)
      store_pair(to, to + part, v);
    else
      store<R>(to, v);
  }
  template <class Put>
  CLEBSCH_INLINE void gather(int64_t rows, Put put_row) const {
    for (int64_t c = 0; c < rows; ++c) put_row(c, row(c));
  }
};

template <class T>
class GroupSynthesis {
 public:
  using R = RealOf<T>;
  using Real64 = choose<is_complex<T>, Complex<double>, double>;
  static constexpr int64_t W = kWidth<R>, parts = kParts<T>, kRow = parts * kBlockRings, kTurned = parts * W;
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
        orders_(2 * polar_.N - 1),
        plane_(alphas_ * kTurned),
        turned_((orders_ > gammas_ ? orders_ : gammas_) * plane_),
        steps_(args.quads[polar_.N * polar_.L]) {}

  int64_t maps() const { return polar_.batch * polar_.channels; }
  int64_t blocks() const { return args_.slots / kBlockRings; }

  size_t packed_bytes() const { return static_cast<size_t>(steps_ * 2 * columns) * sizeof(double) + degree_bytes(); }
  size_t block_bytes() const {
    const int64_t tiles = alpha_.tile_size() > gamma_.tile_size() ? alpha_.tile_size() : gamma_.tile_size();
    const size_t transforms = alpha_.scratch_bytes() > gamma_.scratch_bytes() ? alpha_.scratch_bytes() : gamma_.scratch_bytes();
    return static_cast<size_t>(waves_size() + kBlockRings / W * turned_ + tiles) * sizeof(R) + transforms;
  }

  // The coefficients of a map, quad by quad: [degree][direct, crossed][columns], with the factors of the degrees.
  void pack(int64_t map, void* packed) const {
    auto* to = static_cast<double*>(packed);
    auto* center = reinterpret_cast<int64_t*>(to + steps_ * 2 * columns);
    list_degrees(polar_, center);
    const int64_t start = map / polar_.channels * wigner_size(polar_) * polar_.channels + map % polar_.channels;
    const T* x = static_cast<const T*>(polar_.x) + start;
    const auto pack_one = [&](int64_t m, int64_t n) {
      if (wigner_takes(polar_, n))
        visit(Quad(m, n), [&](const Quad& quad, auto members) { pack_quad<decltype(members)::value>(quad, center, x, to); });
    };
    // What is read again and again: the planes of an order n or, of real signals, the rows of an order m
    const int64_t outer = is_complex<T> ? polar_.N : polar_.L, inner = is_complex<T> ? polar_.L : polar_.N;
    parallel_for(outer, 1 + grain_of(steps_ / outer), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        if (is_complex<T> && i + 1 < end) prefetch_planes(x, i + 1);
        for (int64_t j = 0; j < inner; ++j) is_complex<T> ? pack_one(j, i) : pack_one(i, j);
      }
    });
  }

  // The samples of a block of rings.
  void run(int64_t map, int64_t block, const void* packed, void* memory) const {
    const int64_t slot = block * kBlockRings;
    const int32_t* rings = args_.slot_rings + slot;
    if (rings[0] < 0) return;  // slots are filled from the first one on
    R *waves = static_cast<R*>(memory), *turned = waves + waves_size(), *tile = turned + kBlockRings / W * turned_;
    R* scratch = tile + (alpha_.tile_size() > gamma_.tile_size() ? alpha_.tile_size() : gamma_.tile_size());
    const int64_t used = rings[kBlockRings - W] >= 0 ? kBlockRings / W : 1;  // vectors, of which there are one or two
    for (int64_t n = 0; n < polar_.N; ++n) {
      for (int64_t m = 0; m < polar_.L; ++m)
        visit(Quad(m, n), [&](const Quad& quad, auto members) {
          sum_quad<decltype(members)::value>(quad, static_cast<const double*>(packed), slot, waves);
        });
      for (int64_t sign = 0; sign < (n > 0 ? 2 : 1); ++sign) {
        const int64_t plane = wigner_column(polar_, sign ? -n : n, polar_.N) * plane_;
        for (int64_t v = 0; v < used; ++v)
          turn(alpha_, {waves + sign * (2 * polar_.L - 1) * kRow + v * W, kRow, kBlockRings}, {turned + v * turned_ + plane, kTurned, W},
               tile, scratch);
      }
    }
    for (int64_t v = 0; v < used; ++v) {
      R* samples = turned + v * turned_;
      for (int64_t a = 0; a < alphas_; ++a) {
        const LaneRows<T> rows{samples + a * kTurned, plane_, W};
        turn(gamma_, rows, rows, tile, scratch);
      }
      put_samples(map, rings + v * W, samples);
    }
  }

 private:
  // A step of the angles on one ring of its own, lanes apart.
  static FourierArgs single(FourierArgs args) {
    args.outer = args.rings = args.inner = 1;
    return args;
  }

  int64_t waves_size() const { return 2 * (2 * polar_.L - 1) * kRow; }
  size_t degree_bytes() const { return static_cast<size_t>(2 * polar_.L) * sizeof(int64_t); }

  template <class F>
  static void visit(const Quad& quad, F f) {
    quad.members == 4 ? f(quad, Constant<4>{}) : quad.members == 2 ? f(quad, Constant<2>{}) : f(quad, Constant<1>{});
  }

  // The coefficients of orders n and -n, which are read in ever longer steps.
  void prefetch_planes(const T* x, int64_t n) const {
    const int64_t plane = polar_.L * polar_.L * polar_.channels;
    for (int64_t sign : {-1, 1})
      for (int64_t i = 0; i < plane; i += 64 / static_cast<int64_t>(sizeof(T)))
        __builtin_prefetch(x + (polar_.N - 1 + sign * n) * plane + i, 0, 2);
  }

  static Real64 widened(T x) {
    if constexpr (is_complex<T>)
      return {static_cast<double>(x.re), static_cast<double>(x.im)};
    else
      return static_cast<double>(x);
  }

  template <int members>
  void pack_quad(const Quad& quad, const int64_t* center, const T* x, double* packed) const {
    const QuadNumbers<Real64> numbers(quad);
    const Coefficients side = coefficients_of(polar_, center, quad);
    const int64_t first = args_.quads[quad.n * polar_.L + quad.m];
    const double* factors = args_.factors + first;
    double* to = packed + first * 2 * columns;
    for (int64_t k = 0; k < side.count; ++k, to += 2 * columns) {
      const double factor = factors[k];
      Real64 of[members];
      for (int j = 0; j < members; ++j) of[j] = factor * widened(x[side.at(k, j)]);
      numbers.template split<members>(of, to, to + columns);
    }
  }

  template <int members>
  void sum_quad(const Quad& quad, const double* packed, int64_t slot, R* waves) const {
    R* to[members];
    for (int j = 0; j < members; ++j) {
      const bool minus = quad.order_n(j) < 0;
      to[j] = waves + ((minus ? 2 * polar_.L - 1 : 0) + wigner_column(polar_, quad.order_m(j), polar_.L)) * kRow;
    }
    if (!wigner_takes(polar_, quad.n)) {
      for (R* row : to) memset(row, 0, static_cast<size_t>(kRow) * sizeof(R));
      return;
    }
    const int64_t index = quad.n * polar_.L + quad.m, first = args_.quads[index], degrees = args_.quads[index + 1] - first;
    const double *steps = args_.steps + 3 * first, *numbers = packed + first * 2 * columns, *angles = args_.slot_values + slot;
    const double* seeds = args_.seeds + 2 * index * args_.slots + slot;
    const int end = slot < args_.split ? 0 : 1;
    RingSums<columns> direct, crossed = {};
    direct.template run<false>(steps, degrees, numbers, 2 * columns, end, angles, seeds);
    if constexpr (members == 4)
      crossed.template run<true>(steps, degrees, numbers + columns, 2 * columns, end, angles, seeds + args_.slots);
    for (int i = 0; i < kRecursions; ++i) put_quad<members>(direct, crossed, i, to);
  }

  // The sums of vector i to the rows of the members.
  template <int members>
  static CLEBSCH_INLINE void put_quad(const RingSums<columns>& direct, const RingSums<columns>& crossed, int i, R* const* to) {
    const int64_t lane = i * kWidth<double>;
    if constexpr (is_complex<T>) {
      for (int j = 0; j < members; ++j) {
        const RingSums<columns>& of = j < 2 ? direct : crossed;
        for (int part = 0; part < 2; ++part) store_numbers(to[j] + part * kBlockRings + lane, of.at[2 * (j & 1) + part][i]);
      }
    } else {
      const Doubles y[2] = {direct.at[0][i], direct.at[1][i]}, z[2] = {crossed.at[0][i], crossed.at[1][i]};
      Doubles x[4];
      QuadNumbers<double>::join<members>(y, z, x);
      for (int j = 0; j < members; ++j) store_numbers(to[j] + lane, x[j]);
    }
  }

  // Waves to points; both may be at the same place.
  static void turn(const Rings<T>& rings, const LaneRows<T>& from, const LaneRows<T>& to, R* tile, R* scratch) {
    rings.synthesize(LaneRows<T>(from), tile, scratch, [to](int64_t p, RowOf<T> v) CLEBSCH_ALWAYS { to.put(p, v); });
  }

  void put_samples(int64_t map, const int32_t* rings, R* samples) const {
    const int64_t channels = polar_.channels, ring = alphas_ * channels, turn = polar_.rings * ring;
    const int64_t start = map / channels * gammas_ * turn + map % channels;
    T* out = static_cast<T*>(args_.angles.out);
    LaneRuns<T> lanes;
    lanes.step = channels;
    while (lanes.used < W && rings[lanes.used] >= 0) ++lanes.used;
    lanes.runs = lanes.used;
    for (int64_t g = 0; g < gammas_; ++g) {
      for (int64_t lane = 0; lane < lanes.used; ++lane) lanes.run[lane] = {lane, 1, start + g * turn + rings[lane] * ring};
      const LaneRows<T> rows{samples + g * plane_, kTurned, W};
      scatter_rows([&](int64_t a) CLEBSCH_ALWAYS { return rows.row(a); }, lanes, alphas_, out);
    }
  }

  const GroupSynthesisArgs& args_;
  const WignerArgs& polar_;
  const FourierArgs alpha_args_, gamma_args_;
  const Rings<T> alpha_, gamma_;
  const int64_t alphas_, gammas_, orders_, plane_, turned_, steps_;
};

template <class T>
const char* transform(const GroupSynthesisArgs& args) {
  const GroupSynthesis<T> synthesis(args);
  return parallel_tasks(synthesis.maps(), [&](int64_t map) -> const char* {
    static thread_local Scratch packed_scratch;
    void* packed = packed_scratch.reserve(synthesis.packed_bytes());
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
