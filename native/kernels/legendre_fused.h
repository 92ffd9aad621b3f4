#pragma once
// CPU: the recursion and the sums of few columns in one loop, where all numbers of the slots are in range. Numbers p_k then need no
// memory; storing them costs more than making them.
#include "kernels/legendre_tile.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kFusedVectors = 2;                                     // of slots in synthesis: the sums stay in registers
constexpr int kFusedColumns = kVectorRegisters == 32 ? 8 : 4;        // at most
constexpr int kFusedProducts = kVectorRegisters == 32 ? 8 : 2;       // vectors of slots in analysis
constexpr int64_t kSynthesisSlots = kFusedVectors * kWidth<double>;  // of a group
constexpr int64_t kAnalysisSlots = kFusedProducts * kWidth<double>;

// sums[j][slot] += sum over k < count of coefficients[k][j] p_k[slot]
template <int columns>
void fuse_degrees(const double* steps, int64_t count, int end, const double* u, const double* value, const double* before,
                  const double* coefficients, double* sums) {
  using V = Vector<double>;
  constexpr int W = kWidth<double>, N = kFusedVectors;
  V y[N], p[N], q[N], sum[columns][N];
  for (int i = 0; i < N; ++i) {
    y[i] = load(u + i * W);
    p[i] = load(value + i * W);
    q[i] = load(before + i * W);
    for (int j = 0; j < columns; ++j) sum[j][i] = load(sums + j * kRow + i * W);
  }
  const auto step = [&](V* now, V* other) {  // p_{k+1} takes the place of p_{k-1}
    for (int i = 0; i < N; ++i) {
      for (int j = 0; j < columns; ++j) sum[j][i] += now[i] * coefficients[j];
      other[i] = (steps[0] * y[i] + steps[end]) * now[i] - other[i];
    }
    steps += kStepNumbers;
    coefficients += columns;
  };
  for (; count >= 2; count -= 2) {
    step(p, q);
    step(q, p);
  }
  if (count > 0) step(p, q);
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < N; ++i) store(sums + j * kRow + i * W, sum[j][i]);
}

// coefficients[k][j] += sum over slots of p_k[slot] values[j][slot], k < count; `vectors` of slots.
template <int columns, int vectors>
void fuse_products(const double* steps, int64_t count, int end, const double* u, const double* value, const double* before,
                   const double* values, double* coefficients) {
  using V = Vector<double>;
  constexpr int W = kWidth<double>, total = 8, pace = total / columns;  // steps of a round
  V p[vectors], q[vectors], sum[total] = {};
  for (int i = 0; i < vectors; ++i) {
    p[i] = load(value + i * W);
    q[i] = load(before + i * W);
  }
  const auto step = [&](V* now, V* other, V* results) {
    for (int i = 0; i < vectors; ++i) {
      for (int j = 0; j < columns; ++j) results[j] = now[i] * load(values + j * kRow + i * W) + (i > 0 ? results[j] : V{});
      other[i] = (steps[0] * load(u + i * W) + steps[end]) * now[i] - other[i];
    }
    steps += kStepNumbers;
  };
  const auto put = [&](int64_t numbers) {
    double results[total];
    for (int i = 0; i < total; i += W) store(results + i, sums_of<double>(sum + i));
    for (int64_t i = 0; i < numbers; ++i) coefficients[i] += results[i];
    coefficients += total;
  };
  for (; count >= 2; count -= 2) {
    // Values and angles are operands in memory: held in registers they would drive out the numbers
    __asm__ volatile("" : "+r"(values), "+r"(u));
    step(p, q, sum);
    if constexpr (pace == 1) put(total);
    step(q, p, sum + (pace - 1) * columns);
    put(total);
  }
  if (count > 0) {
    step(p, q, sum);
    put(columns);
  }
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
