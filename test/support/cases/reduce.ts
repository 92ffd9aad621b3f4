import { argmax, logSoftmax, logsumexp, max, mean, min, softmax, sum, variance } from '../../../lib/index.js';
import { type Case, every, floating, floats } from '../case.js';
import { type Complex, type Plain, add, at, build, cx, indices } from '../plain.js';

/** The numbers that are reduced into each element of the result, in order. */
function groups(x: Plain, axes: readonly number[]): { shape: number[]; lists: Complex[][] } {
  const kept = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const shape = kept.map((i) => x.shape[i]!);
  const lists = indices(shape).map(() => [] as Complex[]);
  for (const index of indices(x.shape)) {
    const flat = kept.reduce((position, i) => position * x.shape[i]! + index[i]!, 0);
    lists[flat]!.push(at(x, index));
  }
  return { shape, lists };
}

function reduced(f: (list: Complex[]) => Complex, axes?: readonly number[]): (x: Plain) => Plain {
  return (x) => {
    const { shape, lists } = groups(x, axes ?? x.shape.map((_, i) => i));
    return { shape, values: lists.map(f) };
  };
}

const total = (list: Complex[]): Complex => list.reduce(add, cx(0));
const average = (list: Complex[]): Complex => cx(total(list).re / list.length, total(list).im / list.length);
const largest = (list: Complex[]): Complex => cx(Math.max(...list.map((z) => z.re)));
const smallest = (list: Complex[]): Complex => cx(Math.min(...list.map((z) => z.re)));
const spread = (list: Complex[]): Complex => average(list.map((z) => cx((z.re - average(list).re) ** 2)));

function position(list: Complex[]): Complex {
  const nan = list.findIndex((z) => Number.isNaN(z.re));
  return cx(nan >= 0 ? nan : list.findIndex((z) => z.re === largest(list).re));
}

function logOfSum(list: Complex[]): Complex {
  const top = largest(list).re;
  return Number.isFinite(top) ? cx(top + Math.log(list.reduce((s, z) => s + Math.exp(z.re - top), 0))) : cx(top);
}

const logSoftmaxOf = (x: Plain): Plain => {
  const norms = reduced(logOfSum, [1])(x);
  return build(x.shape, ([i, j]) => cx(at(x, [i!, j!]).re - at(norms, [i!]).re));
};

const integers = ['int32', 'uint8'] as const;

