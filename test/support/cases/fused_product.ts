import type { Tensor } from '../../../lib/index.js';
import { dtypeCode } from '../../../lib/dtype.js';
import { type External, native } from '../../../lib/native.js';
import { type FusedRole, fusedProduct, fusedSquare } from '../../../lib/ops/fused_product.js';
import { type Case, complexes, floating } from '../case.js';
import { type Plain, add, at, build, cx, indices, mul } from '../plain.js';

type Item = readonly [l: number, l1: number, l2: number, t1: number, t2: number, first: number, count: number, w: number];

interface Sizes {
  readonly taus: Readonly<Record<'z' | 'x' | 'y', readonly number[]>>;
  readonly items: readonly Item[];
  readonly square: boolean;
}

const weights = (items: readonly Item[]): number => Math.max(...items.map((item) => item[6] + item[7]));

/** Two signals: both orders of the degrees, odd sums, several fragments, and weights that are not in the order of the items. */
const two: Sizes = {
  taus: { z: [1, 3, 0, 2], x: [2, 1, 2], y: [1, 2, 1] },
  items: [
    [0, 1, 1, 0, 1, 0, 1, 0],
    [1, 0, 1, 1, 0, 1, 2, 9],
    [1, 2, 1, 1, 1, 0, 3, 1],
    [1, 1, 1, 0, 0, 2, 1, 8],
    [3, 2, 2, 0, 0, 0, 2, 4],
    [3, 1, 2, 0, 0, 1, 1, 6],
    [3, 2, 1, 1, 1, 0, 1, 7],
  ],
  square: false,
};

/** One signal: fragments with themselves, even and odd, and with others of the same and of other degrees. */
const one: Sizes = {
  taus: { z: [1, 2, 2, 0, 1], x: [1, 2, 1], y: [1, 2, 1] },
  items: [
    [0, 1, 1, 0, 0, 0, 1, 0],
    [1, 1, 1, 0, 1, 0, 2, 1],
    [1, 0, 1, 0, 1, 1, 1, 3],
    [2, 2, 2, 0, 0, 0, 2, 4],
    [2, 1, 2, 1, 0, 1, 1, 6],
    [2, 0, 2, 0, 0, 0, 1, 7],
    [4, 2, 2, 0, 0, 0, 1, 8],
  ],
  square: true,
};

/** Two signals: more products to a degree than are added up in one sum. */
const many: Sizes = {
  taus: { z: [0, 1], x: [0, 4], y: [5, 4] },
  items: indices([4, 9]).map(([t1, k], w): Item => [1, 1, k! < 5 ? 0 : 1, t1!, k! < 5 ? k! : k! - 5, 0, 1, w]),
  square: false,
};

const degreeOffset = (tau: readonly number[], l: number): number => tau.slice(0, l).reduce((sum, n, k) => sum + n * (2 * k + 1), 0);
const row = (tau: readonly number[], l: number, order: number, t: number): number => degreeOffset(tau, l) + order * tau[l]! + t;

/** Terms (rows of z, w, x, y; value), from the definition; those with x and y exchanged too where `both`. */
function termsOf(
  { taus, items }: Sizes,
  complexBasis: boolean,
  both: boolean,
): [z: number, w: number, x: number, y: number, value: number][] {
  const terms: [number, number, number, number, number][] = [];
  for (const [l, l1, l2, t1, t2, first, count, w] of items) {
    const table = native.math.clebschGordan(l1, l2, l, complexBasis);
    for (const [k, m1, m2, m] of indices([count, 2 * l1 + 1, 2 * l2 + 1, 2 * l + 1]) as [number, number, number, number][]) {
      const value = table[(m1 * (2 * l2 + 1) + m2) * (2 * l + 1) + m]!;
      if (value === 0) continue;
      const [z, x, y] = [row(taus.z, l, m, first + k), row(taus.x, l1, m1, t1), row(taus.y, l2, m2, t2)];
      terms.push([z, w + k, x, y, value]);
      if (both) terms.push([z, w + k, y, x, value]);
    }
  }
  return terms;
}

