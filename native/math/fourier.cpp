#include "math/fourier.h"

#include <cmath>
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
  for (int r : radices) size *= r;
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

int64_t largest_prime(int64_t n) {
  int64_t largest = 1;
  for (int64_t p = 2; p * p <= n; ++p)
    for (; n % p == 0; n /= p) largest = p;
  return n > 1 ? n : largest;
}

int64_t smooth_size(int64_t n) {
  while (largest_prime(n) > 7) ++n;
  return n;
}

// Radices that need a matrix come first, where there are no factors to multiply by; then odd ones, then powers of two.
std::vector<int> fft_radices(int64_t n) {
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  std::vector<int> odd;
  for (int64_t p = 3; p * p <= n; p += 2)
    for (; n % p == 0; n /= p) odd.push_back(static_cast<int>(p));
  if (n > 1) odd.push_back(static_cast<int>(n));
  std::vector<int> radices(odd.rbegin(), odd.rend());
  for (; twos >= 5 || twos == 3; twos -= 3) radices.push_back(8);
  for (; twos >= 2; twos -= 2) radices.push_back(4);
  if (twos == 1) radices.push_back(2);
  return radices;
}

int64_t fft_table_size(const std::vector<int>& radices) {
  int64_t count = 0, s = 1;
  for (int64_t r : radices) {
    if (r > kMaxRadix) count += matrix_size(r);
    count += 2 * (s - 1) * (r - 1);
    s *= r;
  }
  return count;
}

void append_fft_table(const std::vector<int>& radices, std::vector<double>& out) {
  int64_t s = 1;
  for (int64_t r : radices) {
    const int64_t n = r * s;
    if (r > kMaxRadix) append_matrices(r, out);
    for (int64_t k = 1; k < s; ++k)
      for (int64_t j = 1; j < r; ++j) {
        const Complex root = unit_root(j * k, n);
        out.insert(out.end(), {root.real(), root.imag()});
      }
    s = n;
  }
}

std::vector<int32_t> fft_positions(const std::vector<int>& radices) {
  const int64_t n = product(radices);
  std::vector<int32_t> positions(static_cast<size_t>(n));
  for (int64_t k = 0; k < n; ++k) {
    int64_t position = 0, s = n, rest = k;
    for (auto r = radices.rbegin(); r != radices.rend(); ++r) {
      s /= *r;
      position += rest % *r * s;
      rest /= *r;
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
