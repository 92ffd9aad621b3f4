#pragma once
// CPU: the numbers of four order pairs that share a table, and where they are in the tensors of the polar step on SO(3).
#include "kernels/cpu_loop.h"
#include "kernels/simd.h"
#include "kernels/wigner.h"

namespace clebsch::CLEBSCH_ISA {
namespace {

// The members (m, n), (-m, -n), (m, -n), (-m, n) of a quad; where an order is zero, two of them or one.
struct Quad {
  int64_t m, n, members;

  Quad(int64_t m, int64_t n) : m(m), n(n), members((m > 0 ? 2 : 1) * (n > 0 ? 2 : 1)) {}
  static bool has_minus_m(int64_t j) { return j == 1 || j == 3; }
  static bool has_minus_n(int64_t j) { return j == 1 || j == 2; }
  int64_t order_m(int64_t j) const { return has_minus_m(j) ? -m : m; }
  int64_t order_n(int64_t j) const { return has_minus_n(j) ? -n : n; }
  // From (0, 0) to member j, where (m, 0) and (0, n) are so far away.
  static int64_t offset(int64_t j, int64_t along_m, int64_t along_n) {
    return (has_minus_m(j) ? -along_m : along_m) + (has_minus_n(j) ? -along_n : along_n);
  }
  bool odd() const { return ((m + n) & 1) != 0; }
};

// Between the numbers of a quad and what the blocks of its table are multiplied with: `parts` numbers for each of them. Of real
// numbers sums and differences with those of both signs turned (kernels/wigner.h).
template <class R>
struct QuadNumbers {
  static constexpr int64_t parts = 2;
  const R half_sign;
  explicit QuadNumbers(const Quad& quad) : half_sign((quad.n & 1) ? R(-0.5) : R(0.5)) {}

  template <int members>
  void split(const R* x, R* direct, R* crossed) const {
    if (members < 4) {
      direct[0] = x[0];
      direct[1] = members > 1 ? x[1] : 0;
      return;
    }
    direct[0] = R(0.5) * (x[0] + x[1]);
    direct[1] = R(0.5) * (x[3] - x[2]);
    crossed[0] = half_sign * (x[0] - x[1]);
    crossed[1] = half_sign * (x[2] + x[3]);
  }
  // V: R or a vector of them.
  template <int members, class V>
  static void join(const V* direct, const V* crossed, V* x) {
    x[0] = direct[0];
    x[1] = direct[1];
    if (members < 4) return;
    x[0] = direct[0] + crossed[0];
    x[1] = direct[0] - crossed[0];
    x[2] = crossed[1] - direct[1];
    x[3] = crossed[1] + direct[1];
  }
};

// d_{-m,-n} and d_{-m,n} are the blocks times (-1)^{m-n}.
template <class R>
struct QuadNumbers<Complex<R>> {
  static constexpr int64_t parts = 4;
  const R sign;
  explicit QuadNumbers(const Quad& quad) : sign(quad.odd() ? -1 : 1) {}

  template <int members>
  void split(const Complex<R>* x, R* direct, R* crossed) const {
    put(x[0], members > 1 ? x[1] : Complex<R>{}, direct);
    if (members == 4) put(x[2], x[3], crossed);
  }
  template <int members>
  static void join(const R* direct, const R* crossed, Complex<R>* x) {
    take(direct, x[0], x[1]);
    if (members == 4) take(crossed, x[2], x[3]);
  }

 private:
  void put(Complex<R> x, Complex<R> mirror, R* to) const {
    to[0] = x.re;
    to[1] = x.im;
    to[2] = sign * mirror.re;
    to[3] = sign * mirror.im;
  }
  static void take(const R* from, Complex<R>& x, Complex<R>& mirror) {
    x = {from[0], from[1]};
    mirror = {from[2], from[3]};
  }
};

// Where the coefficients of a degree are in a map, in numbers of the tensor: (l, 0, 0), and from there to the next order m.
struct DegreePlace {
  int64_t center, m_step;
};
inline DegreePlace place_of_degree(const WignerArgs& args, int64_t l) {
  const int64_t center = args.channels * wigner_row(args, l, 0, 0);
  return {center, l > 0 ? args.channels * wigner_row(args, l, 1, 0) - center : 0};
}
// From a coefficient to that of the next order n.
inline int64_t wigner_n_step(const WignerArgs& args) { return args.channels * (wigner_is_complex(args) ? args.L * args.L : 1); }

// Where the numbers of a quad are in a map: of its coefficients by degree, and of its waves by ring. In numbers of the tensor.
struct Coefficients {
  const int64_t *center, *m_step;  // of degrees, the first of which is the quad's
  int64_t count, m, along_n;

  int64_t at(int64_t k, int j) const { return center[k] + Quad::offset(j, m * m_step[k], along_n); }
};
struct Waves {
  int64_t begin[4], step, count;

  int64_t at(int64_t t, int j) const { return begin[j] + t * step; }
};

// center [L] and m_step [L] of all degrees.
inline void list_degrees(const WignerArgs& args, int64_t* center) {
  for (int64_t l = 0; l < args.L; ++l) {
    const DegreePlace place = place_of_degree(args, l);
    center[l] = place.center;
    center[args.L + l] = place.m_step;
  }
}
inline Coefficients coefficients_of(const WignerArgs& args, const int64_t* center, const Quad& quad) {
  const int64_t first = wigner_first(quad.m, quad.n);
  return {center + first, center + args.L + first, args.L - first, quad.m, quad.n * wigner_n_step(args)};
}
inline Waves waves_of(const WignerArgs& args, const Quad& quad) {
  Waves waves{{}, (2 * args.L - 1) * args.channels, args.rings};
  for (int64_t j = 0; j < quad.members; ++j) waves.begin[j] = args.channels * wigner_wave(args, 0, quad.order_m(j), quad.order_n(j));
  return waves;
}

}  // namespace
}  // namespace clebsch::CLEBSCH_ISA
