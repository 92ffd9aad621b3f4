#pragma once
// CPU: columns of rings that are even about the poles and columns that are odd, in lanes.
#include "kernels/fft_butterfly.h"
#include "kernels/shuffles.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// Numbers of a ring come in runs of `run` that are all even or all odd, in turn; the first run lacks `shift` numbers. A pair is a number of
// run 2 k and the one at its place in run 2 k + 1.
struct EvenOddColumns {
  int64_t run, shift, numbers;
  bool odd_first;

  int64_t pairs() const { return (numbers + shift + 2 * run - 1) / (2 * run) * run; }
  // Of the two numbers of a pair.
  int64_t first_place(int64_t pair) const { return pair / run * 2 * run + pair % run - shift; }
  int64_t second_place(int64_t pair) const { return first_place(pair) + run; }
};

template <class R>
struct EvenOdd {
  Pair<R> even, odd;
};

// Which elements of two vectors, that is of 2, 2, ... numbers of either kind in turn, are of the first or the second kind; and back.
template <class R, int kind>
struct TwosApart {
  static constexpr int of(int i) { return i / 2 * 4 + i % 2 + 2 * kind; }
};
template <class R, int vector>
struct TwosTogether {
  static constexpr int of(int i) {
    const int j = vector * kWidth<R> + i;
    return j / 4 * 2 + j % 2 + j % 4 / 2 * kWidth<R>;
  }
};

// 2 kWidth pairs, the first half of them real, the others imaginary parts. load(ring) and store(ring, values).
template <class R>
class LongRuns {
 public:
  LongRuns(const EvenOddColumns& columns, int64_t first) : run_(columns.run) {
    for (int i = 0; i < 2; ++i) at_[i] = columns.first_place(first + i * kWidth<R>);
  }
  CLEBSCH_INLINE EvenOdd<R> load(const R* ring) const {
    return {load_pair(ring + at_[0], ring + at_[1]), load_pair(ring + at_[0] + run_, ring + at_[1] + run_)};
  }
  CLEBSCH_INLINE void store(R* ring, EvenOdd<R> v) const {
    store_pair(ring + at_[0], ring + at_[1], v.even);
    store_pair(ring + at_[0] + run_, ring + at_[1] + run_, v.odd);
  }

 private:
  int64_t run_, at_[2];
};

template <class R>
class RunsOfTwo {
 public:
  static constexpr int64_t W = kWidth<R>;
  RunsOfTwo(const EvenOddColumns& columns, int64_t first) : at_(columns.first_place(first)) {}
  CLEBSCH_INLINE EvenOdd<R> load(const R* ring) const {
    ring += at_;
    Vector<R> re[2] = {clebsch::CLEBSCH_ISA::load(ring), clebsch::CLEBSCH_ISA::load(ring + W)};
    Vector<R> im[2] = {clebsch::CLEBSCH_ISA::load(ring + 2 * W), clebsch::CLEBSCH_ISA::load(ring + 3 * W)};
    shuffle_both<R, TwosApart<R, 0>, TwosApart<R, 1>>(re[0], re[1]);
    shuffle_both<R, TwosApart<R, 0>, TwosApart<R, 1>>(im[0], im[1]);
    return {{re[0], im[0]}, {re[1], im[1]}};
  }
  CLEBSCH_INLINE void store(R* ring, EvenOdd<R> v) const {
    ring += at_;
    shuffle_both<R, TwosTogether<R, 0>, TwosTogether<R, 1>>(v.even.re, v.odd.re);
    shuffle_both<R, TwosTogether<R, 0>, TwosTogether<R, 1>>(v.even.im, v.odd.im);
    store_pair(ring, ring + 2 * W, {v.even.re, v.even.im});
    store_pair(ring + W, ring + 3 * W, {v.odd.re, v.odd.im});
  }

 private:
  int64_t at_;
};

// One by one; what there is not counts as zero.
template <class R>
class AnyRuns {
 public:
  static constexpr int W = kWidth<R>;
  AnyRuns(const EvenOddColumns& columns, int64_t first) {
    for (int i = 0; i < 2 * W; ++i) {
      const int64_t places[2] = {columns.first_place(first + i), columns.second_place(first + i)};
      for (int k = 0; k < 2; ++k) {
        const bool there = first + i < columns.pairs() && places[k] >= 0 && places[k] < columns.numbers;
        at_[k][i] = there ? places[k] : -1;
      }
    }
  }
  EvenOdd<R> load(const R* ring) const {
    R numbers[2][2 * W];
    for (int k = 0; k < 2; ++k)
      for (int i = 0; i < 2 * W; ++i) numbers[k][i] = at_[k][i] < 0 ? 0 : ring[at_[k][i]];
    return {load_pair(numbers[0], numbers[0] + W), load_pair(numbers[1], numbers[1] + W)};
  }
  void store(R* ring, EvenOdd<R> v) const {
    R numbers[2][2 * W];
    store_pair(numbers[0], numbers[0] + W, v.even);
    store_pair(numbers[1], numbers[1] + W, v.odd);
    for (int k = 0; k < 2; ++k)
      for (int i = 0; i < 2 * W; ++i)
        if (at_[k][i] >= 0) ring[at_[k][i]] = numbers[k][i];
  }

 private:
  int64_t at_[2][2 * W];
};

// The other way round where the first number of a pair is the odd one.
template <class R, class Runs>
struct OddFirst {
  Runs runs;
  CLEBSCH_INLINE EvenOdd<R> load(const R* ring) const {
    const EvenOdd<R> v = runs.load(ring);
    return {v.odd, v.even};
  }
  CLEBSCH_INLINE void store(R* ring, EvenOdd<R> v) const { runs.store(ring, {v.odd, v.even}); }
};

// f(what loads and stores 2 kWidth pairs from pair `first` on).
template <class R, class F>
inline void visit_columns(const EvenOddColumns& columns, int64_t first, F f) {
  const auto visit = [&](auto runs) {
    if (columns.odd_first)
      f(OddFirst<R, decltype(runs)>{runs});
    else
      f(runs);
  };
  const int64_t last = first + 2 * kWidth<R> - 1;
  const bool whole = columns.first_place(first) >= 0 && last < columns.pairs() && columns.second_place(last) < columns.numbers;
  if (whole && columns.run == 2) return visit(RunsOfTwo<R>(columns, first));
  if (whole && columns.run % kWidth<R> == 0) return visit(LongRuns<R>(columns, first));
  visit(AnyRuns<R>(columns, first));
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
