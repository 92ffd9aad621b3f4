#pragma once
// CPU: sums over degrees (synthesis) and over slots (analysis) with the numbers of a panel; columns come in fours.
#include "kernels/legendre_panel.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kTileColumns = 4;
constexpr int kTileVectors = kVectorRegisters == 32 ? 4 : 2;  // of slots, or steps
constexpr int64_t kRow = kPanelSlots + 8;                     // of the sums of a column: a power of two would share cache sets

// sums[j][slot] += sum over k < count of coefficients[k][j] p[k][slot]
template <int vectors, class R>
void add_tile(const R* panel, const R* coefficients, int64_t columns, int64_t count, R* sums) {
  constexpr int W = kWidth<R>;
  Vector<R> sum[kTileColumns][vectors];
  for (int j = 0; j < kTileColumns; ++j)
    for (int i = 0; i < vectors; ++i) sum[j][i] = load(sums + j * kRow + i * W);
  for (int64_t k = 0; k < count; ++k, panel += kPanelSlots, coefficients += columns) {
    Vector<R> p[vectors];
    for (int i = 0; i < vectors; ++i) p[i] = load(panel + i * W);
    for (int j = 0; j < kTileColumns; ++j)
      for (int i = 0; i < vectors; ++i) sum[j][i] += p[i] * coefficients[j];
  }
  for (int j = 0; j < kTileColumns; ++j)
    for (int i = 0; i < vectors; ++i) store(sums + j * kRow + i * W, sum[j][i]);
}

// All columns, a multiple of four.
template <class R>
void add_degrees(const Panel<R>& panel, const R* coefficients, int64_t columns, int64_t count, R* sums) {
  constexpr int W = kWidth<R>;
  for (int r = 0; r < panel.range_count; ++r) {
    const auto [begin, end] = panel.ranges[r];
    for (int64_t j = 0; j < columns; j += kTileColumns) {
      int64_t i = begin;
      for (; i + kTileVectors * W <= end; i += kTileVectors * W)
        add_tile<kTileVectors>(panel.numbers + i, coefficients + j, columns, count, sums + j * kRow + i);
      for (; i < end; i += W) add_tile<1>(panel.numbers + i, coefficients + j, columns, count, sums + j * kRow + i);
    }
  }
}

constexpr int kLaneBytes = 16;  // of a vector, within which shuffles are cheap

// Groups of units of `unit` numbers: the even units of each group of x, then those of y.
template <class R, int unit, int group>
constexpr int even_unit(int i) {
  constexpr int half = group / 2, all = kWidth<R>;
  const int at = i / unit, k = at % group, of_x = (at - k + 2 * (k % half)) * unit + i % unit;
  return k < half ? of_x : all + of_x;
}
template <class R, int unit, int group, int... i>
inline Vector<R> sum_neighbours(Vector<R> x, Vector<R> y, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(x, y, even_unit<R, unit, group>(i)...) +
         __builtin_shufflevector(x, y, (even_unit<R, unit, group>(i) + unit)...);
}

// (sum of v[0], sum of v[1], ...) of kWidth vectors: numbers of a lane first, then lanes.
template <class R, int n = kWidth<R>>
inline Vector<R> sums_of(const Vector<R>* v) {
  if constexpr (n == 1) {
    return v[0];
  } else {
    constexpr int lane = kLaneBytes / sizeof(R), lanes = kWidth<R> / lane;
    constexpr bool within = n > lanes;
    constexpr int unit = within ? 1 : lane, group = within ? lane : lanes;
    constexpr auto all = std::make_integer_sequence<int, kWidth<R>>();
    Vector<R> half[n / 2];
    for (int i = 0; i < n / 2; ++i) half[i] = sum_neighbours<R, unit, group>(v[2 * i], v[2 * i + 1], all);
    return sums_of<R, n / 2>(half);
  }
}

// coefficients[s][j] += sum over slots in the ranges of p[k + s][slot] values[j][slot], for `steps` steps and four columns.
template <int steps, class R>
void add_products(const Panel<R>& panel, int64_t k, const R* values, int64_t columns, R* coefficients) {
  constexpr int W = kWidth<R>, total = steps * kTileColumns;
  Vector<R> sum[total] = {};
  for (int r = 0; r < panel.range_count; ++r) {
    const R* numbers = panel.numbers + k * kPanelSlots;
    for (int64_t i = panel.ranges[r].begin; i < panel.ranges[r].end; i += W) {
      Vector<R> f[kTileColumns];
      for (int j = 0; j < kTileColumns; ++j) f[j] = load(values + j * kRow + i);
      for (int s = 0; s < steps; ++s) {
        const Vector<R> p = load(numbers + s * kPanelSlots + i);
        for (int j = 0; j < kTileColumns; ++j) sum[s * kTileColumns + j] += p * f[j];
      }
    }
  }
  static_assert(total % W == 0);
  R results[total];
  for (int i = 0; i < total; i += W) store(results + i, sums_of<R>(sum + i));
  for (int s = 0; s < steps; ++s)
    for (int j = 0; j < kTileColumns; ++j) coefficients[s * columns + j] += results[s * kTileColumns + j];
}

// All columns, for `count` steps rounded up to a tile; the panel's numbers of the surplus steps are cleared.
template <class R>
void add_slots(Panel<R>& panel, const R* values, int64_t columns, int64_t count, R* coefficients) {
  const int64_t rounded = ceil_div(count, kTileVectors) * kTileVectors;
  if (rounded > count) memset(panel.numbers + count * kPanelSlots, 0, static_cast<size_t>((rounded - count) * kPanelSlots) * sizeof(R));
  for (int64_t j = 0; j < columns; j += kTileColumns)
    for (int64_t k = 0; k < rounded; k += kTileVectors)
      add_products<kTileVectors>(panel, k, values + j * kRow, columns, coefficients + k * columns + j);
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
