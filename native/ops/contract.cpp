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
  require(from.size() <= kMaxGroup, ErrorCode::shape, op, "expected at most ", kMaxGroup, " independent axes of one kind, got ",
          from.size());
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

// Classified blocks, with the operands exchanged where that puts the output's fastest axis among the columns.
struct Prepared {
  std::shared_ptr<std::vector<ContractBlock>> blocks = std::make_shared<std::vector<ContractBlock>>();
  bool exchange = false;
  int64_t cost = 0;
};

Prepared prepare(const char* op, std::vector<Block>& blocks) {
  Prepared p;
  for (const Block& block : blocks) {
    p.cost += work(block);
    p.blocks->push_back(classify(op, block));
  }
  p.exchange = std::count_if(p.blocks->begin(), p.blocks->end(), better_exchanged) * 2 > static_cast<int64_t>(p.blocks->size());
  if (!p.exchange) return p;
  p.blocks->clear();
  for (Block& block : blocks) {
    std::swap(block.a0, block.b0);
    for (ContractDim& d : block.dims) std::swap(d.a, d.b);
    p.blocks->push_back(classify(op, block));
  }
  return p;
}

Tensor run(const char* op, const Tensor& a, const Tensor& b, const Prepared& p, const Tensor& out) {
  const Tensor &x = p.exchange ? b : a, &y = p.exchange ? a : b;
  launch(op, &KernelTable::contract, p.cost + out.size(), out.backend(), [x, y, out, blocks = p.blocks] {
    return ContractArgs{out.dtype, x.data(), y.data(), out.data(), static_cast<int32_t>(blocks->size()), blocks->data()};
  });
  return out;
}

void check_operands(const char* op, const Tensor& a, const Tensor& b) {
  require_same_device(op, a, b);
  require(is_floating(a.dtype) && a.dtype == b.dtype, ErrorCode::dtype, op, "expected two tensors of one floating dtype, got ", a.dtype,
          " and ", b.dtype);
}

// Axis of `label` in `labels`, or -1; a repeated label is an error.
int axis_of(const std::string& labels, char label) {
  const size_t at = labels.find(label);
  if (at == std::string::npos) return -1;
  require(labels.find(label, at + 1) == std::string::npos, ErrorCode::value, "einsum", "expected each label once in '", labels, "', got '",
          label, "' twice");
  return static_cast<int>(at);
}

// Sizes, strides and offsets of a spec stay below this, so that sums of a dozen products of two fit into 128 bits.
constexpr double kLargest = 1e15;

// Elements that a block touches in one operand.
struct Range {
  __int128 low, high;
  explicit Range(int64_t start) : low(start), high(start) {}
  void add(int64_t stride, int64_t size) { (stride < 0 ? low : high) += static_cast<__int128>(stride) * (size - 1); }
  void check_inside(const char* operand, int64_t size) const {
    require(low >= 0 && high < size, ErrorCode::value, "contract", "expected blocks inside the ", size, " elements of ", operand,
            ", got one that leaves them");
  }
};

class SpecReader {
 public:
  explicit SpecReader(std::span<const double> spec) : spec_(spec) {}
  int64_t next(double least, double most) {
    const double value = at_ < spec_.size() ? spec_[at_] : std::nan("");
    require(value >= least && value <= most && std::floor(value) == value, ErrorCode::value, "contract", "expected a whole number in ",
            least, "..", most, " at entry ", at_, " of spec, got ", value);
    ++at_;
    return static_cast<int64_t>(value);
  }
  bool done() const { return at_ == spec_.size(); }

 private:
  std::span<const double> spec_;
  size_t at_ = 0;
};

// Adds the number of output elements that the block writes to `covered`.
Block parse_block(SpecReader& spec, int64_t size_a, int64_t size_b, int64_t size_c, __int128& covered) {
  Block block{spec.next(0, kLargest), spec.next(0, kLargest), spec.next(0, kLargest), {}};
  const int64_t nd = spec.next(0, 12);
  Range a(block.a0), b(block.b0), c(block.c0);
  __int128 out = 1;
  bool reads = true, writes = true;
  for (int64_t i = 0; i < nd; ++i) {
    const int64_t size = spec.next(0, kLargest), sa = spec.next(-kLargest, kLargest), sb = spec.next(-kLargest, kLargest);
    const ContractDim d{size, sa, sb, spec.next(-kLargest, kLargest)};
    a.add(d.a, d.size);
    b.add(d.b, d.size);
    c.add(d.c, d.size);
    reads = reads && d.size > 0;
    writes = writes && (d.size > 0 || d.c == 0);
    if (d.c) out = std::min<__int128>(out * d.size, __int128{1} << 60);
    block.dims.push_back(d);
  }
  if (reads) a.check_inside("a", size_a);
  if (reads) b.check_inside("b", size_b);
  if (writes) c.check_inside("the output", size_c);
  covered += writes ? out : 0;
  return block;
}

