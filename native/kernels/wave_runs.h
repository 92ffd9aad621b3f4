#pragma once
// CPU: waves between the polar and the Fourier step, rings in lanes. A run has kSlotPad rings: a block of slots (kernels/legendre.h) has a
// run of its first rings and one of its second or, where no slot has both, a single one.
#include "kernels/legendre.h"

namespace clebsch::CLEBSCH_ISA {

// Of a block of slots.
struct BlockRuns {
  int32_t first;   // run
  int32_t paired;  // 1: the next one is that of the second rings
};

constexpr int64_t kWaveColumns = 16;  // of a group of orders: what its sums write lies together

// waves: [maps][column / kWaveColumns][count][kWaveColumns][kSlotPad]. Columns are those of kernels/legendre.h, real and imaginary parts
// apart; those of real signals count from 1, so that the pairs of orders do not straddle.
struct WaveRuns {
  const BlockRuns* blocks;
  const int32_t* rings;  // [count][kSlotPad], -1: none
  int64_t count, columns;
  void* waves;

  static constexpr int64_t kRun = kWaveColumns * kSlotPad;
  // With a gap, as a power of two would share cache sets.
  int64_t map_size() const { return (columns + kWaveColumns - 1) / kWaveColumns * count * kRun + 2 * kRun; }
  // Numbers from the start of a run to those of a column.
  int64_t place(int64_t column) const {
    const auto c = static_cast<uint64_t>(column);
    return static_cast<int64_t>(c / kWaveColumns) * count * kRun + static_cast<int64_t>(c % kWaveColumns) * kSlotPad;
  }
};

// The polar and the Fourier step between tensors or, where runs are given (spin 0, inner = 1, rings that are all alike), between a tensor
// and runs: kernels/legendre.cpp, kernels/fourier.cpp.
const char* legendre_step(const LegendreArgs& args, const WaveRuns* runs);
const char* fourier_step(const FourierArgs& args, const WaveRuns* runs);

namespace {

// Column of the real or (part 1) imaginary numbers in a column of rings.
template <bool complex>
inline int64_t wave_column(int64_t column, int part) {
  return complex ? 2 * column + part : column + 1;
}

// Fills blocks [slots / kSlotPad] and rings [2 slots]; `waves` is left to the caller.
inline WaveRuns wave_runs(const LegendreArgs& args, BlockRuns* blocks, int32_t* rings) {
  int64_t count = 0;
  for (int64_t b = 0; b < args.slots / kSlotPad; ++b) {
    const int32_t *first = args.slot_rings + b * kSlotPad, *second = first + args.slots;
    int32_t paired = 0;
    for (int64_t i = 0; i < kSlotPad; ++i) paired |= first[i] >= 0 && second[i] >= 0;
    blocks[b] = {static_cast<int32_t>(count), paired};
    for (int64_t i = 0; i < kSlotPad; ++i) {
      rings[count * kSlotPad + i] = paired || first[i] >= 0 ? first[i] : second[i];
      if (paired) rings[(count + 1) * kSlotPad + i] = second[i];
    }
    count += 1 + paired;
  }
  return {blocks, rings, count, legendre_is_complex(args) ? 4 * args.L - 2 : 2 * args.L, nullptr};
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
