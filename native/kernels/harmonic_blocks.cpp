#include "kernels/harmonic_blocks.h"

#include "kernels/flush_denormals.h"
#include "kernels/legendre_block.h"
#include "kernels/scratch.h"
#include "kernels/wave_runs.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int32_t kBand = 64;                         // slots, for which the rows of an order are read once
constexpr int64_t kMostRowBytes = int64_t{32} << 20;  // of the rows of all orders
constexpr int64_t kOrderGrain = 4;
template <class R>
constexpr int64_t kMostRow = 2176 / sizeof(R);  // numbers

template <class R>
class RingBlocks {
 public:
  explicit RingBlocks(const LegendreArgs& polar) : polar_(polar), columns_(polar_, 0, polar.inner, false) {}

  bool fits() const {
    return columns_.of_order(polar_.L > 1 ? 1 : 0).columns <= kMostRow<R> &&
           row_numbers() * static_cast<int64_t>(sizeof(R)) <= kMostRowBytes;
  }
  int64_t row_numbers() const {
    int64_t numbers = 0;
    for (int64_t m = 0; m < polar_.L; ++m) numbers += size_of(columns_.of_order(m));
    return numbers;
  }

  const char* run(FourierArgs longitudes, const void* x, void* out) {
    static thread_local Scratch scratch, lists;
    const int64_t wave_numbers = 2 * kBand * (2 * polar_.L - 1) * polar_.inner * columns_.parts();
    R* waves = static_cast<R*>(scratch.reserve(static_cast<size_t>(wave_numbers + row_numbers()) * sizeof(R)));
    rows_ = static_cast<int64_t*>(lists.reserve(static_cast<size_t>(polar_.L) * sizeof(int64_t)));
    if (waves == nullptr || rows_ == nullptr) return "no memory for the rows of a harmonic sum";
    numbers_ = waves + wave_numbers;
    for (int64_t m = 0, at = 0; m < polar_.L; ++m) {
      rows_[m] = at;
      at += size_of(columns_.of_order(m));
    }
    const bool synthesis = longitudes.synthesis != 0;
    polar_.x = synthesis ? x : waves;
    polar_.out = synthesis ? waves : out;
    longitudes.x = synthesis ? waves : x;
    longitudes.out = synthesis ? out : waves;
    const char* error = run(longitudes);
    scratch.trim(kKeptBytes);
    return error;
  }

 private:
  // With room for a tile that goes on behind the last step.
  int64_t size_of(const OrderColumns& c) const { return (c.steps + kTileRows) * c.columns; }

  const char* run(const FourierArgs& longitudes) const {
    for_orders([&](const OrderColumns& c, R* rows) { prepare(c, rows); });
    for (int64_t slot = 0; slot < polar_.slots; slot += kBand) {
      if (!polar_.analysis) sum_orders(slot);
      if (const char* error = transform_rings(longitudes, slot)) return error;
      if (polar_.analysis) sum_orders(slot);
    }
    if (polar_.analysis) for_orders([&](const OrderColumns& c, R* rows) { finish(c, rows); });
    return nullptr;
  }

  // f(order, its rows), on the thread pool.
  template <class F>
  void for_orders(F f) const {
    parallel_for(polar_.L, kOrderGrain, [&](int64_t begin, int64_t end) {
      const FlushDenormals flush;
      for (int64_t m = begin; m < end; ++m) f(columns_.of_order(m), numbers_ + rows_[m]);
      flush.stop();
    });
  }

  void prepare(const OrderColumns& c, R* rows) const {
    if (polar_.analysis) {
      memset(rows, 0, static_cast<size_t>(size_of(c)) * sizeof(R));
      return;
    }
    OddNumbers odd;
    columns_.clear_surplus(c, rows);
    for (int r = 0; r < columns_.calls(); ++r) columns_.gather(c, r, {0, c.steps}, odd, rows);
  }

  void finish(const OrderColumns& c, R* rows) const {
    OddNumbers odd;
    for (int r = 0; r < columns_.calls(); ++r) columns_.scatter(c, r, {0, c.steps}, odd, rows);
  }

  // Of a band of slots.
  void sum_orders(int64_t slot) const {
    const RingRows<R> rings(polar_, columns_, kBand);
    for_orders([&](const OrderColumns& c, R* rows) {
      alignas(64) R block[BlockOrder<R>::memory(kMostRow<R>)];
      const BlockOrder<R> order(polar_, c, nullptr, &rings);
      for (int64_t b = slot; b < minimum(slot + kBand, polar_.slots); b += kSlotPad)
        polar_.analysis ? order.analyse(b, rows, block) : order.synthesize(b, rows, block);
    });
  }

  const char* transform_rings(const FourierArgs& longitudes, int64_t slot) const {
    int32_t some[2 * kBand][2], count = 0;
    for (int32_t half = 0; half < 2; ++half)
      for (int32_t i = 0; i < minimum(kBand, polar_.slots - slot); ++i) {
        const int32_t ring = polar_.slot_rings[half * polar_.slots + slot + i];
        if (ring < 0) continue;
        some[count][0] = ring;
        some[count++][1] = half * kBand + i;
      }
    FourierGroup group = longitudes.group[0];
    group.rings = count;
    FourierArgs args = longitudes;
    args.group = &group;
    args.some = some;
    return count == 0 ? nullptr : fourier_step(args, nullptr);
  }

  LegendreArgs polar_;
  const Columns<R> columns_;
  int64_t* rows_ = nullptr;
  R* numbers_ = nullptr;
};

template <class R>
bool serves(const LegendreArgs& polar) {
  return RingRows<R>::suits(polar) && !is_fused(polar, polar.inner) && RingBlocks<R>(polar).fits();
}

bool is_single(const LegendreArgs& polar) { return polar.dtype == Dtype::float32 || polar.dtype == Dtype::complex64; }

}  // namespace

bool harmonic_blocks_serve(const LegendreArgs& polar) { return is_single(polar) ? serves<float>(polar) : serves<double>(polar); }

const char* harmonic_blocks(const LegendreArgs& polar, const FourierArgs& longitudes, const void* x, void* out) {
  return is_single(polar) ? RingBlocks<float>(polar).run(longitudes, x, out) : RingBlocks<double>(polar).run(longitudes, x, out);
}
const char* harmonic_blocks(const FourierArgs& longitudes, const LegendreArgs& polar, const void* x, void* out) {
  return harmonic_blocks(polar, longitudes, x, out);
}

}  // namespace clebsch::CLEBSCH_ISA