std::vector<Block> parse_spec(std::span<const double> numbers, int64_t size_a, int64_t size_b, int64_t size_c, bool& whole) {
  SpecReader spec(numbers);
  std::vector<Block> blocks;
  __int128 covered = 0;
  for (int64_t left = spec.next(0, 1 << 20); left > 0; --left) blocks.push_back(parse_block(spec, size_a, size_b, size_c, covered));
  require(spec.done(), ErrorCode::value, "contract", "expected nothing after the last block of spec, got more numbers");
  require(covered <= size_c, ErrorCode::shape, "contract", "expected blocks that write each of the ", size_c,
          " output elements at most once, got more writes");
  whole = covered == size_c;
  return blocks;
}

// A spec that fits operands of given sizes.
class ContractPlan final : public Plan {
 public:
  Prepared prepared;
  bool whole = false;  // every element of the output is written
  size_t key_bytes = 0;
  size_t bytes() const override { return prepared.blocks->size() * sizeof(ContractBlock) + key_bytes; }
};

// To read a spec of many blocks takes longer than the products of a small transform on SO(3), which come again and again.
constexpr size_t kKeptNumbers = 512;

std::shared_ptr<const ContractPlan> plan_of(std::span<const double> spec, int64_t size_a, int64_t size_b, int64_t size_c) {
  const auto build = [&]() -> std::shared_ptr<const Plan> {
    auto plan = std::make_shared<ContractPlan>();
    std::vector<Block> blocks = parse_spec(spec, size_a, size_b, size_c, plan->whole);
    plan->prepared = prepare("contract", blocks);
    plan->key_bytes = 2 * spec.size_bytes();  // the cache has two copies
    return plan;
  };
  // At least four numbers for a block; where the cache does not take the plan, it is made for this call
  const size_t most = spec.size() / 4 * sizeof(ContractBlock) + 2 * spec.size_bytes();
  if (spec.size() < kKeptNumbers || most > PlanCache::instance().limit()) return std::static_pointer_cast<const ContractPlan>(build());
  std::string key = "contract " + std::to_string(size_a) + ' ' + std::to_string(size_b) + ' ' + std::to_string(size_c) + ' ';
  key.append(reinterpret_cast<const char*>(spec.data()), spec.size_bytes());
  return std::static_pointer_cast<const ContractPlan>(PlanCache::instance().get(key, "contract", most, build));
}

}  // namespace

Tensor einsum(const Tensor& a, const Tensor& b, const std::string& labels_a, const std::string& labels_b, const std::string& labels_out) {
  check_operands("einsum", a, b);
  const auto ranks = [](const Tensor& t, const std::string& labels) { return static_cast<int>(labels.size()) == t.ndim(); };
  require(ranks(a, labels_a) && ranks(b, labels_b), ErrorCode::shape, "einsum", "expected one label per axis, got '", labels_a, "' for ",
          a.shape, " and '", labels_b, "' for ", b.shape);
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
  const Dims strides = contiguous_strides(shape);
  for (char label : all) {
    const int in_a = axis_of(labels_a, label), in_b = axis_of(labels_b, label), in_out = axis_of(labels_out, label);
    require(in_out >= 0 || (in_a >= 0 && in_b >= 0), ErrorCode::value, "einsum", "expected label '", label,
            "' of one input in the output too (sum over it first), got '", labels_out, "'");
    const int64_t size = in_a >= 0 ? a.shape[in_a] : b.shape[in_b];
    require(in_a < 0 || in_b < 0 || b.shape[in_b] == size, ErrorCode::shape, "einsum", "expected one size for label '", label, "', got ",
            a.shape, " ('", labels_a, "') and ", b.shape, " ('", labels_b, "')");
    blocks[0].dims.push_back({size, in_a < 0 ? 0 : a.strides[in_a], in_b < 0 ? 0 : b.strides[in_b], in_out < 0 ? 0 : strides[in_out]});
  }
  const Prepared prepared = prepare("einsum", blocks);
  return run("einsum", a, b, prepared, empty(shape, a.dtype, a.backend()));
}

Tensor contract(const Tensor& a, const Tensor& b, std::span<const double> spec, const Dims& out_shape) {
  check_operands("contract", a, b);
  check_shape("contract", out_shape);
  const auto plan = plan_of(spec, a.size(), b.size(), out_shape.product());
  const Tensor out = plan->whole ? empty(out_shape, a.dtype, a.backend()) : full(out_shape, a.dtype, a.backend(), 0, 0);
  return run("contract", contiguous(a), contiguous(b), plan->prepared, out);
}

}  // namespace clebsch::ops
