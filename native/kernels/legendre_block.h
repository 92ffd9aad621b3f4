#pragma once
// CPU: the sums of many columns. The numbers of an order at a block of slots are made once, for all of them; those of odd degrees too, so
// that sums of either need no recursion of their own, which would add their rounding up.
#include "kernels/legendre_ring_rows.h"
#include "kernels/legendre_tile.h"
#include "kernels/legendre_waves.h"
#include "kernels/shuffles.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// p_k and, spin 0, r_k at a block of slots, in R: r_k = p_k - B_{k-1} r_{k-1}, x A_k r_k = D_{m+2k+1} (kernels/legendre.h).
template <class R>
class BlockNumbers {
 public:
  static constexpr int64_t kSteps = 128;                          // at most; both tables then are as large as the first-level cache
  alignas(64) R even[kSteps * kSlotPad], odd[kSteps * kSlotPad];  // [step][slot]

  // Of `count` steps that follow the last ones; zeros behind them up to a whole tile.
  template <bool masked, bool paired>
  void fill(const double* steps, int64_t count, int end, const double* u, const double* factors, SlotNumbers<kBlockVectors>& numbers) {
    Doubles masks[kBlockVectors], r[kBlockVectors];
    unrolled<kBlockVectors>([&](auto i) CLEBSCH_ALWAYS {
      if (masked) masks[i.value] = numbers.mask(i.value);
      r[i.value] = last_[i.value];
    });
    R *even_row = even, *odd_row = odd;
    double b = last_factor_;
    numbers.advance(steps, count, end, u, [&](const Doubles* p) CLEBSCH_ALWAYS {
      unrolled<kBlockVectors>([&](auto i) CLEBSCH_ALWAYS {
        const Doubles number = masked ? both(p[i.value], masks[i.value]) : p[i.value];
        store_numbers(even_row + i.value * kSlotLanes, number);
        if (!paired) return;
        r[i.value] = number - b * r[i.value];
        store_numbers(odd_row + i.value * kSlotLanes, r[i.value]);
      });
      even_row += kSlotPad;
      odd_row += kSlotPad;
      if (!paired) return;
      b = factors[2];
      factors += kPairFactors;
    });
    unrolled<kBlockVectors>([&](auto i) CLEBSCH_ALWAYS { last_[i.value] = r[i.value]; });
    last_factor_ = b;
    const size_t surplus = static_cast<size_t>((kTileRows - count % kTileRows) % kTileRows * kSlotPad) * sizeof(R);
    memset(even_row, 0, surplus);
    if (paired) memset(odd_row, 0, surplus);
  }

 private:
  Doubles last_[kBlockVectors] = {};
  double last_factor_ = 0;
};

// An order at a block of slots after another.
template <class R>
class BlockOrder {
 public:
  // What sums are made to or of is in waves or rings.
  BlockOrder(const LegendreArgs& args, const OrderColumns& order, const Waves<R>* waves, const RingRows<R>* rings)
      : args_(args), order_(order), waves_(waves), rings_(rings), walk_(args, order.m, order.order), paired_(args.spin == 0) {}

  // Numbers of memory that a block needs.
  static constexpr int64_t memory(int64_t columns) { return kSlotPad * columns + kWidth<R>; }

  // Sums over degrees of rows [step][order.columns] to waves.
  void synthesize(int64_t slot, const R* rows, R* sums) const {
    const int64_t columns = order_.columns;
    bool some = false;
    walk_.starts().look_ahead(slot);
    rings_ ? rings_->look_ahead(order_, slot, static_cast<const R*>(args_.out)) : waves_->look_ahead(slot, order_.width);
    const auto add = [&](const R* numbers, int64_t k, int64_t count, int64_t first) {
      add_product<kSlotPad, 1>(numbers, rows + k * columns + first, columns, count, some, sums + first, columns, kSlotPad, order_.filled);
    };
    for_numbers(slot, add, [&] { some = true; });
    if (!some) memset(sums, 0, static_cast<size_t>(kSlotPad * columns) * sizeof(R));
    if (rings_) return rings_->put(order_, slot, sums);
    paired_ ? put<true>(slot, sums) : put<false>(slot, sums);
  }

