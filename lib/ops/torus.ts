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

type Attributes = [alpha: Float64Array, gamma: Float64Array, kept: number];
type TorusStep = (x: Tensor, ...attributes: Attributes) => Tensor;

// Each is the conjugate transpose of the other.
const synthesisOp: TorusStep = defineOp<[Tensor], Attributes>('torusSynthesis', 1, (g, { attributes }) => analysisOp(g, ...attributes));
const analysisOp: TorusStep = defineOp<[Tensor], Attributes>('torusAnalysis', 1, (g, { attributes }) => synthesisOp(g, ...attributes));

const attributesOf = (op: string, { alpha, gamma, kept = gamma.points }: TorusOptions): Attributes => [
  fourierSpec(op, alpha),
  fourierSpec(op, gamma),
  kept,
];

/**
 * The sums of `fourierSynthesis` over both angles: waves [batch, 2N-1, rings, 2M-1, inner] of orders n in gamma and m in alpha to samples
 * [batch, points of gamma, rings, points of alpha, inner].
 */
export function torusSynthesis(x: Tensor, options: TorusOptions): Tensor {
  return synthesisOp(x, ...attributesOf('torusSynthesis', options));
}

/** The conjugate transpose of {@link torusSynthesis}; points of gamma that are not kept count as zero. */
export function torusAnalysis(f: Tensor, options: TorusOptions): Tensor {
  return analysisOp(f, ...attributesOf('torusAnalysis', options));
}
