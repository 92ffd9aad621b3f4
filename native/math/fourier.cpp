#include "math/fourier.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "kernels/abi.h"

namespace clebsch::math {
namespace {

using Complex = std::complex<double>;

// e^(i pi/2 (quarters + rest)), |rest| <= 1/2.
Complex turned(int64_t quarters, long double rest) {
  const long double angle = rest * std::numbers::pi_v<long double> / 2;
  const auto c = static_cast<double>(std::cos(angle)), s = static_cast<double>(std::sin(angle));
  switch (quarters & 3) {
    case 0:
      return {c, s};
    case 1:
      return {-s, c};
    case 2:
      return {-c, -s};
    default:
      return {s, -c};
  }
}

int64_t product(const std::vector<int>& radices) {
  int64_t size = 1;
  for (int r : radices) size *= std::abs(r);
  return size;
}

// sum over k of x[k step] e^(2 pi i j k / n), j < n, by the radices from the last one on.
std::vector<Complex> transform(const Complex* x, int64_t step, const std::vector<int>& radices, size_t stages,
                               const std::vector<Complex>& roots) {
  if (stages == 0) return {*x};
  const int64_t r = radices[stages - 1];
  std::vector<std::vector<Complex>> parts;
  for (int64_t j = 0; j < r; ++j) parts.push_back(transform(x + j * step, step * r, radices, stages - 1, roots));
  const auto s = static_cast<int64_t>(parts[0].size()), n = r * s, all = static_cast<int64_t>(roots.size());
  std::vector<Complex> out(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k)
    for (int64_t j = 0; j < r; ++j) out[k] += parts[j][k % s] * roots[j * k % n * (all / n)];
  return out;
}

// Ascending; {1} for 1.
std::vector<int64_t> primes_of(int64_t n) {
  std::vector<int64_t> primes;
  for (int64_t p = 2; p * p <= n; ++p)
    for (; n % p == 0; n /= p) primes.push_back(p);
  if (n > 1 || primes.empty()) primes.push_back(n);
  return primes;
}

// As measured: sums by a matrix are faster for smaller primes, a chirp than sums for larger ones, where there is no convolution.
constexpr int64_t kLeastConvolution = 41, kLargestMatrix = 151;

// The transforms within a convolution have none themselves, and small primes.
bool is_convolved(int64_t p) {
  const int64_t largest = primes_of((p - 1) / 2).back();
  return p >= kLeastConvolution && largest < kLeastConvolution && 3 * largest <= p;
}

int64_t primitive_root(int64_t p) {
  const std::vector<int64_t> primes = primes_of(p - 1);
  const auto power = [p](int64_t g, int64_t exponent) {
    int64_t result = 1;
    for (; exponent > 0; exponent /= 2, g = g * g % p)
      if (exponent % 2 == 1) result = result * g % p;
    return result;
  };
  for (int64_t g = 2;; ++g)
    if (std::none_of(primes.begin(), primes.end(), [&](int64_t q) { return power(g, (p - 1) / q) == 1; })) return g;
}

void append(std::vector<double>& out, Complex z) { out.insert(out.end(), {z.real(), z.imag()}); }

// Both kernels along the powers of a generator of the quadratic residues, transformed.
void append_residue_kernels(int64_t r, std::vector<double>& out) {
  const int64_t h = (r - 1) / 2, g = primitive_root(r), square = g * g % r;
  const std::vector<int> radices = fft_radices(h);
  std::vector<Complex> kernels[2], roots;
  for (int64_t p = 0, power = 1; p < h; ++p, power = power * square % r) {
    const Complex root = unit_root(power, r) / static_cast<double>(h);
    kernels[0].push_back(root.real());
    kernels[1].push_back(root.imag());
    roots.push_back(unit_root(p, h));
  }
  for (auto& kernel : kernels) kernel = transform(kernel.data(), 1, radices, radices.size(), roots);
  for (int64_t k = 0; k < h; ++k)
    for (const auto& kernel : kernels) append(out, kernel[k]);
}

void append_kernel(int64_t r, std::vector<double>& out) {
  const int64_t h = (r - 1) / 2, g = primitive_root(r);
  std::vector<int> radices = fft_radices(h);
  std::vector<Complex> kernel(static_cast<size_t>(2 * h)), roots(kernel.size());
  for (int64_t s = 0, power = 1; s < 2 * h; ++s, power = power * g % r) {
    const Complex root = unit_root(power, r);
    kernel[(2 * h - s) % (2 * h)] = (root.real() - root.imag()) / static_cast<double>(4 * h);
    roots[s] = unit_root(s, 2 * h);
  }
  radices.push_back(2);
  const std::vector<Complex> spectrum = transform(kernel.data(), 1, radices, radices.size(), roots);
  for (int64_t k = 0; k <= h; ++k) append(out, std::conj(spectrum[k]));
  for (int64_t k = 0; k <= h / 2; ++k) append(out, roots[k]);
}

void append_convolution(int64_t r, std::vector<double>& out) {
  has_odd_half(r) ? append_residue_kernels(r, out) : append_kernel(r, out);
  append_fft_table(fft_radices((r - 1) / 2), out);
}

// {row, j} of the points, j = g^(2 p), and of the results, j = g^(-2 s): those below r / 2 first.
void append_residues(int64_t r, std::vector<int32_t>& out) {
  const int64_t h = (r - 1) / 2, g = primitive_root(r), square = g * g % r;
  const std::vector<int32_t> positions = fft_positions(fft_radices(h));
  std::vector<int64_t> powers(static_cast<size_t>(h), 1);
  for (int64_t p = 1; p < h; ++p) powers[p] = powers[p - 1] * square % r;
  for (bool results : {false, true})
    for (bool upper : {false, true})
      for (int64_t p = 0; p < h; ++p) {
        const int64_t j = powers[results ? (h - p) % h : p];
        if ((2 * j > r) == upper) out.insert(out.end(), {positions[p], static_cast<int32_t>(j)});
      }
}

void append_convolution_places(int64_t r, std::vector<int32_t>& out) {
  const int64_t g = primitive_root(r);
  const std::vector<int32_t> positions = fft_positions(fft_radices((r - 1) / 2));
  std::vector<int32_t> places(static_cast<size_t>(2 * (r - 1)));
  for (int64_t p = 0, power = 1; p < r - 1; ++p, power = power * g % r) {
    const auto row = [&](int64_t i) { return static_cast<int32_t>(2 * positions[i / 2] + i % 2); };
    places[power - 1] = row(p);
    places[r - 1 + power - 1] = row((r - 1 - p) % (r - 1));
  }
  out.insert(out.end(), places.begin(), places.end());
}

void append_matrices(int64_t r, std::vector<double>& out) {
  const int64_t h = (r - 1) / 2;
  for (int64_t first = 1; first <= h; first += kPanelRows)
    for (int64_t j = 1; j <= h; ++j)
      for (bool sine : {false, true})
        for (int64_t q = first; q < first + kPanelRows; ++q) {
          const Complex root = unit_root(q * j % r, r);
          out.push_back(q > h ? 0 : sine ? root.imag() : root.real());
        }
}

}  // namespace

Complex unit_root(int64_t k, int64_t n) {
  const int64_t quarters = (4 * k + n / 2) / n;
  return turned(quarters, static_cast<long double>(4 * k - quarters * n) / static_cast<long double>(n));
}

Complex phase(int64_t m, double offset, int64_t n) {
  const auto size = static_cast<long double>(n);
  const long double quarters = 4 * (std::remainder(static_cast<long double>(m) * offset, size) / size), whole = std::nearbyint(quarters);
  return turned(static_cast<int64_t>(whole), quarters - whole);
}

bool has_fast_stages(int64_t n) {
  const std::vector<int64_t> primes = primes_of(n);
  return std::all_of(primes.begin(), primes.end(), [](int64_t p) { return p <= kLargestMatrix || is_convolved(p); });
}

int64_t smooth_size(int64_t n) {
  while (primes_of(n).back() > 7) ++n;
  return n;
}

// Large radices come first, where there are no factors to multiply by; then odd ones, then powers of two.
std::vector<int> fft_radices(int64_t n) {
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  std::vector<int> radices;
  if (n > 1) {
    const std::vector<int64_t> primes = primes_of(n);
    for (auto p = primes.rbegin(); p != primes.rend(); ++p) radices.push_back(static_cast<int>(is_convolved(*p) ? -*p : *p));
  }
  for (; twos >= 5 || twos == 3; twos -= 3) radices.push_back(8);
  for (; twos >= 2; twos -= 2) radices.push_back(4);
  if (twos == 1) radices.push_back(2);
  return radices;
}

std::vector<int> inner_radices(const std::vector<int>& radices) {
  std::vector<int> inner;
  for (int r : radices) {
    if (r > 0) continue;
    const std::vector<int> own = fft_radices((-r - 1) / 2);
    inner.insert(inner.end(), own.begin(), own.end());
  }
  return inner;
}

int64_t fft_table_size(const std::vector<int>& radices) {
  int64_t count = 0, s = 1;
  for (int radix : radices) {
    const int64_t r = std::abs(radix), h = (r - 1) / 2;
    if (radix < 0)
      count += convolution_size(r) + fft_table_size(fft_radices(h));
    else if (needs_matrix(r))
      count += matrix_size(r);
    count += 2 * (s - 1) * (r - 1);
    s *= r;
  }
  return count;
}

void append_fft_table(const std::vector<int>& radices, std::vector<double>& out) {
  int64_t s = 1;
  for (int radix : radices) {
    const int64_t r = std::abs(radix), n = r * s;
    if (radix < 0)
      append_convolution(r, out);
    else if (needs_matrix(r))
      append_matrices(r, out);
    for (int64_t k = 1; k < s; ++k)
      for (int64_t j = 1; j < r; ++j) append(out, unit_root(j * k, n));
    s = n;
  }
}

int64_t fft_place_count(const std::vector<int>& radices) {
  int64_t count = 0;
  for (int r : radices)
    if (r < 0) count += 2 * (-r - 1);
  return count;
}

void append_fft_places(const std::vector<int>& radices, std::vector<int32_t>& out) {
  for (int radix : radices)
    if (radix < 0) has_odd_half(-radix) ? append_residues(-radix, out) : append_convolution_places(-radix, out);
}

std::vector<int32_t> fft_positions(const std::vector<int>& radices) {
  const int64_t n = product(radices);
  std::vector<int32_t> positions(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k) {
    int64_t position = 0, s = n, rest = k;
    for (auto r = radices.rbegin(); r != radices.rend(); ++r) {
      s /= std::abs(*r);
      position += rest % std::abs(*r) * s;
      rest /= std::abs(*r);
    }
    positions[k] = static_cast<int32_t>(position);
  }
  return positions;
}

std::vector<Complex> chirp(int64_t n) {
  std::vector<Complex> values(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k) values[k] = unit_root(k * k % (2 * n), 2 * n);
  return values;
}

std::vector<Complex> chirp_transform(int64_t n, const std::vector<int>& radices) {
  const int64_t size = product(radices);
  const std::vector<Complex> values = chirp(n);
  std::vector<Complex> kernel(static_cast<size_t>(size)), roots(kernel.size());
  for (int64_t k = 0; k < size; ++k) roots[k] = unit_root(k, size);
  for (int64_t k = 0; k < n; ++k) kernel[k] = kernel[(size - k) % size] = values[k] / static_cast<double>(size);
  return transform(kernel.data(), 1, radices, radices.size(), roots);
}

}  // namespace clebsch::math
