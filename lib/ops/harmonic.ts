import type { Dtype } from '../dtype.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { type FourierOptions, fourierSpec } from './fourier.js';
import { type LegendreAttributes, type LegendreOptions, legendreAttributes } from './legendre.js';

/** Of the sums over degrees, and of the waves on the rings: as many orders and rings. */
export type HarmonicOptions = LegendreOptions & Omit<FourierOptions, 'orders' | 'rings'>;

type Attributes = [...LegendreAttributes, spec: Float64Array];
type HarmonicStep = (x: Tensor, ...attributes: Attributes) => Tensor;

// Each is the conjugate transpose of the other.
const synthesisOp: HarmonicStep = defineOp<[Tensor], Attributes>('harmonicSynthesis', 1, (g, { attributes }) =>
  analysisOp(g, ...attributes),
);
const analysisOp: HarmonicStep = defineOp<[Tensor], Attributes>('harmonicAnalysis', 1, (g, { attributes }) =>
  synthesisOp(g, ...attributes),
);

/** Sums of harmonics at the points of rings, without a table: `legendreSums` and the Fourier sums of `fourierSynthesis` in one operation. */
export interface HarmonicSums {
  /** Coefficients [outer, L*L, inner] to the points of all rings, ring after ring, [outer, P, inner]. */
  synthesis<D extends Dtype>(x: Tensor<D>): Tensor<D>;
  /** The conjugate transpose. */
  analysis<D extends Dtype>(f: Tensor<D>): Tensor<D>;
}

export function harmonicSums({ L, theta, weights, spin = 0, ...waves }: HarmonicOptions): HarmonicSums {
  const degrees = legendreAttributes('harmonicSums', { L, theta, spin, ...(weights && { weights }) });
  const attributes: Attributes = [...degrees, fourierSpec('harmonicSums', { ...waves, orders: L, rings: theta.length })];
  return {
    synthesis: <D extends Dtype>(x: Tensor<D>) => synthesisOp(x, ...attributes) as Tensor<D>,
    analysis: <D extends Dtype>(f: Tensor<D>) => analysisOp(f, ...attributes) as Tensor<D>,
  };
}
