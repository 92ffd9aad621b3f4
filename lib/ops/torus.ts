import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { type FourierOptions, fourierSpec } from './fourier.js';

/** Fourier sums over one angle. */
export type AngleOptions = Omit<FourierOptions, 'points' | 'rings'> & { readonly points: number };

export interface TorusOptions {
  /** Orders m, |m| < alpha.orders. */
  readonly alpha: AngleOptions;
  /** Orders n, |n| < gamma.orders. */
  readonly gamma: AngleOptions;
  /** Samples have the first so many points of gamma; default all. */
  readonly kept?: number;
}

export type TorusAttributes = [alpha: Float64Array, gamma: Float64Array, kept: number];
type TorusStep = (x: Tensor, ...attributes: TorusAttributes) => Tensor;

// Each is the conjugate transpose of the other.
const synthesisOp: TorusStep = defineOp<[Tensor], TorusAttributes>('torusSynthesis', 1, (g, { attributes }) =>
  torusAnalysisOp(g, ...attributes),
);
export const torusAnalysisOp: TorusStep = defineOp<[Tensor], TorusAttributes>('torusAnalysis', 1, (g, { attributes }) =>
  synthesisOp(g, ...attributes),
);

/** Of the operations, for those that are made of them. */
export const torusAttributes = (op: string, { alpha, gamma, kept = gamma.points }: TorusOptions): TorusAttributes => [
  fourierSpec(op, alpha),
  fourierSpec(op, gamma),
  kept,
];

/**
 * The sums of `fourierSynthesis` over both angles: waves [batch, 2N-1, rings, 2M-1, inner] of orders n in gamma and m in alpha to samples
 * [batch, points of gamma, rings, points of alpha, inner].
 */
export function torusSynthesis(x: Tensor, options: TorusOptions): Tensor {
  return synthesisOp(x, ...torusAttributes('torusSynthesis', options));
}

/** The conjugate transpose of {@link torusSynthesis}; points of gamma that are not kept count as zero. */
export function torusAnalysis(f: Tensor, options: TorusOptions): Tensor {
  return torusAnalysisOp(f, ...torusAttributes('torusAnalysis', options));
}
