// CPU: fast Fourier transforms in place on tiles, stage by stage.
#include "kernels/fft_convolution.h"
#include "kernels/fft_nested.h"
#include "kernels/fft_prime.h"
#include "kernels/fft_residues.h"
#include "kernels/fft_stages.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

constexpr int64_t kNearBytes = int64_t{1} << 13;    // blocks up to this size together go through the stages together
constexpr int64_t kCachedBytes = int64_t{1} << 17;  // stages of a block up to this size are run one after another, others part by part

constexpr int kByMatrix = 0, kByConvolution = -1, kByResidues = -2;  // in place of a radix

// A column of a stage: its r numbers through load_at(j) and store_at(q, X).
template <int R, bool plus, class T, class Load, class Store>
CLEBSCH_INLINE void column(const Stage<T>& stage, T* scratch, Load load_at, Store store_at) {
  if constexpr (R == kByMatrix) {
    transform_prime<plus>(stage.r, stage.needs, scratch, load_at, store_at);
  } else if constexpr (R == kByConvolution) {
    transform_convolved<plus>(stage, scratch, load_at, store_at);
  } else if constexpr (R == kByResidues) {
    transform_residues<plus>(stage, scratch, load_at, store_at);
  } else if constexpr (R == kNestedRadix) {
    transform_nested<(kNestedRadix - 1) / 6, plus>(scratch, load_at, store_at);
  } else {
    Pair<T> x[R];
    unrolled<R>([&](auto j) { x[j.value] = load_at(j.value); });
    transform_small<R, plus>(x);
    unrolled<R>([&](auto q) { store_at(q.value, x[q.value]); });
  }
}

// load_at and store_at with the factors of column k > 0: before the sums in analysis, after them in synthesis.
template <int R, bool synthesis, class T, class Load, class Store>
CLEBSCH_INLINE void turned_column(const Stage<T>& stage, int64_t k, T* scratch, Load load_at, Store store_at) {
  const T* w = stage.factors + (k - 1) * (stage.r - 1) * 2 - 2;
  column<R, synthesis>(
      stage, scratch,
      [&](int64_t j) CLEBSCH_ALWAYS {
        const Pair<T> x = load_at(j);
        return synthesis || j == 0 ? x : multiply<true>(x, w + 2 * j);
      },
      [&](int64_t q, Pair<T> x) CLEBSCH_ALWAYS { store_at(q, synthesis && q > 0 ? multiply<false>(x, w + 2 * q) : x); });
}

template <int R, bool synthesis, class T>
void complex_stage(const Stage<T>& stage, T* block, int64_t blocks, T* scratch) {
  constexpr int64_t W = kWidth<T>;
  const int64_t r = R > 0 ? R : stage.r, step = stage.s * 2 * W;
  for (; blocks > 0; --blocks, block += r * step) {
    T* at = block;
    const auto load_at = [&](int64_t j) CLEBSCH_ALWAYS { return load_pair(at + j * step, at + j * step + W); };
    const auto store_at = [&](int64_t q, Pair<T> x) CLEBSCH_ALWAYS { store_pair(at + q * step, at + q * step + W, x); };
    column<R, synthesis>(stage, scratch, load_at, store_at);
    for (int64_t k = 1; k < stage.s; ++k) {
      at += 2 * W;
      turned_column<R, synthesis>(stage, k, scratch, load_at, store_at);
    }
  }
}

// Column 0 of real numbers, x_j at row j s: X_q = sum_j x_j e^(- 2 pi i q j / r), or x_j = sum_q X_q e^(+ 2 pi i q j / r).
template <int R, bool synthesis, class T>
CLEBSCH_INLINE void real_column(const Stage<T>& stage, T* at, T* folded) {
  if constexpr (R == kByConvolution) return transform_real_convolved<synthesis>(stage, at, folded);
  if constexpr (R == kByResidues) return transform_real_residues<synthesis>(stage, at, folded);
  constexpr int64_t W = kWidth<T>;
  const int64_t r = R > 0 ? R : stage.r, h = (r - 1) / 2, step = stage.s * W;
  if constexpr (R == kNestedRadix) return transform_real_nested<(kNestedRadix - 1) / 6, synthesis>(at, step, folded);
  const Vector<T> first = load(at);
  Vector<T> sum = first;
  const auto fold = [&](int64_t j, Vector<T>& t, Vector<T>& u) CLEBSCH_ALWAYS {
    const Vector<T> a = load(at + (j + 1) * step), b = load(at + (r - 1 - j) * step);
    t = synthesis ? a + a : a + b;
    u = synthesis ? b + b : a - b;
    sum += t;
  };
  const auto put_sums = [&](int64_t q, Vector<T> a, Vector<T> b) CLEBSCH_ALWAYS {
    store<T>(at + q * step, synthesis ? a - b : a);
    store<T>(at + (r - q) * step, synthesis ? a + b : -b);
  };
  if constexpr (R <= 0) {
    for (int64_t j = 0; j < h; ++j) {
      Vector<T> t, u;
      fold(j, t, u);
      store<T>(folded + 2 * j * W, t);
      store<T>(folded + (2 * j + 1) * W, u);
    }
    store<T>(at, sum);
    fold_sums<1>(h, stage.needs, &first, folded,
                 [&](int64_t q, const Vector<T>* a, const Vector<T>* b) CLEBSCH_ALWAYS { put_sums(q + 1, *a, *b); });
  } else {
    constexpr int H = (R - 1) / 2;
    Vector<T> t[H], u[H];
    unrolled<H>([&](auto j) { fold(j.value, t[j.value], u[j.value]); });
    store<T>(at, sum);
    odd_sums<R, T>(first, t, u, [&](auto q, Vector<T> a, Vector<T> b) { put_sums(q.value, a, b); });
  }
}

