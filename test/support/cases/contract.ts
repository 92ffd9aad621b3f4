import { conv2d, einsum, matmul, maxPool2d, meanPool2d, nn, oneHot, outer, transpose } from '../../../lib/index.js';
import { bilinear, type Role } from '../../../lib/ops/bilinear.js';
import { contract } from '../../../lib/ops/contract.js';
import { dtypeCode } from '../../../lib/dtype.js';
import { native } from '../../../lib/native.js';
import { type Case, floating, floats } from '../case.js';
import { type Complex, type Plain, add, at, build, cx, indices, mul, size, sub } from '../plain.js';

const bilinearMap = { dtypes: floating, linear: [[0], [1]] };
const sums = { float32: 2e-5, complex64: 4e-5, float64: 1e-12, complex128: 2e-12 };

/** Einstein's summation as written. */
function einsumOf(la: string, lb: string, lc: string): (a: Plain, b: Plain) => Plain {
  return (a, b) => {
    const sizes = new Map([...[...la].map((l, i) => [l, a.shape[i]!] as const), ...[...lb].map((l, i) => [l, b.shape[i]!] as const)]);
    const summed = [...sizes.keys()].filter((l) => !lc.includes(l));
    const inner = indices(summed.map((l) => sizes.get(l)!));
    return build(
      [...lc].map((l) => sizes.get(l)!),
      (index) => {
        const where = new Map([...lc].map((l, i) => [l, index[i]!]));
        return inner.reduce((sum, k) => {
          summed.forEach((l, i) => where.set(l, k[i]!));
          const pick = (labels: string): number[] => [...labels].map((l) => where.get(l)!);
          return add(sum, mul(at(a, pick(la)), at(b, pick(lb))));
        }, cx(0));
      },
    );
  };
}

function einsumCase(la: string, lb: string, lc: string, a: number[], b: number[], extra: Partial<Case> = {}): Case {
  const equation = `${la},${lb}->${lc}`;
  return {
    ...bilinearMap,
    name: `einsum ${equation}, ${a.join('x')} by ${b.join('x')}`,
    op: 'einsum',
    inputs: [{ shape: a }, { shape: b }],
    call: (x, y) => einsum(equation, x, y),
    reference: (x, y) => einsumOf(la, lb, lc)(x, y),
    tolerance: sums,
    ...extra,
  };
}

/** numpy's batch rules by index arithmetic. */
function matmulOf(a: Plain, b: Plain): Plain {
  const rank = Math.max(a.shape.length, b.shape.length) - 2;
  const batchOf = (x: Plain): number[] => [...new Array<number>(rank - x.shape.length + 2).fill(1), ...x.shape.slice(0, -2)];
  const [ba, bb] = [batchOf(a), batchOf(b)];
  const shape = [...ba.map((n, i) => Math.max(n, bb[i]!)), a.shape.at(-2)!, b.shape.at(-1)!];
  const own = (x: Plain, batch: number[], index: number[]): number[] =>
    index.map((k, i) => (batch[i] === 1 ? 0 : k)).slice(rank - x.shape.length + 2);
  return build(shape, (index) => {
    const [head, i, k] = [index.slice(0, rank), index[rank]!, index[rank + 1]!];
    let sum = cx(0);
    for (let j = 0; j < a.shape.at(-1)!; j++) sum = add(sum, mul(at(a, [...own(a, ba, head), i, j]), at(b, [...own(b, bb, head), j, k])));
    return sum;
  });
}

function matmulCase(a: number[], b: number[], extra: Partial<Case> = {}): Case {
  return {
    ...bilinearMap,
    name: `matmul ${a.join('x')} by ${b.join('x')}`,
    op: 'einsum',
    inputs: [{ shape: a }, { shape: b }],
    call: (x, y) => matmul(x, y),
    reference: (x, y) => matmulOf(x, y),
    tolerance: sums,
    ...extra,
  };
}

/** Two degrees of a generalized signal, [B, rows, C] by weights, as blocks; the last output row is left out. */
const [B, C, K] = [3, 5, 4];
const spec = Float64Array.of(
  2,
  ...[0, 0, 0, 3, B, 4 * C, 0, 6 * K, C, 1, K, 0, K, 0, 1, 1],
  ...[C, C * K, K, 5, B, 4 * C, 0, 6 * K, 2, C, 0, 2 * K, 1, 7, 8, 9, C, 1, K, 0, K, 0, 1, 1],
);

