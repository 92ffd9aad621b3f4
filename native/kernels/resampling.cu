#include "cuda/launch.cuh"
#include "kernels/scalar.h"

namespace clebsch::accelerator {
namespace {

// Columns are even or odd about the poles: sums of cosines or of sines over one half of the circle. One thread per result, inner fastest.
enum class Points { circle, fine, half };

struct Sums {
  ResamplingArgs args;
  const void *in, *fine;  // fine: values on the rings of dh, for what is on pole rings
  void* out;
  Points points;
  int64_t rows, items;  // rows of the result
};

constexpr int64_t kRun = 32;  // terms that are added up by themselves: the error grows with their number and that of such sums

template <class T>
class Column {
 public:
  using R = RealOf<T>;

  __device__ Column(const Sums& sums, int64_t item) : sums_(sums), args_(sums.args) {
    const int64_t columns = 2 * args_.L - 1;
    inner_ = item % args_.inner;
    column_ = item / args_.inner % columns;
    row_ = item / args_.inner / columns % sums.rows;
    batch_ = item / args_.inner / columns / sums.rows;
    odd_ = ((is_complex<T> ? column_ + args_.L - 1 : (column_ + 1) / 2) + args_.odd) % 2 != 0;
  }

  // Of the points that the result belongs to, or that are summed over.
  __device__ int64_t points() const {
    return sums_.points == Points::circle ? args_.circle / 2 + 1 : sums_.points == Points::fine ? 2 * args_.L : args_.L;
  }

  __device__ T wave() const {
    T sum{}, run{};
    for (int64_t r = 0; r < points(); ++r) {
      run += wave_at(row_, r) * value(r);
      if (r % kRun == kRun - 1) {
        sum += run;
        run = T{};
      }
    }
    return sum + run;
  }

  __device__ T point() const {
    if (sums_.points == Points::circle && is_pole(row_) && odd_) return pole();
    T sum = odd_ ? T{} : at(sums_.in, args_.L, 0), run{};
    for (int64_t k = 1; k < args_.L; ++k) {
      run += 2 * wave_at(k, row_) * at(sums_.in, args_.L, k);
      if (k % kRun == 0) {
        sum += run;
        run = T{};
      }
    }
    return (sums_.points == Points::circle && is_pole(row_) ? R(0.5) : R(1)) * (sum + run);
  }

 private:
  __device__ T at(const void* tensor, int64_t rows, int64_t row) const {
    return static_cast<const T*>(tensor)[((batch_ * rows + row) * (2 * args_.L - 1) + column_) * args_.inner + inner_];
  }

  __device__ bool is_pole(int64_t ring) const { return 2 * ring + 1 == args_.circle || (args_.circle % 2 == 0 && ring % args_.L == 0); }

  // The next half of the circle is that of the points at -1/4, from 1 on.
  __device__ int64_t half_of(int64_t r) const { return r / args_.L; }
  __device__ int64_t number_of(int64_t r) const { return r % args_.L + r / args_.L; }

  // cos or sin of k theta.
  __device__ R wave_at(int64_t k, int64_t r) const {
    const bool fine = sums_.points == Points::fine;
    const int group = sums_.points == Points::circle ? kCircle : fine ? kFine + static_cast<int>(half_of(r)) : kHalf;
    const int32_t* ring = args_.fourier.ring[group];
    const R* tables = static_cast<const R*>(args_.fourier.tables);
    const auto* roots = reinterpret_cast<const Complex<R>*>(tables + ring[2]);
    const auto* phases = reinterpret_cast<const Complex<R>*>(tables + ring[3]);
    const Complex<R> w = phases[k] * roots[k * (fine ? number_of(r) : r) % ring[1]];
    return odd_ ? w.im : w.re;
  }

  // kind: 0 half the weight of a point of dh, 1 and 2 what a value on the north and on the south pole adds there.
  __device__ R factor(int kind, int64_t r) const {
    return static_cast<const R*>(args_.factors)[(2 * kind + half_of(r)) * 2 * args_.L + number_of(r)];
  }

  // What is on both halves of the circle at point r and its mirror image.
  __device__ T value(int64_t r) const {
    if (sums_.points == Points::half) return R(2) * at(sums_.in, args_.L, r);
    if (sums_.points == Points::circle) {
      if (is_pole(r)) return odd_ ? T{} : at(sums_.in, points(), r);
      return R(2) * at(sums_.in, points(), r);
    }
    T sum = factor(0, r) * at(sums_.in, 2 * args_.L, r);
    if (!args_.transposed && odd_) {
      const int64_t rings = args_.circle / 2 + 1;
      if (args_.circle % 2 == 0) sum += factor(1, r) * at(args_.x, rings, 0);
      sum += factor(2, r) * at(args_.x, rings, rings - 1);
    }
    return R(4) * sum;
  }

  // On a pole ring, of an odd column.
  __device__ T pole() const {
    const int kind = row_ == args_.circle / 2 ? 2 : 1;
    T sum{};
    for (int64_t r = 0; r < 2 * args_.L; ++r) sum += R(2) * factor(kind, r) * at(sums_.fine, 2 * args_.L, r);
    return sum;
  }

  const Sums& sums_;
  const ResamplingArgs& args_;
  int64_t inner_, column_, row_, batch_;
  bool odd_;
};

template <class T>
__global__ void __launch_bounds__(kThreads) waves_kernel(const __grid_constant__ Sums sums) {
  for (int64_t i = first_item(); i < sums.items; i += item_step()) static_cast<T*>(sums.out)[i] = Column<T>(sums, i).wave();
}
template <class T>
__global__ void __launch_bounds__(kThreads) points_kernel(const __grid_constant__ Sums sums) {
  for (int64_t i = first_item(); i < sums.items; i += item_step()) static_cast<T*>(sums.out)[i] = Column<T>(sums, i).point();
}

template <class T>
const char* resample(const ResamplingArgs& args, void* stream) {
  const int64_t columns = (2 * args.L - 1) * args.inner, rings = args.circle / 2 + 1;
  T* waves = static_cast<T*>(args.between);
  T* fine = waves + args.batch * args.L * columns;
  const auto run = [&](void (*kernel)(Sums), Points points, const void* in, void* out, int64_t rows) {
    const Sums sums{args, in, fine, out, points, rows, args.batch * rows * columns};
    return launch_items(kernel, sums.items, stream, sums);
  };
  const Points first = args.transposed ? Points::half : Points::circle, last = args.transposed ? Points::circle : Points::half;
  if (const char* error = run(waves_kernel<T>, first, args.x, waves, args.L)) return error;
  if (const char* error = run(points_kernel<T>, Points::fine, waves, fine, 2 * args.L)) return error;
  if (const char* error = run(waves_kernel<T>, Points::fine, fine, waves, args.L)) return error;
  return run(points_kernel<T>, last, waves, args.out, args.transposed ? rings : args.L);
}

}  // namespace

const char* resampling(const ResamplingArgs& args, void* stream) {
  return visit_continuous(args.dtype, [&](auto type) { return resample<typename decltype(type)::type>(args, stream); });
}

}  // namespace clebsch::accelerator
