import { expected } from '../errors.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

/** Rings of points at phi_p = 2 pi (p + offset) / n, p < n, and the orders of waves on them. */
export interface FourierOptions {
  /** M: waves have the orders -(M-1) .. M-1. */
  readonly orders: number;
  /** n, or that of every ring. */
  readonly points: number | Int32Array;
  /** How many rings, where all are alike; default 1. */
  readonly rings?: number;
  /** Of the points, in cells: the same for all rings, or one for each; default 0. */
  readonly offset?: number | Float64Array;
  /** Of the exponent or, for real numbers, of the sines; default 1. */
  readonly sign?: 1 | -1;
  /** A factor of all numbers; default 1. */
  readonly scale?: number;
}

const synthesisOp: (x: Tensor, spec: Float64Array) => Tensor = defineOp<[Tensor], [Float64Array]>(
  'fourierSynthesis',
  1,
  (g, { attributes: [spec] }) => analysisOp(g, spec),
);

const analysisOp: (f: Tensor, spec: Float64Array) => Tensor = defineOp<[Tensor], [Float64Array]>(
  'fourierAnalysis',
  1,
  (g, { attributes: [spec] }) => synthesisOp(g, spec),
);

/** orders, rings, sign, scale, count, then `count` numbers of points and `count` offsets; count is 1 where the rings are alike. */
export function fourierSpec(op: string, { orders, points, rings, offset = 0, sign = 1, scale = 1 }: FourierOptions): Float64Array {
  const lists = [points, offset].filter((list) => typeof list !== 'number');
  const count = lists[0]?.length ?? rings ?? 1;
  if (typeof points !== 'number' && !(points instanceof Int32Array)) throw expected(op, 'a number or an Int32Array', 'points', points);
  if (typeof offset !== 'number' && !(offset instanceof Float64Array)) throw expected(op, 'a number or a Float64Array', 'offset', offset);
  if (lists.some(({ length }) => length !== count)) throw expected(op, `${count} rings`, 'offset', `${lists[1]!.length} of them`);
  if (rings !== undefined && rings !== count) throw expected(op, `${count}, the length of a list,`, 'rings', rings);
  const listed = lists.length > 0 ? count : 1;
  const spec = new Float64Array(5 + 2 * listed);
  spec.set([orders, count, sign, scale, listed]);
  for (let r = 0; r < listed; r++) {
    spec[5 + r] = typeof points === 'number' ? points : points[r]!;
    spec[5 + listed + r] = typeof offset === 'number' ? offset : offset[r]!;
  }
  return spec;
}

/**
 * Waves to the points of rings, [outer, R, 2M-1, inner] -> [outer, P, inner], P the points of all rings, ring after ring.
 * Complex: f_p = scale * sum of x_m e^(sign i m phi_p), m = -(M-1) .. M-1. Real, columns in the order 0, +1, -1, +2, ...:
 * f_p = scale * (x_0 + sum over m > 0 of sqrt2 (-1)^m (x_(+m) cos(m phi_p) + sign * x_(-m) sin(m phi_p))).
 */
export function fourierSynthesis(x: Tensor, options: FourierOptions): Tensor {
  return synthesisOp(x, fourierSpec('fourierSynthesis', options));
}

/** The conjugate transpose of `fourierSynthesis` with the same options: [outer, P, inner] -> [outer, R, 2M-1, inner]. */
export function fourierAnalysis(f: Tensor, options: FourierOptions): Tensor {
  return analysisOp(f, fourierSpec('fourierAnalysis', options));
}