/** The derivative by `role` of the form; operands in the order of their roles. */
function referenceOf(
  sizes: Sizes,
  complexBasis: boolean,
  both: boolean,
  role: FusedRole,
  batch: number,
  channels: number,
): Case['reference'] {
  const rows = [degreeOffset(sizes.taus.z, 9), weights(sizes.items), degreeOffset(sizes.taus.x, 9), degreeOffset(sizes.taus.y, 9)];
  const roles = ([0, 1, 2, 3] as const).filter((r) => r !== role);
  return (...operands) => {
    const shape = role === 1 ? [rows[1]!] : [batch, rows[role]!, channels];
    const values = [...build(shape, () => cx(0)).values];
    for (const [b, c] of indices([batch, channels]) as [number, number][]) {
      for (const term of termsOf(sizes, complexBasis, both)) {
        const factors = roles.map((r, i) => at(operands[i]!, r === 1 ? [term[1]] : [b, term[r], c]));
        const to = role === 1 ? term[1] : (b * rows[role]! + term[role]) * channels + c;
        values[to] = add(values[to]!, factors.reduce(mul, cx(term[4])));
      }
    }
    return { shape, values };
  };
}

function planOf({ taus, items, square }: Sizes, complexBasis: boolean, x: Tensor): External {
  const { z, x: tau1, y } = taus;
  return native.fusedPlan(tau1, y, z, Float64Array.from(items.flat()), complexBasis, square, dtypeCode('test', x.dtype), x.deviceCode);
}

function shapeOf(sizes: Sizes, role: FusedRole, batch: number, channels: number): { shape: number[] } {
  if (role === 1) return { shape: [weights(sizes.items)] };
  return { shape: [batch, degreeOffset([sizes.taus.z, [], sizes.taus.x, sizes.taus.y][role]!, 9), channels] };
}

const tolerance = { float32: 5e-5, complex64: 5e-5, float64: 1e-12, complex128: 2e-12 };

function productCase(sizes: Sizes, role: FusedRole, complexBasis: boolean, batch: number, channels: number): Case {
  const roles = ([0, 1, 2, 3] as const).filter((r) => r !== role);
  const name = `${sizes.square ? 'both orders of one signal' : 'two signals'}, role ${role}, ${complexBasis ? 'complex' : 'real'} basis`;
  return {
    name: `fused product of ${name}, ${batch} x ${channels}`,
    op: 'fusedProduct',
    dtypes: complexBasis ? complexes : floating,
    tolerance,
    linear: [[0], [1], [2]],
    inputs: roles.map((r) => shapeOf(sizes, r, batch, channels)),
    call: (a, b, c) => fusedProduct(a, b, c, planOf(sizes, complexBasis, a), role),
    reference: referenceOf(sizes, complexBasis, sizes.square, role, batch, channels)!,
  };
}

function squareCase(role: 0 | 1, complexBasis: boolean, batch: number, channels: number): Case {
  const reference = referenceOf(one, complexBasis, false, role, batch, channels)!;
  return {
    name: `fused square, role ${role}, ${complexBasis ? 'complex' : 'real'} basis, ${batch} x ${channels}`,
    op: 'fusedSquare',
    dtypes: complexBasis ? complexes : floating,
    tolerance,
    linear: [[0]],
    inputs: [shapeOf(one, role === 0 ? 1 : 0, batch, channels), shapeOf(one, 2, batch, channels)],
    call: (a, x) => fusedSquare(a, x, planOf(one, complexBasis, a), role),
    reference: (a: Plain, x: Plain) => reference(a, x, x),
  };
}

const roles = [0, 1, 2, 3] as const;

export const fusedProductCases: readonly Case[] = [
  ...roles.flatMap((role) => [
    productCase(two, role, false, 2, 33),
    productCase(two, role, true, 3, 1),
    productCase(one, role, false, 2, 5),
    productCase(many, role, false, 1, 3),
    productCase(one, role, true, 1, 2),
  ]),
  ...([0, 1] as const).flatMap((role) => [squareCase(role, false, 2, 5), squareCase(role, true, 2, 3), squareCase(role, false, 0, 4)]),
  productCase(two, 1, false, 40, 1),
];
