#pragma once
// CPU: products of a small table with many columns, lanes over columns: what a matrix product does in registers.
#include "kernels/simd.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int kTileRows = kVectorRegisters == 32 ? 8 : 4;
constexpr int kTileVectors = 2;

// c[i][j] = (add: itself) + sum over n < count of a[n][i] b[n][j], kTileRows rows i and `vectors` vectors j. In a, n is `n_step` and i
// is `i_step` numbers apart.
template <int vectors, int n_step, int i_step, class R>
CLEBSCH_INLINE void add_tile(const R* a, const R* b, int64_t b_row, int64_t count, bool add, R* c, int64_t c_row) {
  constexpr int W = kWidth<R>;
  Vector<R> sum[kTileRows][vectors];
  unrolled<kTileRows * vectors>([&](auto at) CLEBSCH_ALWAYS {
    constexpr int i = at.value / vectors, j = at.value % vectors;
    sum[i][j] = add ? load(c + i * c_row + j * W) : Vector<R>{};
  });
  for (int64_t n = 0; n < count; ++n, a += n_step, b += b_row) {
    Vector<R> row[vectors];
    unrolled<vectors>([&](auto j) CLEBSCH_ALWAYS { row[j.value] = load(b + j.value * W); });
    unrolled<kTileRows>([&](auto i) CLEBSCH_ALWAYS {
      for (int j = 0; j < vectors; ++j) sum[i.value][j] += row[j] * a[i.value * i_step];
    });
  }
  unrolled<kTileRows * vectors>([&](auto at) CLEBSCH_ALWAYS {
    constexpr int i = at.value / vectors, j = at.value % vectors;
    store<R>(c + i * c_row + j * W, sum[i][j]);
  });
}

// All columns, a whole number of vectors, and `rows` rows, a multiple of kTileRows.
template <int n_step, int i_step, class R>
void add_product(const R* a, const R* b, int64_t b_row, int64_t count, bool add, R* c, int64_t c_row, int64_t rows, int64_t columns) {
  constexpr int W = kWidth<R>;
  int64_t j = 0;
  for (; j + kTileVectors * W <= columns; j += kTileVectors * W)
    for (int64_t i = 0; i < rows; i += kTileRows)
      add_tile<kTileVectors, n_step, i_step>(a + i * i_step, b + j, b_row, count, add, c + i * c_row + j, c_row);
  for (; j < columns; j += W)
    for (int64_t i = 0; i < rows; i += kTileRows)
      add_tile<1, n_step, i_step>(a + i * i_step, b + j, b_row, count, add, c + i * c_row + j, c_row);
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
