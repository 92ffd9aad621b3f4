// THE TABLE: one row per operation: JS name, C++ function. lib/ops holds the gradient of each row, test/support/cases.ts a case.
#include "addon/op_table.h"

namespace clebsch::addon {
namespace {

using ops::AdamOptions;
using ops::SgdOptions;

template <UnaryOp op>
Tensor unary(const Call& c, const Tensor& x) {
  return ops::unary(op, c.op, x);
}
template <BinaryOp op>
Tensor binary(const Call& c, const Tensor& a, const Tensor& b) {
  return ops::binary(op, c.op, a, b);
}
template <ReduceOp op>
Tensor reduce(const Call& c, const Tensor& x, const Dims& axes) {
  return ops::reduce(op, c.op, x, axes);
}
template <RandomOp op>
Tensor random(const Call& c, const Dims& shape, Dtype dtype, Backend& backend, double seed, double offset, double a, double b) {
  return ops::random(op, c.op, shape, dtype, backend, seed, offset, a, b);
}

void sgd(const Tensor& p, const Tensor& g, const std::optional<Tensor>& v, double lr, double momentum, double weight_decay, bool nesterov) {
  ops::sgd(p, g, v, {lr, momentum, weight_decay, nesterov});
}
void adam(const Tensor& p, const Tensor& g, const Tensor& m, const Tensor& v, double lr, double beta1, double beta2, double eps,
          double weight_decay, double correction1, double correction2, bool decoupled) {
  ops::adam(p, g, m, v, {lr, beta1, beta2, eps, weight_decay, correction1, correction2, decoupled});
}

template <UnaryOp op>
constexpr Row unary_row(const char* name) {
  return {name, bound<&unary<op>>};
}
template <BinaryOp op>
constexpr Row binary_row(const char* name) {
  return {name, bound<&binary<op>>};
}

constexpr Row kTable[] = {
    // views
    {"reshape", bound<&ops::reshape>},
    {"transpose", bound<&ops::transpose>},
    {"slice", bound<&ops::slice>},
    {"flip", bound<&ops::flip>},
    {"broadcastTo", bound<&ops::broadcast_to>},
    {"real", bound<&ops::real>},
    {"imag", bound<&ops::imag>},
    {"asReal", bound<&ops::as_real>},
    {"asComplex", bound<&ops::as_complex>},
    // layout
    {"contiguous", bound<&ops::contiguous>},
    {"cast", bound<&ops::cast>},
    {"toDevice", bound<&ops::to_device>},
    {"pad", bound<&ops::pad>},
    {"concat", bound<&ops::concat>},
    {"complex", bound<&ops::make_complex>},
    // rows and windows
    {"gatherRows", bound<&ops::gather_rows>},
    {"scatterRows", bound<&ops::scatter_rows>},
    {"unfold", bound<&ops::unfold>},
    {"fold", bound<&ops::fold>},
    // elementwise
    unary_row<UnaryOp::neg>("neg"),
    unary_row<UnaryOp::abs>("abs"),
    unary_row<UnaryOp::sign>("sign"),
    unary_row<UnaryOp::square>("square"),
    unary_row<UnaryOp::reciprocal>("reciprocal"),
    unary_row<UnaryOp::sqrt>("sqrt"),
    unary_row<UnaryOp::rsqrt>("rsqrt"),
    unary_row<UnaryOp::exp>("exp"),
    unary_row<UnaryOp::expm1>("expm1"),
    unary_row<UnaryOp::log>("log"),
    unary_row<UnaryOp::log1p>("log1p"),
    unary_row<UnaryOp::sin>("sin"),
    unary_row<UnaryOp::cos>("cos"),
    unary_row<UnaryOp::tan>("tan"),
    unary_row<UnaryOp::asin>("asin"),
    unary_row<UnaryOp::acos>("acos"),
    unary_row<UnaryOp::atan>("atan"),
    unary_row<UnaryOp::sinh>("sinh"),
    unary_row<UnaryOp::cosh>("cosh"),
    unary_row<UnaryOp::tanh>("tanh"),
    unary_row<UnaryOp::sigmoid>("sigmoid"),
    unary_row<UnaryOp::relu>("relu"),
    unary_row<UnaryOp::silu>("silu"),
    unary_row<UnaryOp::softplus>("softplus"),
    unary_row<UnaryOp::erf>("erf"),
    unary_row<UnaryOp::floor>("floor"),
    unary_row<UnaryOp::ceil>("ceil"),
    unary_row<UnaryOp::round>("round"),
    unary_row<UnaryOp::conj>("conj"),
    unary_row<UnaryOp::logical_not>("logicalNot"),
    binary_row<BinaryOp::add>("add"),
    binary_row<BinaryOp::sub>("sub"),
    binary_row<BinaryOp::mul>("mul"),
    binary_row<BinaryOp::div>("div"),
    binary_row<BinaryOp::pow>("pow"),
    binary_row<BinaryOp::maximum>("maximum"),
    binary_row<BinaryOp::minimum>("minimum"),
    binary_row<BinaryOp::atan2>("atan2"),
    binary_row<BinaryOp::equal>("equal"),
    binary_row<BinaryOp::not_equal>("notEqual"),
    binary_row<BinaryOp::less>("less"),
    binary_row<BinaryOp::less_equal>("lessEqual"),
    binary_row<BinaryOp::greater>("greater"),
    binary_row<BinaryOp::greater_equal>("greaterEqual"),
    binary_row<BinaryOp::logical_and>("logicalAnd"),
    binary_row<BinaryOp::logical_or>("logicalOr"),
    {"where", bound<&ops::where>},
    // reductions
    {"sum", bound<&reduce<ReduceOp::sum>>},
    {"max", bound<&reduce<ReduceOp::max>>},
    {"argmax", bound<&reduce<ReduceOp::argmax>>},
    // contractions and Clebsch-Gordan products
    {"einsum", bound<&ops::einsum>},
    {"contract", bound<&ops::contract>},
    {"bilinear", bound<&ops::bilinear>},
    {"fusedProduct", bound<&ops::fused_product>},
    {"fusedSquare", bound<&ops::fused_square>},
    // signals on the rotation group
    {"groupActivation", bound<&ops::group_activation>},
    {"groupActivationGradient", bound<&ops::group_activation_gradient>},
    // Fourier sums on rings
    {"fourierSynthesis", bound<&ops::fourier_synthesis>},
    {"fourierAnalysis", bound<&ops::fourier_analysis>},
    // Legendre functions
    {"legendreSynthesis", bound<&ops::legendre_synthesis>},
    {"legendreAnalysis", bound<&ops::legendre_analysis>},
    {"harmonicSynthesis", bound<&ops::harmonic_synthesis>},
    {"harmonicAnalysis", bound<&ops::harmonic_analysis>},
    {"ringResampling", bound<&ops::ring_resampling>},
    {"ringResamplingTransposed", bound<&ops::ring_resampling_transposed>},
    // transforms on the rotation group
    {"wignerSynthesis", bound<&ops::wigner_synthesis>},
    {"wignerAnalysis", bound<&ops::wigner_analysis>},
    {"torusSynthesis", bound<&ops::torus_synthesis>},
    {"torusAnalysis", bound<&ops::torus_analysis>},
    {"groupSynthesis", bound<&ops::group_synthesis>},
    // random numbers
    {"uniform", bound<&random<RandomOp::uniform>>},
    {"normal", bound<&random<RandomOp::normal>>},
    // optimizers, in place
    {"sgd_", bound<&sgd>},
    {"adam_", bound<&adam>},
};

}  // namespace

std::span<const Row> op_table() { return kTable; }

}  // namespace clebsch::addon
