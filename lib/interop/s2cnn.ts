import { checkWhole } from '../harmonics/sampling.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type RowSource, checkRows, takeRows } from './rows.js';

const normalization = 8 * Math.PI ** 2;

/**
 * Complex coefficients on SO(3) [..., 2L-1, L*L, C] (N = L) from the spectrum of s2cnn (Cohen et al. 2018), complex [..., L (4 L^2 - 1)/3, C]: entry (m, n) of
 * degree l at l (4 l^2 - 1)/3 + (l + m)(2l + 1) + l + n. Its Haar measure is normalized: ours = 8 pi^2 times its. From published formulas, not compared
 * with a run of that program.
 */
export function fromS2cnn(x: Tensor, options: { readonly L: number }): Tensor {
  const op = 'fromS2cnn';
  const L = checkWhole(op, 'L', options.L, 1, 1024);
  checkRows(op, x, [(L * (4 * L * L - 1)) / 3], 'complex');
  const sources: RowSource[] = [];
  for (let n = 1 - L; n < L; n++) {
    for (let l = 0; l < L; l++) {
      const first = (l * (4 * l * l - 1)) / 3;
      for (let m = -l; m <= l; m++) {
        sources.push({ from: Math.abs(n) <= l ? first + (l + m) * (2 * l + 1) + l + n : -1, factor: normalization });
      }
    }
  }
  return tidy(() => reshape(takeRows(x, sources), [...x.shape.slice(0, -2), 2 * L - 1, L * L, x.shape.at(-1)!]));
}

/** The inverse of {@link fromS2cnn}. */
export function toS2cnn(flmn: Tensor, options: { readonly L: number }): Tensor {
  const op = 'toS2cnn';
  const L = checkWhole(op, 'L', options.L, 1, 1024);
  checkRows(op, flmn, [2 * L - 1, L * L], 'complex');
  const sources: RowSource[] = [];
  for (let l = 0; l < L; l++) {
    for (let m = -l; m <= l; m++) {
      for (let n = -l; n <= l; n++) sources.push({ from: (n + L - 1) * L * L + l * l + l + m, factor: 1 / normalization });
    }
  }
  return tidy(() => takeRows(reshape(flmn, [...flmn.shape.slice(0, -3), (2 * L - 1) * L * L, flmn.shape.at(-1)!]), sources));
}