export const reduceCases: Case[] = [
  {
    name: 'sum',
    op: 'sum',
    dtypes: every,
    linear: [[0]],
    inputs: [{ shape: [4, 33, 5] }],
    call: (x) => sum(x),
    reference: reduced(total),
    tolerance: { float32: 2e-5, complex64: 3e-5 },
  },
  {
    name: 'sum over the last axis',
    op: 'sum',
    dtypes: every,
    linear: [[0]],
    inputs: [{ shape: [4, 33] }],
    call: (x) => sum(x, -1),
    reference: reduced(total, [1]),
  },
  {
    name: 'sum over the first axis',
    op: 'sum',
    dtypes: every,
    linear: [[0]],
    inputs: [{ shape: [33, 4] }],
    call: (x) => sum(x, 0),
    reference: reduced(total, [0]),
  },
  {
    name: 'sum over two axes',
    op: 'sum',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [3, 5, 2, 7] }],
    call: (x) => sum(x, [3, 1]),
    reference: reduced(total, [1, 3]),
  },
  {
    name: 'sum with kept axes',
    op: 'sum',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [3, 5, 2] }],
    call: (x) => sum(x, 1, true),
    reference: (x) => ({ ...reduced(total, [1])(x), shape: [3, 1, 2] }),
  },
  {
    name: 'sum over no axes',
    op: 'sum',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [3, 5] }],
    call: (x) => sum(x, []),
    reference: (x) => x,
  },
  {
    name: 'sum over nothing',
    op: 'sum',
    dtypes: every,
    inputs: [{ shape: [3, 0] }],
    call: (x) => sum(x, 1),
    reference: reduced(total, [1]),
  },
  {
    name: 'sum, large',
    op: 'sum',
    inputs: [{ shape: [2, 20009] }],
    call: (x) => sum(x, 1),
    reference: reduced(total, [1]),
    tolerance: { float32: 1e-4, float64: 1e-11 },
    skipGradient: true,
  },
  {
    name: 'sum over a large first axis',
    op: 'sum',
    inputs: [{ shape: [9001, 5] }],
    call: (x) => sum(x, 0),
    reference: reduced(total, [0]),
    tolerance: { float32: 1e-4, float64: 1e-11 },
    skipGradient: true,
  },
  ...[3000, 5].map((rows): Case => ({
    name: `sum of ${rows} short rows`,
    op: 'sum',
    dtypes: every,
    inputs: [{ shape: [rows, 11] }],
    call: (x) => sum(x, 0),
    reference: reduced(total, [0]),
    tolerance: { float32: 5e-5, complex64: 1e-4, float64: 1e-12, complex128: 1e-12 },
    skipGradient: true,
  })),
  {
    name: 'max of short rows',
    op: 'max',
    dtypes: [...floats, ...integers],
    inputs: [{ shape: [40, 11] }],
    call: (x) => max(x, 0),
    reference: reduced(largest, [0]),
    skipGradient: true,
  },
  {
    name: 'argmax of short rows',
    op: 'argmax',
    dtypes: floats,
    inputs: [{ shape: [40, 11] }],
    call: (x) => argmax(x, 0),
    reference: reduced(position, [0]),
  },
  {
    name: 'mean',
    op: 'sum',
    dtypes: floating,
    linear: [[0]],
    inputs: [{ shape: [4, 33] }],
    call: (x) => mean(x, 0),
    reference: reduced(average, [0]),
  },
  { name: 'variance', op: 'sum', inputs: [{ shape: [4, 33] }], call: (x) => variance(x, 1), reference: reduced(spread, [1]) },
  {
    name: 'max',
    op: 'max',
    dtypes: [...floats, ...integers],
    inputs: [{ shape: [4, 33, 2], distribution: 'distinct' }],
    call: (x) => max(x, 1),
    reference: reduced(largest, [1]),
  },
  {
    name: 'max of all',
    op: 'max',
    inputs: [{ shape: [4, 33], distribution: 'distinct' }],
    call: (x) => max(x),
    reference: reduced(largest),
  },
  {
    name: 'max of special values',
    op: 'max',
    inputs: [{ shape: [2, 3], values: [1, NaN, 2, -Infinity, -0, -5] }],
    call: (x) => max(x, 1),
    reference: reduced(largest, [1]),
    skipGradient: true,
  },
  {
    name: 'min',
    op: 'max',
    inputs: [{ shape: [4, 33], distribution: 'distinct' }],
    call: (x) => min(x, 0),
    reference: reduced(smallest, [0]),
  },
  {
    name: 'argmax',
    op: 'argmax',
    dtypes: [...floats, ...integers],
    inputs: [{ shape: [4, 33, 2] }],
    call: (x) => argmax(x, 1),
    reference: reduced(position, [1]),
  },
  {
    name: 'argmax of special values',
    op: 'argmax',
    inputs: [{ shape: [3, 3], values: [1, NaN, 2, 7, 7, -5, -Infinity, -Infinity, -Infinity] }],
    call: (x) => argmax(x, 1),
    reference: reduced(position, [1]),
  },
  {
    name: 'argmax, large',
    op: 'argmax',
    inputs: [{ shape: [40001] }],
    call: (x) => argmax(x),
    reference: (x) => ({ shape: [], values: [cx(x.values.reduce((best, z, i) => (z.re > x.values[best]!.re ? i : best), 0))] }),
  },
  { name: 'logsumexp', op: 'sum', inputs: [{ shape: [4, 33] }], call: (x) => logsumexp(x, 1), reference: reduced(logOfSum, [1]) },
  {
    name: 'logsumexp of special values',
    op: 'sum',
    inputs: [{ shape: [4, 2], values: [1000, 1000, -Infinity, -Infinity, 5, -Infinity, Infinity, 0] }],
    call: (x) => logsumexp(x, 1),
    reference: reduced(logOfSum, [1]),
    skipGradient: true,
  },
  { name: 'logSoftmax', op: 'sum', inputs: [{ shape: [4, 10] }], call: (x) => logSoftmax(x), reference: logSoftmaxOf },
  {
    name: 'softmax',
    op: 'sum',
    inputs: [{ shape: [4, 10] }],
    call: (x) => softmax(x),
    reference: (x) => ({ shape: x.shape, values: logSoftmaxOf(x).values.map((z) => cx(Math.exp(z.re))) }),
  },
];
