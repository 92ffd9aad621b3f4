import type { Dtype } from '../dtype.js';
import { expected } from '../errors.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

export interface LegendreOptions {
  /** Bandlimit: degrees l < L. */
  readonly L: number;
  /** Polar angles of the rings in radians, in any order. */
  readonly theta: Float64Array;
  /** Of the rings; all 1 if left out. */
  readonly weights?: Float64Array;
  /** Spin of complex signals, 0 if left out. */
  readonly spin?: number;
}

export type LegendreAttributes = [theta: Float64Array, weights: Float64Array, L: number, spin: number];
type PolarStep = (x: Tensor, ...attributes: LegendreAttributes) => Tensor;

// Real matrices, each the transpose of the other.
const synthesisOp: PolarStep = defineOp<[Tensor], LegendreAttributes>('legendreSynthesis', 1, (g, { attributes }) =>
  analysisOp(g, ...attributes),
);
const analysisOp: PolarStep = defineOp<[Tensor], LegendreAttributes>('legendreAnalysis', 1, (g, { attributes }) =>
  synthesisOp(g, ...attributes),
);

/** A copy: the caller may change its arrays before a tape is walked. */
export function legendreAttributes(op: string, { L, theta, weights, spin = 0 }: LegendreOptions): LegendreAttributes {
  if (!(theta instanceof Float64Array)) throw expected(op, 'a Float64Array', 'theta', theta);
  if (weights !== undefined && !(weights instanceof Float64Array)) throw expected(op, 'a Float64Array', 'weights', weights);
  if (weights?.length === 0) throw expected(op, `${theta.length} numbers`, 'weights', 'an empty array');
  return [theta.slice(), weights?.slice() ?? new Float64Array(), L, spin];
}

/** Sums over degrees on given rings, without a table. Each map is the transpose of the other. */
export interface LegendreSums {
  /**
   * Coefficients [outer, L*L, inner], row l*l+l+m, to the waves in longitude of rings, [outer, theta.length, 2L-1, inner]:
   * out[t, m] = weights_t times the sum over l of K_lm(theta_t) x_lm with K_lm = (-1)^s sqrt((2l+1)/4 pi) d^l_{m,-s}, s = spin. Complex x:
   * columns m = -(L-1)..L-1. Real x, in the real basis, spin 0: columns m = 0, +1, -1, +2, ..., each with K of |m|.
   */
  synthesis<D extends Dtype>(x: Tensor<D>): Tensor<D>;
  /** out_lm = sum over t of weights_t K_lm(theta_t) f[t, m], 0 for l < |spin|. */
  analysis<D extends Dtype>(f: Tensor<D>): Tensor<D>;
}

export function legendreSums(options: LegendreOptions): LegendreSums {
  const attributes = legendreAttributes('legendreSums', options);
  return {
    synthesis: <D extends Dtype>(x: Tensor<D>) => synthesisOp(x, ...attributes) as Tensor<D>,
    analysis: <D extends Dtype>(f: Tensor<D>) => analysisOp(f, ...attributes) as Tensor<D>,
  };
}
