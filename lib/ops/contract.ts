import type { Dtype } from '../dtype.js';
import { expected } from '../errors.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { tidy } from '../scope.js';
import { broadcastShapes } from './axes.js';
import { conjugate } from './conjugate.js';
import { sum } from './reduce.js';
import { broadcastTo } from './broadcast.js';
import { reshape } from './views.js';

type Shape = readonly number[];

// Every contraction is a trilinear form in (a, b, c); the derivative by one of them is the contraction of the other two.
const einsumOp: (a: Tensor, b: Tensor, la: string, lb: string, lc: string) => Tensor = defineOp<[Tensor, Tensor], [string, string, string]>(
  'einsum',
  2,
  [
    (g, { inputs: [, b], attributes: [la, lb, lc] }) => einsumOp(g, conjugate(b), lc, lb, la),
    (g, { inputs: [a], attributes: [la, lb, lc] }) => einsumOp(conjugate(a), g, la, lc, lb),
  ],
);

const contractOp: (a: Tensor, b: Tensor, spec: Float64Array, shape: Shape) => Tensor = defineOp<[Tensor, Tensor], [Float64Array, Shape]>(
  'contract',
  2,
  [
    (g, { inputs: [a, b], attributes: [spec] }) => contractOp(g, conjugate(b), permuted(spec, [2, 1, 0]), a.shape),
    (g, { inputs: [a, b], attributes: [spec] }) => contractOp(conjugate(a), g, permuted(spec, [0, 2, 1]), b.shape),
  ],
);

/** The spec with its operand columns in another order. */
function permuted(spec: Float64Array, order: readonly [number, number, number]): Float64Array {
  const result = spec.slice();
  let at = 1;
  const permute = (): void => {
    for (let i = 0; i < 3; i++) result[at + i] = spec[at + order[i]!]!;
    at += 3;
  };
  for (let block = 0; block < spec[0]!; block++) {
    permute();
    const dims = spec[at++]!;
    for (let i = 0; i < dims; i++) {
      at++;
      permute();
    }
  }
  return result;
}

/** The spec with its first operand and its result exchanged: the transposed map. */
export function transposedSpec(spec: Float64Array): Float64Array {
  return permuted(spec, [2, 1, 0]);
}

/**
 * A list of contractions over parts of `a` and `b` (floating point, taken row-major), each c[...] = sum a[...] b[...] over indices with given strides.
 * `spec` is [block count, then per block: a0, b0, c0, nd, then nd times (size, stride in a, in b, in c)]; stride 0: the index is not in that
 * operand. Every index is in at least two of the three. Blocks write disjoint parts of the result, of shape `shape`; the rest of it is 0.
 */
export function contract<D extends Dtype>(a: Tensor<D>, b: Tensor<D>, spec: Float64Array, shape: Shape): Tensor<D> {
  return contractOp(a, b, spec, shape) as Tensor<D>;
}

/**
 * Einstein's summation over two tensors, numpy's notation: `einsum('ij,jk->ik', a, b)`. A letter stands at most once in each operand;
 * letters of the result come from the operands, all others are summed.
 */
export function einsum<D extends Dtype>(equation: string, a: Tensor<D>, b: Tensor<D>): Tensor<D> {
  const [, la, lb, lc] = /^([a-zA-Z]*),([a-zA-Z]*)->([a-zA-Z]*)$/.exec(equation.replaceAll(' ', '')) ?? [];
  if (la === undefined || lb === undefined || lc === undefined) throw expected('einsum', "the form 'ij,jk->ik'", 'equation', equation);
  checkLabels('a', la, a);
  checkLabels('b', lb, b);
  return tidy(() => {
    const [x, lx] = withoutLonely(a, la, lb + lc);
    const [y, ly] = withoutLonely(b, lb, la + lc);
    return einsumOp(x, y, lx, ly, lc) as Tensor<D>;
  });
}

function checkLabels(argument: string, labels: string, x: Tensor): void {
  const valid = labels.length === x.shape.length && new Set(labels).size === labels.length;
  if (!valid) throw expected('einsum', `${labels.length} axes with letters used once (${labels})`, argument, x.shape, 'ERR_SHAPE');
}

/** Sums over the letters that stand in `x` alone. */
function withoutLonely(x: Tensor, labels: string, others: string): [Tensor, string] {
  const lonely = [...labels].flatMap((label, i) => (others.includes(label) ? [] : [i]));
  if (lonely.length === 0) return [x, labels];
  return [sum(x, lonely), [...labels].filter((label) => others.includes(label)).join('')];
}

/**
 * Matrix product over the last two axes with numpy's rules: [..., i, j] x [..., j, k] -> [..., i, k]; leading axes broadcast,
 * a tensor with one axis counts as a row (left) or a column (right) and that axis is dropped.
 */
export function matmul<D extends Dtype>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
  const [ra, rb] = [a.shape.length, b.shape.length];
  if (ra === 0 || rb === 0) throw expected('matmul', 'at least one axis', ra === 0 ? 'a' : 'b', 'a scalar', 'ERR_SHAPE');
  if (a.shape[ra - 1] !== b.shape[Math.max(rb - 2, 0)]) {
    throw expected('matmul', 'equal inner sizes', 'a and b', [[...a.shape], [...b.shape]], 'ERR_SHAPE');
  }
  const [i, j, k] = [ra > 1 ? 'i' : '', 'j', rb > 1 ? 'k' : ''];
  return tidy(() => {
    const batchA = a.shape.slice(0, -2);
    const batchB = b.shape.slice(0, -2);
    const batch = broadcastShapes('matmul', batchA, batchB);
    const [x, lx] = batched(a, batchA, batch);
    const [y, ly] = batched(b, batchB, batch);
    return einsumOp(x, y, lx + i + j, ly + j + k, labelsOf(batch) + i + k) as Tensor<D>;
  });
}

function labelsOf(batch: Shape): string {
  return 'abcdefgh'.slice(0, batch.length);
}

/** An operand with its leading axes repeated to `batch`, or left out altogether where they are none. */
function batched(x: Tensor, own: Shape, batch: Shape): [Tensor, string] {
  if (own.length === 0) return [x, ''];
  return [broadcastTo(x, [...batch, ...x.shape.slice(-2)]), labelsOf(batch)];
}

/** [m] x [n] -> [m, n], the products of all pairs; operands of more axes are flattened. */
export function outer<D extends Dtype>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
  return tidy(() => einsumOp(reshape(a, [-1]), reshape(b, [-1]), 'i', 'j', 'ij') as Tensor<D>);
}
