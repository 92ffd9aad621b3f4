import { checkWhole } from '../harmonics/sampling.js';
import { product } from '../ops/axes.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type RowSource, checkRows, takeRows } from './rows.js';

/**
 * Complex coefficients [..., L*L, C] from s2fft's [..., L, 2L-1, C], where order m is column m + L - 1. On SO(3) leading axes hold the orders n as in
 * ours: s2fft's [2N-1, L, 2L-1] becomes [2N-1, L*L].
 */
export function fromS2fft(x: Tensor, options: { readonly L: number }): Tensor {
  const op = 'fromS2fft';
  const L = checkWhole(op, 'L', options.L, 1, 4096);
  checkRows(op, x, [L, 2 * L - 1], 'complex');
  const sources: RowSource[] = [];
  for (let l = 0; l < L; l++) for (let m = -l; m <= l; m++) sources.push({ from: l * (2 * L - 1) + m + L - 1, factor: 1 });
  const [lead, channels] = [x.shape.slice(0, -3), x.shape.at(-1)!];
  return tidy(() => reshape(takeRows(reshape(x, [product(lead), L * (2 * L - 1), channels]), sources), [...lead, L * L, channels]));
}

/** The inverse of {@link fromS2fft}; entries with |m| > l are zero. */
export function toS2fft(flm: Tensor, options: { readonly L: number }): Tensor {
  const op = 'toS2fft';
  const L = checkWhole(op, 'L', options.L, 1, 4096);
  checkRows(op, flm, [L * L], 'complex');
  const sources: RowSource[] = [];
  for (let l = 0; l < L; l++) {
    for (let m = 1 - L; m < L; m++) sources.push({ from: Math.abs(m) <= l ? l * l + l + m : -1, factor: 1 });
  }
  const [lead, channels] = [flm.shape.slice(0, -2), flm.shape.at(-1)!];
  return tidy(() => reshape(takeRows(reshape(flm, [product(lead), L * L, channels]), sources), [...lead, L, 2 * L - 1, channels]));
}
