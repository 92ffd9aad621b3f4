// Turns labels or block specs into sorted, merged index groups (kernels/abi.h ContractBlock).
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/launch.h"
#include "ops/ops.h"

namespace clebsch::ops {
namespace {

using DimList = std::vector<ContractDim>;

// Outer dim first; equal strides keep their order. Merges neighbours that step evenly in all three operands.
void order_and_merge(DimList& dims, int64_t (*rank)(const ContractDim&)) {
  std::stable_sort(dims.begin(), dims.end(), [rank](const ContractDim& x, const ContractDim& y) { return rank(x) > rank(y); });
  DimList merged;
  for (const ContractDim& d : dims) {
    if (!merged.empty()) {
      ContractDim& o = merged.back();
      if (o.a == d.a * d.size && o.b == d.b * d.size && o.c == d.c * d.size) {
        o = {o.size * d.size, d.a, d.b, d.c};
        continue;
      }
    }
    merged.push_back(d);
  }
  dims = std::move(merged);
}

void store_group(const char* op, const DimList& from, ContractDim (&to)[kMaxGroup], int32_t& count) {
  require(from.size() <= kMaxGroup, ErrorCode::shape, op, "expected at most ", kMaxGroup, " independent axes of one kind, got ", from.size());
  std::copy(from.begin(), from.end(), to);
  count = static_cast<int32_t>(from.size());
}

struct Block {
  int64_t a0, b0, c0;
  DimList dims;
};

int64_t output_rank(const ContractDim& d) { return std::abs(d.c); }
int64_t input_rank(const ContractDim& d) { return std::max(std::abs(d.a), std::abs(d.b)); }

// An index of the output that A and B share is a batch index, one of A or of B is a row or a column; all others are summed.
ContractBlock classify(const char* op, const Block& block) {
  DimList batch, m, n, k;
  for (const ContractDim& d : block.dims)
    if (d.size != 1) (d.c == 0 ? k : d.a && d.b ? batch : d.a ? m : n).push_back(d);
  for (DimList* group : {&batch, &m, &n}) order_and_merge(*group, output_rank);
  order_and_merge(k, input_rank);
  ContractBlock out{};
  out.a0 = block.a0;
  out.b0 = block.b0;
  out.c0 = block.c0;
  store_group(op, batch, out.batch, out.batch_dims);
  store_group(op, m, out.m, out.m_dims);
  store_group(op, n, out.n, out.n_dims);
  store_group(op, k, out.k, out.k_dims);
  return out;
}

int64_t work(const Block& block) {
  int64_t w = 1;
  for (const ContractDim& d : block.dims) w *= d.size;
  return w;
}

// Kernels like the output's fastest axis among the columns: exchange the operands where it is a row.
bool better_exchanged(const ContractBlock& b) {
  if (!b.m_dims) return false;
  const int64_t row = std::abs(b.m[b.m_dims - 1].c);
  return !b.n_dims || row < std::abs(b.n[b.n_dims - 1].c);
}

Tensor run(const char* op, const Tensor& a, const Tensor& b, std::vector<Block> blocks, const Tensor& out) {
  auto prepared = std::make_shared<std::vector<ContractBlock>>();
  int64_t cost = out.size();
  for (const Block& block : blocks) {
    const int64_t w = work(block);
    cost += w;
    prepared->push_back(classify(op, block));
  }
  const bool exchange = std::count_if(prepared->begin(), prepared->end(), better_exchanged) * 2 > static_cast<int64_t>(prepared->size());
  if (exchange) {
    prepared->clear();
    for (Block& block : blocks) {
      std::swap(block.a0, block.b0);
      for (ContractDim& d : block.dims) std::swap(d.a, d.b);
      prepared->push_back(classify(op, block));
    }
  }
  const Tensor &x = exchange ? b : a, &y = exchange ? a : b;
  Backend& backend = out.backend();
  backend.stream().enqueue(op, cost, [kernel = backend.kernels().contract, native = backend.native_stream(), x, y, out, prepared] {
    return kernel({out.dtype, x.data(), y.data(), out.data(), static_cast<int32_t>(prepared->size()), prepared->data()}, native);
  });
  return out;
}

void check_operands(const char* op, const Tensor& a, const Tensor& b) {
  require_same_device(op, a, b);
  require(is_floating(a.dtype) && a.dtype == b.dtype, ErrorCode::dtype, op, "expected two tensors of one floating dtype, got ", a.dtype, " and ", b.dtype);
}

// Axis of `label` in `labels`, or -1; a repeated label is an error.
int axis_of(const std::string& labels, char label) {
  const size_t at = labels.find(label);
  if (at == std::string::npos) return -1;
  require(labels.find(label, at + 1) == std::string::npos, ErrorCode::value, "einsum", "expected each label once in '", labels, "', got '", label, "' twice");
  return static_cast<int>(at);
}

struct Range {
  int64_t low = 0, high = 0;
  void add(int64_t stride, int64_t size) { (stride < 0 ? low : high) += stride * (size - 1); }
};

void check_inside(const char* argument, const Range& r, int64_t start, int64_t size) {
  require(start + r.low >= 0 && start + r.high < size, ErrorCode::value, "contract", "expected a block inside the ", size, " elements of ", argument,
          ", got elements ", start + r.low, " to ", start + r.high);
}

// `covered` gets the number of output elements that the blocks write.
std::vector<Block> parse_spec(std::span<const double> spec, int64_t size_a, int64_t size_b, int64_t size_c, int64_t& covered) {
  size_t at = 0;
  const auto next = [&]() -> int64_t {
    require(at < spec.size() && std::abs(spec[at]) < 9e15 && std::floor(spec[at]) == spec[at], ErrorCode::value, "contract",
            "expected whole numbers for spec, got a bad entry at ", at);
    return static_cast<int64_t>(spec[at++]);
  };
  std::vector<Block> blocks(static_cast<size_t>(std::clamp<int64_t>(next(), 0, 1 << 20)));
  covered = 0;
  for (Block& block : blocks) {
    block.a0 = next();
    block.b0 = next();
    block.c0 = next();
    const int64_t nd = next();
    require(nd >= 0 && nd <= 12, ErrorCode::value, "contract", "expected at most 12 indices in a block, got ", nd);
    Range a, b, c;
    int64_t out = 1, all = 1;
    for (int64_t i = 0; i < nd; ++i) {
      const ContractDim d{next(), next(), next(), next()};
      require(d.size >= 0, ErrorCode::value, "contract", "expected sizes >= 0, got ", d.size);
      a.add(d.a, d.size);
      b.add(d.b, d.size);
      c.add(d.c, d.size);
      if (d.c) out *= d.size;
      all *= d.size;
      block.dims.push_back(d);
    }
    covered += out;
    if (all) {
      check_inside("a", a, block.a0, size_a);
      check_inside("b", b, block.b0, size_b);
    }
    if (out) check_inside("the output", c, block.c0, size_c);
  }
  require(covered <= size_c, ErrorCode::shape, "contract", "expected blocks that write the ", size_c, " output elements at most once, got ", covered, " writes");
  return blocks;
}

}  // namespace

Tensor einsum(const Tensor& a, const Tensor& b, const std::string& labels_a, const std::string& labels_b, const std::string& labels_out) {
  check_operands("einsum", a, b);
  const auto ranks = [](const Tensor& t, const std::string& labels) { return static_cast<int>(labels.size()) == t.ndim(); };
  require(ranks(a, labels_a) && ranks(b, labels_b), ErrorCode::shape, "einsum", "expected one label per axis, got '", labels_a, "' for ", a.shape, " and '",
          labels_b, "' for ", b.shape);
  std::string all = labels_a;
  for (char label : labels_b)
    if (all.find(label) == std::string::npos) all += label;
  std::vector<Block> blocks{{0, 0, 0, {}}};
  Dims shape;
  for (char label : labels_out) {
    const int in_a = axis_of(labels_a, label), in_b = axis_of(labels_b, label);
    require((in_a >= 0 || in_b >= 0) && axis_of(labels_out, label) >= 0 && shape.ndim < kMaxDims, ErrorCode::value, "einsum",
            "expected output labels that stand in an input, got '", labels_out, "'");
    shape.push(in_a >= 0 ? a.shape[in_a] : b.shape[in_b]);
  }
  const Tensor out = empty(shape, a.dtype, a.backend());
  for (char label : all) {
    const int in_a = axis_of(labels_a, label), in_b = axis_of(labels_b, label), in_out = axis_of(labels_out, label);
    require(in_out >= 0 || (in_a >= 0 && in_b >= 0), ErrorCode::value, "einsum", "expected label '", label,
            "' of one input in the output too (sum over it first), got '", labels_out, "'");
    const int64_t size = in_a >= 0 ? a.shape[in_a] : b.shape[in_b];
    require(in_a < 0 || in_b < 0 || b.shape[in_b] == size, ErrorCode::shape, "einsum", "expected one size for label '", label, "', got ", a.shape, " ('", labels_a,
            "') and ", b.shape, " ('", labels_b, "')");
    blocks[0].dims.push_back({size, in_a < 0 ? 0 : a.strides[in_a], in_b < 0 ? 0 : b.strides[in_b], in_out < 0 ? 0 : out.strides[in_out]});
  }
  return run("einsum", a, b, std::move(blocks), out);
}

Tensor contract(const Tensor& a, const Tensor& b, std::span<const double> spec, const Dims& out_shape) {
  check_operands("contract", a, b);
  int64_t covered = 0;
  std::vector<Block> blocks = parse_spec(spec, a.size(), b.size(), out_shape.product(), covered);
  const bool whole = covered == out_shape.product();
  const Tensor out = whole ? empty(out_shape, a.dtype, a.backend()) : full(out_shape, a.dtype, a.backend(), 0, 0);
  return run("contract", contiguous(a), contiguous(b), std::move(blocks), out);
}

}  // namespace clebsch::ops