function contractOf(a: Plain, b: Plain): Plain {
  const values: Complex[] = Array.from({ length: B * 6 * K }, () => cx(0));
  let n = 1;
  for (let block = 0; block < spec[0]!; block++) {
    const [a0, b0, c0, nd] = [spec[n]!, spec[n + 1]!, spec[n + 2]!, spec[n + 3]!];
    const dims = Array.from({ length: nd }, (_, i) => [...spec.subarray(n + 4 + 4 * i, n + 8 + 4 * i)]);
    for (const index of indices(dims.map((d) => d[0]!))) {
      const offset = (column: number, start: number): number => index.reduce((sum, k, i) => sum + k * dims[i]![column]!, start);
      const to = offset(3, c0);
      values[to] = add(values[to]!, mul(a.values[offset(1, a0)]!, b.values[offset(2, b0)]!));
    }
    n += 4 + 4 * nd;
  }
  return { shape: [B, 6, K], values };
}

const tau = [2, 1, 1];
/** Edges (l, l1, l2). */
const edges = [
  [0, 0, 0],
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 2],
  [2, 1, 1],
] as const;
const degreeOffset = (t: readonly number[], l: number): number => t.slice(0, l).reduce((sum, n, k) => sum + n * (2 * k + 1), 0);
const tauOut = [0, 1, 2].map((l) => edges.filter((e) => e[0] === l).reduce((sum, [, l1, l2]) => sum + tau[l1]! * tau[l2]!, 0));

/** Terms (row of z, row of x, row of y, value), from the definition of the layout. */
function terms(complexBasis: boolean): [number, number, number, number][] {
  const list: [number, number, number, number][] = [];
  const done = [0, 0, 0];
  for (const [l, l1, l2] of edges) {
    const table = native.math.clebschGordan(l1, l2, l, complexBasis);
    for (let t1 = 0; t1 < tau[l1]!; t1++) {
      for (let t2 = 0; t2 < tau[l2]!; t2++) {
        const fragment = done[l]!++;
        for (const [m1, m2, m] of indices([2 * l1 + 1, 2 * l2 + 1, 2 * l + 1])) {
          const value = table[(m1! * (2 * l2 + 1) + m2!) * (2 * l + 1) + m!]!;
          const row = (t: readonly number[], degree: number, order: number, k: number): number =>
            degreeOffset(t, degree) + order * t[degree]! + k;
          if (value !== 0) list.push([row(tauOut, l, m!, fragment), row(tau, l1, m1!, t1), row(tau, l2, m2!, t2), value]);
        }
      }
    }
  }
  return list;
}

const rowsOf = [degreeOffset(tauOut, 3), degreeOffset(tau, 3), degreeOffset(tau, 3)];

function bilinearCase(role: Role, complexBasis: boolean): Case {
  const [p, q] = ([0, 1, 2] as const).filter((r) => r !== role) as [Role, Role];
  return {
    name: `bilinear, role ${role}, ${complexBasis ? 'complex' : 'real'} basis`,
    op: 'bilinear',
    dtypes: complexBasis ? ['complex64', 'complex128'] : floating,
    linear: [[0], [1]],
    inputs: [{ shape: [2, rowsOf[p]!, 33] }, { shape: [2, rowsOf[q]!, 33] }],
    call: (x, y) => {
      const plan = native.bilinearPlan(tau, tau, edges.flat(), complexBasis, false, dtypeCode('test', x.dtype), x.deviceCode);
      return bilinear(x, y, plan, role);
    },
    reference: (x, y) => {
      const out: Plain = build([2, rowsOf[role]!, 33], () => cx(0));
      const values = [...out.values];
      for (const [b, c] of indices([2, 33])) {
        for (const term of terms(complexBasis)) {
          const product = mul(at(x, [b!, term[p], c!]), at(y, [b!, term[q], c!]));
          const to = (b! * rowsOf[role]! + term[role]) * 33 + c!;
          values[to] = add(values[to]!, mul(cx(term[3]), product));
        }
      }
      return { ...out, values };
    },
  };
}