  // rows += sums over slots.
  void analyse(int64_t slot, R* rows, R* values) const {
    const int64_t columns = order_.columns;
    bool taken = false;
    walk_.starts().look_ahead(slot);
    if (slot + kSlotPad < args_.slots)
      rings_ ? rings_->look_ahead(order_, slot + kSlotPad, static_cast<const R*>(args_.x))
             : waves_->look_ahead(slot + kSlotPad, order_.width);
    const auto add = [&](const R* numbers, int64_t k, int64_t count, int64_t first) {
      if (!taken) rings_ ? rings_->take(order_, slot, values) : paired_ ? take<true>(slot, values) : take<false>(slot, values);
      taken = true;
      add_product<1, kSlotPad>(numbers, values + first, columns, kSlotPad, true, rows + k * columns + first, columns,
                               ceil_div(count, kTileRows) * kTileRows, order_.filled);
    };
    for_numbers(slot, add, [] {});
  }

 private:
  static constexpr int W = kWidth<R>, kVectors = kSlotPad / W;

  // use(numbers [step][slot], first step, count, first column) for steps that matter, those of even and then of odd degrees; next() after
  // both.
  template <class Use, class Next>
  void for_numbers(int64_t slot, Use use, Next next) const {
    BlockNumbers<R> numbers;
    const double* factors = paired_ ? legendre_pair_factors(args_, order_.order) : nullptr;
    walk_.template at<kBlockVectors>(slot, [&](auto masked, int64_t k, int64_t left, int end, SlotNumbers<kBlockVectors>& state) {
      while (left > 0) {
        const int64_t count = minimum(left, BlockNumbers<R>::kSteps);
        if (paired_) {
          numbers.template fill<masked.value, true>(walk_.steps(k), count, end, walk_.angles(slot), factors + k * kPairFactors, state);
        } else {
          numbers.template fill<masked.value, false>(walk_.steps(k), count, end, walk_.angles(slot), nullptr, state);
        }
        use(numbers.even, k, count, 0);
        if (paired_) use(numbers.odd, k, count, order_.filled);
        next();
        k += count;
        left -= count;
      }
    });
  }

  // Sums [slot][columns] to waves: squares are turned in registers.
  template <bool paired>
  void put(int64_t slot, const R* sums) const {
    const int64_t columns = order_.columns;
    for_slot_vectors<kVectors>(args_, *waves_, slot, [&](auto i, const SlotWaves<R>& at) CLEBSCH_ALWAYS {
      const R* rows = sums + i.value * W * columns;
      for (int64_t j = 0; j < order_.width; j += W) {
        Vector<R> even[W], odd[W];
        unrolled<W>([&](auto n) CLEBSCH_ALWAYS {
          even[n.value] = load(rows + n.value * columns + j);
          if (paired) odd[n.value] = load(rows + n.value * columns + order_.filled + j);
        });
        transpose_lanes<R>(even);
        if (paired) transpose_lanes<R>(odd);
        const int64_t* column = waves_->column + j;
        unrolled<W>([&](auto n) CLEBSCH_ALWAYS {
          const int64_t of = j + n.value;
          if (of < order_.width) at.template put<paired>(order_.sign_of(of), column[n.value], even[n.value], odd[n.value]);
        });
      }
    });
  }

  // The transpose; zeros in columns that fill up.
  template <bool paired>
  void take(int64_t slot, R* values) const {
    const int64_t columns = order_.columns;
    for_slot_vectors<kVectors>(args_, *waves_, slot, [&](auto i, const SlotWaves<R>& at) CLEBSCH_ALWAYS {
      R* rows = values + i.value * W * columns;
      for (int64_t j = 0; j < order_.filled; j += W) {
        Vector<R> even[W] = {}, odd[W] = {};
        const int64_t* column = waves_->column + j;
        unrolled<W>([&](auto n) CLEBSCH_ALWAYS {
          const int64_t of = j + n.value;
          if (of < order_.width) at.template take<paired>(order_.sign_of(of), column[n.value], even[n.value], odd[n.value]);
        });
        transpose_lanes<R>(even);
        if (paired) transpose_lanes<R>(odd);
        unrolled<W>([&](auto n) CLEBSCH_ALWAYS {
          store<R>(rows + n.value * columns + j, even[n.value]);
          if (paired) store<R>(rows + n.value * columns + order_.filled + j, odd[n.value]);
        });
      }
    });
  }

  const LegendreArgs& args_;
  const OrderColumns& order_;
  const Waves<R>* waves_;
  const RingRows<R>* rings_;
  const OrderWalk walk_;
  const bool paired_;
};

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
