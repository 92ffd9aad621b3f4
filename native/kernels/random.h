#pragma once
// Counter-based random numbers, host and device: value i of a stream is a function of (seed, i) alone.
// Only integer arithmetic and + - * / sqrt in double are used, without contraction, so that all devices agree in every bit.
#include "kernels/real_math.h"

namespace clebsch {

struct Words {
  uint32_t word[4];
};

// Philox4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
CLEBSCH_HD Words philox(uint64_t seed, uint64_t counter) {
  uint32_t c0 = static_cast<uint32_t>(counter), c1 = static_cast<uint32_t>(counter >> 32), c2 = 0, c3 = 0;
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
    const uint32_t n0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0, n2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c0 = n0, c1 = static_cast<uint32_t>(p1), c2 = n2, c3 = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9, k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

// ---- uniform --------------------------------------------------------------------------------------------------

CLEBSCH_HD uint64_t bits53(uint32_t low, uint32_t high) { return ((uint64_t{high} << 32) | low) >> 11; }

CLEBSCH_HD float unit_float(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }                          // [0, 1)
CLEBSCH_HD double unit_double(uint32_t low, uint32_t high) { return static_cast<double>(bits53(low, high)) * 0x1p-53; }  // [0, 1)

// (0, 1), and symmetric: an odd number of halves of 2^-52.
CLEBSCH_HD double open_unit_double(uint32_t low, uint32_t high) { return static_cast<double>(bits53(low, high) | 1) * 0x1p-53; }

// ---- normal ---------------------------------------------------------------------------------------------------
// Inverse of the normal distribution function: Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477.

constexpr double kNormalCenter = 0.425;

// For q = u - 1/2, |q| <= kNormalCenter.
CLEBSCH_HD double normal_center(double q) {
  const double r = kNormalCenter * kNormalCenter - q * q;
  return q *
         num::horner(r, 3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                     4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3) /
         num::horner(r, 1., 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
                     3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3);
}

// |q| beyond kNormalCenter. 1/2 - |q| is exact, the distance from the nearer end.
CLEBSCH_HD double normal_tail(double q) {
  const double r = num::sqrt(-num::log(0.5 - num::fabs(q)));
  if (r <= 5) {
    const double t = r - 1.6;
    const double x =
        num::horner(t, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
                    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4) /
        num::horner(t, 1., 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
                    1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9);
    return num::copysign(x, q);
  }
  const double t = r - 5;
  const double x = num::horner(t, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7) /
                   num::horner(t, 1., 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                               7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15);
  return num::copysign(x, q);
}

CLEBSCH_HD double normal_quantile(double u) {
  const double q = u - 0.5;
  return num::fabs(q) <= kNormalCenter ? normal_center(q) : normal_tail(q);
}

// ---- value i of a stream --------------------------------------------------------------------------------------

// Words that one value uses; the values of a stream share the four words of a counter.
template <class T>
constexpr int words_per_value(RandomOp op) {
  return op == RandomOp::uniform && same_type<T, float> ? 1 : 2;
}

// The value made of words_per_value words, scaled as in abi.h.
template <RandomOp op, class T>
CLEBSCH_HD T random_value(const uint32_t* words, double a, double b) {
  if constexpr (op == RandomOp::normal)
    return static_cast<T>(a + b * normal_quantile(open_unit_double(words[0], words[1])));
  else if constexpr (same_type<T, float>)
    return static_cast<float>(a) + static_cast<float>(b - a) * unit_float(words[0]);
  else
    return a + (b - a) * unit_double(words[0], words[1]);
}

template <RandomOp op, class T>
CLEBSCH_HD T random_at(uint64_t seed, uint64_t i, double a, double b) {
  constexpr int words = words_per_value<T>(op), per_counter = 4 / words;
  const Words w = philox(seed, i / per_counter);
  return random_value<op, T>(w.word + i % per_counter * words, a, b);
}

}  // namespace clebsch
