import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

export interface ResamplingOptions {
  readonly sampling: 'mw' | 'mwss';
  readonly L: number;
  /** Whether n is odd: column m is even about the poles where m + n is; default false. */
  readonly odd?: boolean;
}

type Attributes = [L: number, circle: number, odd: boolean];
type Step = (x: Tensor, ...attributes: Attributes) => Tensor;

// Each is the transpose of the other.
const resamplingOp: Step = defineOp<[Tensor], Attributes>('ringResampling', 1, (g, { attributes }) => transposedOp(g, ...attributes));
const transposedOp: Step = defineOp<[Tensor], Attributes>('ringResamplingTransposed', 1, (g, { attributes }) =>
  resamplingOp(g, ...attributes),
);

const attributesOf = ({ sampling, L, odd = false }: ResamplingOptions): Attributes => [L, sampling === 'mw' ? 2 * L - 1 : 2 * L, odd];

/** Polar angles of the rings that `ringResampling` leads to, halfway between multiples of pi/L. */
export const resampledAngles = (L: number): Float64Array => Float64Array.from({ length: L }, (_, t) => ((t + 0.5) * Math.PI) / L);

/**
 * Functions f_m of the rings of mw or mwss, [batch, rings, 2L-1, inner], to values on the L rings of {@link resampledAngles} whose plain sums
 * against d^l_mn are the exact integrals of f_m d^l_mn sin(theta), times 2 pi: [batch, L, 2L-1, inner]. Complex columns m = -(L-1) .. L-1, real
 * ones m = 0, 1, -1, 2, -2, ...
 */
export function ringResampling(x: Tensor, options: ResamplingOptions): Tensor {
  return resamplingOp(x, ...attributesOf(options));
}

/** The transpose of {@link ringResampling}. */
export function ringResamplingTransposed(x: Tensor, options: ResamplingOptions): Tensor {
  return transposedOp(x, ...attributesOf(options));
}
