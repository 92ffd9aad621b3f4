import type { Tensor } from '../tensor.js';
import { type HalfLayout, fromHalf, toHalf } from './half.js';

/** torch-harmonics' coefficients (norm 'ortho', csphase): m >= 0, a matrix of degrees and orders. */
function layout(L: number): HalfLayout {
  return { axes: [L, L], place: (l, m) => l * L + m };
}

/** Real-basis coefficients [..., L*L, C] of real signals from torch-harmonics' [..., lmax = L, mmax = L, C] (complex). */
export function fromTorchHarmonics(x: Tensor, options: { readonly L: number }): Tensor {
  return fromHalf('fromTorchHarmonics', x, options.L, layout(options.L));
}

/** The inverse of {@link fromTorchHarmonics}. */
export function toTorchHarmonics(c: Tensor, options: { readonly L: number }): Tensor {
  return toHalf('toTorchHarmonics', c, options.L, layout(options.L));
}
