#pragma once
// Tables of fast Fourier transforms (see FftPlan), in float64.
#include <complex>
#include <cstdint>
#include <vector>

namespace clebsch::math {

// e^(2 pi i k / n), 0 <= k < n, with the angle reduced exactly.
std::complex<double> unit_root(int64_t k, int64_t n);
// e^(2 pi i m offset / n); the product is formed and reduced in extended precision.
std::complex<double> phase(int64_t m, double offset, int64_t n);

// Whether stages of their own do all primes of n, so that no chirp is needed.
bool has_fast_stages(int64_t n);
// The least size >= n without prime factors above 7.
int64_t smooth_size(int64_t n);
// The radices of a transform of n points, first stage first, negative for convolutions; none for n = 1.
std::vector<int> fft_radices(int64_t n);
// The radices of the transforms within its convolutions.
std::vector<int> inner_radices(const std::vector<int>& radices);

// How many numbers and places a plan of these radices has, and these, appended to `out`.
int64_t fft_table_size(const std::vector<int>& radices);
void append_fft_table(const std::vector<int>& radices, std::vector<double>& out);
int64_t fft_place_count(const std::vector<int>& radices);
void append_fft_places(const std::vector<int>& radices, std::vector<int32_t>& out);
// Where the transform has its number of index k on the side that is not in natural order.
std::vector<int32_t> fft_positions(const std::vector<int>& radices);

// e^(pi i k^2 / n), k < n.
std::vector<std::complex<double>> chirp(int64_t n);
// sum over |k| < n of e^(pi i k^2 / n) e^(2 pi i j k / size) / size, j < size = the product of the radices.
std::vector<std::complex<double>> chirp_transform(int64_t n, const std::vector<int>& radices);

}  // namespace clebsch::math