/** Cross-correlation as four loops. */
function conv2dOf(x: Plain, w: Plain, stride: number, before: number, out: readonly [number, number]): Plain {
  const [batch, height, width] = x.shape as [number, number, number];
  return build([batch, ...out, w.shape[3]!], ([b, oy, ox, k]) =>
    indices(w.shape.slice(0, 3)).reduce((sum, [ky, kx, c]) => {
      const [iy, ix] = [oy! * stride + ky! - before, ox! * stride + kx! - before];
      const inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
      return inside ? add(sum, mul(at(x, [b!, iy, ix, c!]), at(w, [ky!, kx!, c!, k!]))) : sum;
    }, cx(0)),
  );
}

function pooled(f: (list: number[]) => number): (x: Plain) => Plain {
  return (x) =>
    build([2, 2, 2, 3], ([b, oy, ox, c]) => cx(f(indices([3, 2]).map(([ky, kx]) => at(x, [b!, oy! * 3 + ky!, ox! * 2 + kx!, c!]).re))));
}

const labels = { shape: [4], dtype: 'int32', values: [2, 0, 1, 2] } as const;

export const contractCases: Case[] = [
  einsumCase('ij', 'jk', 'ik', [7, 33], [33, 5]),
  einsumCase('ji', 'kj', 'ki', [33, 7], [5, 33]),
  einsumCase('bij', 'bjk', 'bik', [3, 4, 5], [3, 5, 6]),
  einsumCase('bij', 'bij', 'b', [3, 4, 5], [3, 4, 5]),
  einsumCase('abi', 'ic', 'bca', [2, 3, 33], [33, 4]),
  einsumCase('i', 'j', 'ji', [3], [33]),
  einsumCase('i', 'i', '', [33], [33]),
  einsumCase('', 'ij', 'ij', [], [2, 3]),
  einsumCase('ij', 'jk', 'k', [4, 5], [5, 3]),
  einsumCase('abcd', 'dbe', 'acbe', [2, 3, 4, 5], [5, 3, 6]),
  // Columns in runs of c: read in place or packed, as it fills vectors and as m is small
  einsumCase('bkc', 'km', 'bmc', [3, 5, 20], [5, 2]),
  einsumCase('bkc', 'km', 'bmc', [2, 3, 35], [3, 1]),
  einsumCase('bkc', 'km', 'bmc', [4, 5, 10], [5, 3]),
  einsumCase('bkc', 'km', 'bmc', [3, 3, 20], [3, 26]),
  einsumCase('ij', 'jk', 'ik', [3, 0], [0, 5]),
  einsumCase('ij', 'jk', 'ik', [65, 130], [130, 67], {
    skipGradient: true,
    tolerance: { float32: 1e-4, complex64: 1e-4, float64: 1e-12, complex128: 1e-12 },
  }),
  matmulCase([1, 1], [1, 1]),
  matmulCase([7, 33], [33, 5]),
  matmulCase([2, 1, 3, 4], [5, 4, 3]),
  matmulCase([2, 3, 4], [4, 3]),
  matmulCase([3, 4], [2, 4, 3]),
  {
    ...bilinearMap,
    name: 'matmul of a vector',
    op: 'einsum',
    inputs: [{ shape: [4] }, { shape: [2, 4, 3] }],
    call: (x, y) => matmul(x, y),
    reference: (x, y) => ({ ...matmulOf({ ...x, shape: [1, 4] }, y), shape: [2, 3] }),
    tolerance: sums,
  },
  {
    ...bilinearMap,
    name: 'matmul by a vector',
    op: 'einsum',
    inputs: [{ shape: [2, 3, 4] }, { shape: [4] }],
    call: (x, y) => matmul(x, y),
    reference: (x, y) => ({ ...matmulOf(x, { ...y, shape: [4, 1] }), shape: [2, 3] }),
    tolerance: sums,
  },
  {
    ...bilinearMap,
    name: 'matmul of a transposed tensor',
    op: 'einsum',
    inputs: [{ shape: [33, 7] }, { shape: [33, 5] }],
    call: (x, y) => matmul(transpose(x), y),
    reference: (x, y) => einsumOf('ji', 'jk', 'ik')(x, y),
    tolerance: sums,
  },
  {
    ...bilinearMap,
    name: 'outer',
    op: 'einsum',
    inputs: [{ shape: [2, 2] }, { shape: [3] }],
    call: (x, y) => outer(x, y),
    reference: (x, y) => build([4, 3], ([i, j]) => mul(x.values[i!]!, y.values[j!]!)),
  },
  {
    ...bilinearMap,
    name: 'contract',
    op: 'contract',
    inputs: [{ shape: [B, 4, C] }, { shape: [2 * C * K] }],
    call: (x, w) => contract(x, w, spec, [B, 6, K]),
    reference: (x, w) => contractOf(x, w),
    tolerance: sums,
  },
  ...([0, 1, 2] as const).map((role) => bilinearCase(role, false)),
  ...([0, 1, 2] as const).map((role) => bilinearCase(role, true)),
  {
    ...bilinearMap,
    name: 'conv2d, same padding, stride 2',
    op: 'unfold',
    inputs: [{ shape: [2, 5, 7, 3] }, { shape: [3, 3, 3, 4] }],
    call: (x, w) => conv2d(x, w, 2, 'same'),
    reference: (x, w) => conv2dOf(x, w, 2, 1, [3, 4]),
    tolerance: sums,
  },
  {
    ...bilinearMap,
    name: 'conv2d without padding',
    op: 'unfold',
    inputs: [{ shape: [1, 5, 4, 2] }, { shape: [2, 3, 2, 3] }],
    call: (x, w) => conv2d(x, w),
    reference: (x, w) => conv2dOf(x, w, 1, 0, [4, 2]),
    tolerance: sums,
  },
  {
    name: 'maxPool2d',
    op: 'max',
    inputs: [{ shape: [2, 6, 4, 3], distribution: 'distinct' }],
    call: (x) => maxPool2d(x, [3, 2]),
    reference: pooled((list) => Math.max(...list)),
  },
  {
    name: 'meanPool2d',
    op: 'unfold',
    linear: [[0]],
    inputs: [{ shape: [2, 6, 4, 3] }],
    call: (x) => meanPool2d(x, [3, 2]),
    reference: pooled((list) => list.reduce((a, b) => a + b) / 6),
  },
  {
    name: 'oneHot',
    op: 'equal',
    dtypes: ['float32'],
    inputs: [labels],
    call: (x) => oneHot(x, 3),
    reference: (x) => build([4, 3], ([i, j]) => cx(at(x, [i!]).re === j ? 1 : 0)),
  },
  {
    name: 'softmaxCrossEntropy',
    op: 'sum',
    dtypes: floats,
    inputs: [{ shape: [4, 3] }, labels],
    call: (x, y) => nn.softmaxCrossEntropy(x, y),
    reference: (x, y) => {
      const row = (i: number): number[] => [0, 1, 2].map((j) => at(x, [i, j]).re);
      const losses = [0, 1, 2, 3].map((i) => Math.log(row(i).reduce((s, v) => s + Math.exp(v), 0)) - row(i)[at(y, [i]).re]!);
      return { shape: [], values: [cx(losses.reduce((a, b) => a + b) / 4)] };
    },
  },
  {
    name: 'softmaxCrossEntropy, smoothed',
    op: 'sum',
    dtypes: floats,
    inputs: [{ shape: [4, 3] }, labels],
    call: (x, y) => nn.softmaxCrossEntropy(x, y, { labelSmoothing: 0.3 }),
    reference: (x, y) => {
      const row = (i: number): number[] => [0, 1, 2].map((j) => at(x, [i, j]).re);
      const target = (i: number, j: number): number => (at(y, [i]).re === j ? 0.7 : 0) + 0.3 / 3;
      const total = (i: number): number => Math.log(row(i).reduce((s, v) => s + Math.exp(v), 0));
      const losses = [0, 1, 2, 3].map((i) => row(i).reduce((s, v, j) => s + target(i, j) * (total(i) - v), 0));
      return { shape: [], values: [cx(losses.reduce((a, b) => a + b) / 4)] };
    },
  },
  {
    name: 'meanSquaredError',
    op: 'sum',
    dtypes: floating,
    inputs: [{ shape: [4, 3] }, { shape: [4, 3] }],
    call: (x, y) => nn.meanSquaredError(x, y),
    reference: (x, y) => {
      const squares = x.values.map((z, i) => sub(z, y.values[i]!)).map((d) => d.re * d.re + d.im * d.im);
      return { shape: [], values: [cx(squares.reduce((a, b) => a + b) / size([4, 3]))] };
    },
  },
];