// The numbers k + q s of a transform of real numbers, of which those beyond the half are conjugates: of r s - k - q s.
template <int R, bool synthesis, class T>
void real_stage(const Stage<T>& stage, T* block, int64_t blocks, T* scratch) {
  constexpr int64_t W = kWidth<T>;
  const int64_t r = R > 0 ? R : stage.r, s = stage.s;
  for (; blocks > 0; --blocks, block += r * s * W) {
    real_column<R, synthesis>(stage, block, scratch);
    for (int64_t k = 1; k <= (s - 1) / 2; ++k) {
      T* low = block + k * W;
      T* high = block + (s - k) * W;
      const auto load_part = [&](int64_t j) CLEBSCH_ALWAYS { return load_pair(low + j * s * W, high + j * s * W); };
      const auto store_part = [&](int64_t j, Pair<T> x) CLEBSCH_ALWAYS { store_pair(low + j * s * W, high + j * s * W, x); };
      const auto load_whole = [&](int64_t q) CLEBSCH_ALWAYS {
        if (q <= (r - 1) / 2) return load_pair(low + q * s * W, high + (r - 1 - q) * s * W);
        const Pair<T> x = load_pair(high + (r - 1 - q) * s * W, low + q * s * W);
        return Pair<T>{x.re, -x.im};
      };
      const auto store_whole = [&](int64_t q, Pair<T> x) CLEBSCH_ALWAYS {
        if (q <= (r - 1) / 2)
          store_pair(low + q * s * W, high + (r - 1 - q) * s * W, x);
        else
          store_pair(high + (r - 1 - q) * s * W, low + q * s * W, Pair<T>{x.re, -x.im});
      };
      if constexpr (synthesis)
        turned_column<R, true>(stage, k, scratch, load_whole, store_part);
      else
        turned_column<R, false>(stage, k, scratch, load_part, store_whole);
    }
  }
}

// f(Constant<R>{}) of the radix R that r is, or of kByMatrix.
template <int... radices, class F>
CLEBSCH_INLINE void visit_radix(int64_t r, F f) {
  if (!((r == radices && (f(Constant<radices>{}), true)) || ...)) f(Constant<kByMatrix>{});
}

template <bool real, bool synthesis, class T>
void run_stage(const Stage<T>& stage, T* block, int64_t blocks, T* scratch) {
  const auto run = [&](auto radix) {
    constexpr int R = decltype(radix)::value;
    if constexpr (!real)
      complex_stage<R, synthesis>(stage, block, blocks, scratch);
    else if constexpr (R <= 0 || R % 2 == 1)
      real_stage<R, synthesis>(stage, block, blocks, scratch);
  };
  if (stage.inner) return has_odd_half(stage.r) ? run(Constant<kByResidues>{}) : run(Constant<kByConvolution>{});
  visit_radix<2, 3, 4, 5, 7, 8, 11, 13, kNestedRadix>(stage.r, run);
}

// The first `count` stages, on neighbouring blocks of their size.
template <bool real, bool synthesis, class T>
void run_first(const StageList<T>& list, int count, T* block, int64_t blocks, T* scratch) {
  if (count == 0) return;
  const Stage<T>& last = list.stages[count - 1];
  const int64_t size = last.r * last.s, numbers = size * (real ? 1 : 2) * kWidth<T>, bytes = numbers * int64_t{sizeof(T)};
  if (blocks > 1 && blocks * bytes > kNearBytes) {
    for (int64_t i = 0; i < blocks; ++i) run_first<real, synthesis>(list, count, block + i * numbers, 1, scratch);
  } else if (bytes > kCachedBytes) {
    if (synthesis) run_stage<real, synthesis>(last, block, 1, scratch);
    run_first<real, synthesis>(list, count - 1, block, last.r, scratch);
    if (!synthesis) run_stage<real, synthesis>(last, block, 1, scratch);
  } else {
    for (int i = 0; i < count; ++i) {
      const Stage<T>& stage = list.stages[synthesis ? count - 1 - i : i];
      run_stage<real, synthesis>(stage, block, blocks * size / (stage.r * stage.s), scratch);
    }
  }
}

template <class T>
void run_all(const StageList<T>& list, bool real, bool synthesis, T* tile, T* scratch, int64_t tiles) {
  if (real)
    synthesis ? run_first<true, true>(list, list.count, tile, tiles, scratch)
              : run_first<true, false>(list, list.count, tile, tiles, scratch);
  else
    synthesis ? run_first<false, true>(list, list.count, tile, tiles, scratch)
              : run_first<false, false>(list, list.count, tile, tiles, scratch);
}

}  // namespace

void run_stages(const StageList<float>& list, bool real, bool synthesis, float* tile, float* scratch, int64_t tiles) {
  run_all(list, real, synthesis, tile, scratch, tiles);
}
void run_stages(const StageList<double>& list, bool real, bool synthesis, double* tile, double* scratch, int64_t tiles) {
  run_all(list, real, synthesis, tile, scratch, tiles);
}

}  // namespace clebsch::CLEBSCH_ISA
