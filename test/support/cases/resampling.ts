import { native } from '../../../lib/native.js';
import { type ResamplingOptions, ringResampling, ringResamplingTransposed } from '../../../lib/ops/resampling.js';
import { type Case, complexes, floats } from '../case.js';
import { type Plain, add, at, build, cx, mul } from '../plain.js';

type Matrix = readonly (readonly number[])[];

const { PI, sin, cos } = Math;
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const list = <T>(length: number, f: (i: number) => T): T[] => Array.from({ length }, (_, i) => f(i));
/** sum over |k| < L of cos(k distance). */
const cardinal = (L: number, distance: number): number =>
  list(L, (k) => (k === 0 ? 1 : 2) * cos(k * distance)).reduce((sum, x) => sum + x, 0);
/** Values at the `to` of waves k, |k| < L, that have given values at the `from`, a whole circle. */
const interpolation = (L: number, to: readonly number[], from: readonly number[]): Matrix =>
  to.map((a) => from.map((b) => cardinal(L, a - b) / from.length));

/** Of columns that are even or odd about the poles: [L][rings]. */
function matrixOf({ sampling, L }: ResamplingOptions, odd: boolean): Matrix {
  const mw = sampling === 'mw';
  const points = mw ? 2 * L - 1 : 2 * L;
  const circle = list(points, (p) => ((p + (mw ? 0.5 : 0)) * 2 * PI) / points);
  const rings = circle.filter((angle) => angle < PI + 1e-9);
  const fine = list(4 * L, (p) => ((p + 0.5) * PI) / (2 * L));
  const half = list(2 * L, (p) => ((p + 0.5) * PI) / L);
  const weights = native.math.quadratureWeights('dh', L, 2 * L, 1);
  const isPole = (angle: number): boolean => sin(angle) < 1e-9;
  // On the half circle first; then its mirror image
  const extended = circle.map((a, p) =>
    rings.map((b, t) => (p === t ? 1 : Math.abs(a + b - 2 * PI) < 1e-9 && !isPole(b) ? (odd ? -1 : 1) : 0)),
  );
  const weighted = times(interpolation(L, fine.slice(0, 2 * L), circle), extended).map((row, p) =>
    row.map((x, t) => x * (odd && isPole(rings[t]!) ? ((PI * PI) / L) * sin(fine[p]!) : weights[p]!)),
  );
  const back = interpolation(L, fine.slice(0, 2 * L), half);
  const spread = back.map((row) => row.slice(0, L).map((x, t) => x + (odd ? -1 : 1) * row[2 * L - 1 - t]!));
  return times(
    list(L, (t) => spread.map((row) => row[t]!)),
    weighted,
  );
}

function pair(real: boolean, options: ResamplingOptions, batch = 1, inner = 1): Case[] {
  const { L, sampling, odd = false } = options;
  const matrices = [matrixOf(options, false), matrixOf(options, true)];
  const [rings, columns] = [matrices[0]![0]!.length, 2 * L - 1];
  const matrix = (column: number): Matrix => matrices[((real ? (column + 1) >> 1 : column + L - 1) + Number(odd)) % 2]!;
  const product = (x: Plain, rows: number, terms: number, entry: (m: Matrix, row: number, term: number) => number): Plain =>
    build([batch, rows, columns, inner], ([b, r, c, i]) =>
      list(terms, (t) => mul(cx(entry(matrix(c!), r!, t)), at(x, [b!, t, c!, i!]))).reduce(add, cx(0)),
    );
  const common = {
    dtypes: real ? floats : complexes,
    linear: [[0]],
    skipGradient: batch * inner * columns * (rings + L) > 300,
    tolerance: { float32: 2e-5, complex64: 2e-5, float64: 2e-13, complex128: 4e-13 },
  };
  const name = `${real ? 'real' : 'complex'}, ${sampling}, L = ${L}${odd ? ', n odd' : ''}, ${batch} x ${inner}`;
  return [
    {
      ...common,
      name: `ring resampling, ${name}`,
      op: 'ringResampling',
      inputs: [{ shape: [batch, rings, columns, inner] }],
      call: (x) => ringResampling(x, options),
      reference: (x) => product(x, L, rings, (m, row, term) => m[row]![term]!),
    },
    {
      ...common,
      name: `ring resampling transposed, ${name}`,
      op: 'ringResamplingTransposed',
      inputs: [{ shape: [batch, L, columns, inner] }],
      call: (x) => ringResamplingTransposed(x, options),
      reference: (x) => product(x, rings, L, (m, row, term) => m[term]![row]!),
    },
  ];
}

function all(L: number, batch = 1, inner = 1): Case[] {
  const choices = (['mw', 'mwss'] as const).flatMap((sampling) => [false, true].map((odd) => ({ sampling, L, odd })));
  return choices.flatMap((options) => [...pair(true, options, batch, inner), ...pair(false, options, batch, inner)]);
}

export const resamplingCases: readonly Case[] = [
  ...all(1),
  ...all(2),
  ...all(3, 2),
  ...all(5),
  ...all(8, 2, 2),
  ...all(17),
  ...all(6, 1, 33),
  ...all(4, 1, 8),
  ...all(3, 0),
  ...all(3, 1, 0),
  // Circles of prime numbers of points that are done by convolutions and by chirps
  ...pair(true, { sampling: 'mw', L: 42 }),
  ...pair(false, { sampling: 'mw', L: 84 }),
];
