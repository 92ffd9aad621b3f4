import {
  type MixingSet,
  type Tensor,
  type TensorProductPath,
  add,
  clebschGordan,
  concat,
  interop,
  mul,
  ones,
  reshape,
  slice,
  tensor,
  tensorProduct,
  transpose,
  weightedTensorProduct,
  zeros,
} from '../../lib/index.js';
import type { Comparison, E3nnInstruction } from './reference_cg.js';

const none = { irrepNormalization: 'none', pathNormalization: 'none' } as const;
const float64 = { dtype: 'float64' } as const;

/** The matrix between the two kinds of coefficients, and harmonics of one at points of the other. */
export function e3nnBasis(x: Comparison): void {
  const { l } = x.c.params;
  const irreps = `1x${l}${l % 2 === 0 ? 'e' : 'o'}`;
  const n = 2 * l + 1;
  const toE3nn = (rows: Tensor): Tensor => interop.toE3nn(reshape(rows, [-1, n, 1]), { irreps, axes: 'same' });
  const unit = tensor(
    Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
    float64,
  );
  x.compareTable(transpose(toE3nn(unit)).dataSync(), x.load('matrix').dataSync());
  x.compareTable(toE3nn(x.load('harmonics')).dataSync(), x.load('e3nnHarmonics').dataSync());
}

export function e3nnWigner3j(x: Comparison): void {
  const { l1, l2, l } = x.c.params;
  const factor = weightFactor({ l1, l2, l, mode: 'uuu' });
  const table = clebschGordan(l1, l2, l, { basis: 'real' }).map((value) => value * factor);
  x.compareTable(table, x.load('values').dataSync());
}

/** One fragment of degree l, and none of the others. */
const oneDegree = (l: number, fragments: number): number[] => [...new Array<number>(l).fill(0), fragments];

/** Of a path in our weights, without normalization. */
function weightFactor(path: TensorProductPath): number {
  const taus = { tau1: oneDegree(path.l1, 1), tau2: oneDegree(path.l2, 1), tauOut: oneDegree(path.l, 1) };
  return interop.fromE3nnWeights(ones([1], float64), { ...taus, paths: [path] }, none).dataSync()[0]!;
}

/** A block of irreps and where it begins in a row. */
interface Block {
  readonly irreps: string;
  readonly l: number;
  readonly multiplicity: number;
  readonly begin: number;
  readonly size: number;
}

function blocksOf(text: string): Block[] {
  let begin = 0;
  return text.split('+').map((irreps) => {
    const [, multiplicity, degree] = /^(\d+)x(\d+)/.exec(irreps)!.map(Number) as [number, number, number];
    const block = { irreps, l: degree, multiplicity, begin, size: multiplicity * (2 * degree + 1) };
    begin += block.size;
    return block;
  });
}

/** The product of two blocks, [batch, size of the output's block]. */
function multiply(x: Tensor, y: Tensor, weight: Tensor, blocks: readonly [Block, Block, Block], instruction: E3nnInstruction): Tensor {
  const [a, b, out] = blocks;
  const [tau1, tau2, tauOut] = blocks.map(({ l, multiplicity }) => oneDegree(l, multiplicity)) as [number[], number[], number[]];
  const [left, right] = [
    [x, a],
    [y, b],
  ].map(([row, block]) => {
    const { irreps, begin, size } = block as Block;
    return interop.fromE3nn(slice(row as Tensor, [0, begin], [(row as Tensor).shape[0]!, size]), { irreps });
  }) as [Tensor, Tensor];
  const degrees = { l1: a.l, l2: b.l, l: out.l };
  const { mode, coefficient } = instruction;
  if (mode === 'uvuv') {
    const edges: MixingSet = [...new Array<[number, number][]>(out.l).fill([]), [[a.l, b.l]]];
    const product = tensorProduct({ tau1, tau2, edges }).apply(left, right);
    return mul(interop.toE3nn(product, { irreps: out.irreps }), coefficient * weightFactor({ ...degrees, mode: 'uuu' }));
  }
  const product = { tau1, tau2, tauOut, paths: [{ ...degrees, mode }] };
  const w = mul(interop.fromE3nnWeights(weight, product, none), coefficient);
  return interop.toE3nn(weightedTensorProduct(product).apply(left, right, w), { irreps: out.irreps });
}

/** Block by block: e3nn has several blocks of one degree, and products of different parity beside each other. */
export function e3nnTensorProduct(comparison: Comparison): void {
  const { irrepsIn1, irrepsIn2, irrepsOut, instructions } = comparison.c.params;
  const [in1, in2, out] = [irrepsIn1, irrepsIn2, irrepsOut].map(blocksOf) as [Block[], Block[], Block[]];
  const [x, y] = [comparison.load('x'), comparison.load('y')];
  const results: Tensor[] = out.map(({ size }) => zeros([x.shape[0]!, size], { dtype: comparison.precision }));
  let used = 0;
  for (const instruction of instructions) {
    const blocks = [in1[instruction.in1]!, in2[instruction.in2]!, out[instruction.out]!] as const;
    const count = instruction.weightShape.reduce((a, b) => a * b, instruction.hasWeight ? 1 : 0);
    const weight =
      count > 0 ? slice(comparison.load('weight'), [used], [count]) : ones([blocks[0].multiplicity], { dtype: comparison.precision });
    used += count;
    const sum = add(results[instruction.out]!, multiply(x, y, weight, blocks, instruction));
    results[instruction.out] = sum;
  }
  comparison.compare(concat(results, 1), 'output');
}
