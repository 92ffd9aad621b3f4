import { wignerSmallD } from '../../../lib/index.js';
import { native } from '../../../lib/native.js';
import { type LegendreOptions, legendreSums } from '../../../lib/ops/legendre.js';
import { type Case, complexes, floats } from '../case.js';
import { type Complex, type Plain, add, at, build, cx } from '../plain.js';

export interface Sizes {
  readonly outer?: number;
  readonly inner?: number;
}

/** Signed order of each column. */
function orders(L: number, real: boolean): number[] {
  if (!real) return Array.from({ length: 2 * L - 1 }, (_, i) => i - L + 1);
  return Array.from({ length: 2 * L - 1 }, (_, i) => (i % 2 === 1 ? (i + 1) / 2 : i === 0 ? 0 : -i / 2));
}

/** weights_t K_lm(theta_t) at [t][l][m + l], from Wigner's matrices. */
function factors({ L, theta, weights, spin = 0 }: LegendreOptions, real: boolean): number[][][] {
  return Array.from(theta, (angle, t) =>
    Array.from({ length: L }, (_, l) => {
      if (l < Math.abs(spin)) return new Array<number>(2 * l + 1).fill(0);
      const d = wignerSmallD(l, angle);
      const scale = (weights?.[t] ?? 1) * (spin % 2 === 0 ? 1 : -1) * Math.sqrt((2 * l + 1) / (4 * Math.PI));
      return Array.from({ length: 2 * l + 1 }, (_unused, i) => {
        const m = real ? Math.abs(i - l) : i - l;
        return scale * d[(m + l) * (2 * l + 1) + l - spin]!;
      });
    }),
  );
}

const scaled = (factor: number, z: Complex): Complex => cx(factor * z.re, factor * z.im);

/** The sums over degrees, term by term. */
export function legendreSynthesis(o: LegendreOptions, real: boolean): (x: Plain) => Plain {
  const [K, columns] = [factors(o, real), orders(o.L, real)];
  return (x) =>
    build([x.shape[0]!, o.theta.length, columns.length, x.shape[2]!], ([s, t, column, i]) => {
      const m = columns[column!]!;
      let sum = cx(0);
      for (let l = Math.abs(m); l < o.L; l++) sum = add(sum, scaled(K[t!]![l]![m + l]!, at(x, [s!, l * l + l + m, i!])));
      return sum;
    });
}

export function legendreAnalysis(o: LegendreOptions, real: boolean): (f: Plain) => Plain {
  const [K, columns] = [factors(o, real), orders(o.L, real)];
  return (f) =>
    build([f.shape[0]!, o.L * o.L, f.shape[3]!], ([s, row, i]) => {
      const l = Math.floor(Math.sqrt(row!));
      const m = row! - l * l - l;
      let sum = cx(0);
      for (let t = 0; t < o.theta.length; t++) sum = add(sum, scaled(K[t]![l]![m + l]!, at(f, [s!, t, columns.indexOf(m), i!])));
      return sum;
    });
}

function pair(title: string, o: LegendreOptions, real: boolean, { outer = 1, inner = 1 }: Sizes = {}): Case[] {
  const numbers = outer * inner * (o.L * o.L + o.theta.length * (2 * o.L - 1));
  const spin = o.spin === undefined ? '' : `, spin ${o.spin}`;
  const name = `${real ? 'real' : 'complex'}, L = ${o.L}${spin}, ${title}, ${outer} x ${inner}`;
  const common = {
    dtypes: real ? floats : complexes,
    linear: [[0]],
    skipGradient: numbers > 400,
    // Relative to results of up to about 10
    tolerance: { float32: 1e-5, complex64: 1e-5, float64: 1e-13 * Math.max(1, o.L / 8), complex128: 1e-13 * Math.max(1, o.L / 8) },
  };
  return [
    {
      ...common,
      name: `legendre synthesis, ${name}`,
      op: 'legendreSynthesis',
      inputs: [{ shape: [outer, o.L * o.L, inner] }],
      call: (x) => legendreSums(o).synthesis(x),
      reference: legendreSynthesis(o, real),
    },
    {
      ...common,
      name: `legendre analysis, ${name}`,
      op: 'legendreAnalysis',
      inputs: [{ shape: [outer, o.theta.length, 2 * o.L - 1, inner] }],
      call: (f) => legendreSums(o).analysis(f),
      reference: legendreAnalysis(o, real),
    },
  ];
}

const rings = (sampling: string, L: number, rows = 0): Float64Array => Float64Array.from(native.math.nodes(sampling, L, rows));
const list = (...theta: number[]): Float64Array => Float64Array.from(theta);

/** Unlike anything: unsorted, with poles, equal rings and rings next to the poles. */
const odd = list(2.5, 0, 1e-3, 1.2, Math.PI, 0.3, 1.2, Math.PI / 2, 3.1, 1e-9);
const weights = odd.map((angle, i) => Math.cos(3 * angle) - 0.2 * i);

/** None, one after another, side by side, and more than go through the sums at once. */
export const mapSizes: readonly Sizes[] = [
  { outer: 0, inner: 3 },
  { outer: 2, inner: 0 },
  { outer: 2, inner: 1 },
  { outer: 2, inner: 3 },
  { outer: 1, inner: 33 },
  { outer: 20, inner: 1 },
];

export const legendreCases: readonly Case[] = [
  ...[1, 2, 3, 5, 8, 17, 33].flatMap((L) => [
    ...pair('gl', { L, theta: rings('gl', L) }, true),
    ...pair('mw', { L, theta: rings('mw', L) }, true),
    ...pair('mwss', { L, theta: rings('mwss', L) }, false),
    ...pair('any rings and weights', { L, theta: odd, weights }, true),
  ]),
  ...[2, 3, 5, 8, 17, 33].flatMap((L) => [
    ...pair('gl', { L, theta: rings('gl', L), spin: 1 }, false),
    ...pair('mwss', { L, theta: rings('mwss', L), spin: Math.max(1 - L, -2) }, false),
    ...pair('mw', { L, theta: rings('mw', L), spin: L - 1 }, false),
    ...pair('any rings and weights', { L, theta: odd, weights, spin: Math.min(L - 1, 2) }, false),
  ]),
  // Enough orders for lanes of them
  ...[57, 64, 71].flatMap((L) => [
    ...pair('some rings', { L, theta: rings('gl', 5), weights: list(0.5, -1, 2, 0.25, 1) }, true),
    ...pair('some rings', { L, theta: list(0.1, 1.3, 3) }, true, { outer: 3 }),
  ]),
  ...pair('some rings', { L: 130, theta: list(0.7, 2) }, true, { outer: 5 }),
  ...pair('one ring', { L: 9, theta: list(0.7), weights: list(-1.5) }, true),
  ...pair('one ring', { L: 9, theta: list(2.3), spin: -1 }, false),
  ...pair('the equator', { L: 9, theta: list(Math.PI / 2) }, false),
  ...pair('the equator', { L: 9, theta: list(Math.PI / 2), spin: 3 }, false),
  ...pair('a pole', { L: 6, theta: list(Math.PI), spin: 1 }, false),
  ...mapSizes.flatMap((sizes) => [
    ...pair('dh', { L: 7, theta: rings('dh', 7) }, true, sizes),
    ...pair('equiangular', { L: 7, theta: rings('equiangular', 7, 41) }, false, sizes),
    ...pair('gl', { L: 7, theta: rings('gl', 7), spin: -2 }, false, sizes),
    ...pair('mw', { L: 6, theta: rings('mw', 6), spin: 1 }, false, sizes),
  ]),
];
