import { checkWhole } from '../harmonics/sampling.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type RowSource, checkRows, joinRows, splitRows, takeRows } from './rows.js';

/** Where a program keeps the complex coefficient a_lm, m >= 0, of a real signal; all of our degrees are there. */
export interface HalfLayout {
  readonly axes: readonly number[];
  readonly place: (l: number, m: number) => number;
}

/** c_l0 = a_l0, c_lm = sqrt(2) (-1)^m Re a_lm, c_l,-m = -sqrt(2) (-1)^m Im a_lm (conventions.md). */
export function fromHalf(op: string, x: Tensor, L: number, { axes, place }: HalfLayout): Tensor {
  checkWhole(op, 'L', L, 1, 4096);
  checkRows(op, x, axes, 'complex');
  const sources: RowSource[] = [];
  for (let l = 0; l < L; l++) {
    for (let m = -l; m <= l; m++) {
      const at = 2 * place(l, Math.abs(m));
      const factor = m % 2 === 0 ? Math.SQRT2 : -Math.SQRT2;
      if (m === 0) sources.push({ from: at, factor: 1 });
      else sources.push(m > 0 ? { from: at, factor } : { from: at + 1, factor: -factor });
    }
  }
  const lead = x.shape.slice(0, x.shape.length - 1 - axes.length);
  return tidy(() => takeRows(splitRows(reshape(x, [...lead, axes.reduce((a, b) => a * b, 1), x.shape.at(-1)!])), sources));
}

/** The inverse of {@link fromHalf}; what the layout has beside is zero. */
export function toHalf(op: string, c: Tensor, L: number, { axes, place }: HalfLayout): Tensor {
  checkWhole(op, 'L', L, 1, 4096);
  checkRows(op, c, [L * L], 'real');
  const rows = axes.reduce((a, b) => a * b, 1);
  const sources = Array.from({ length: 2 * rows }, (): RowSource => ({ from: -1, factor: 1 }));
  for (let l = 0; l < L; l++) {
    sources[2 * place(l, 0)] = { from: l * l + l, factor: 1 };
    for (let m = 1; m <= l; m++) {
      const factor = m % 2 === 0 ? Math.SQRT1_2 : -Math.SQRT1_2;
      sources[2 * place(l, m)] = { from: l * l + l + m, factor };
      sources[2 * place(l, m) + 1] = { from: l * l + l - m, factor: -factor };
    }
  }
  return tidy(() => reshape(joinRows(takeRows(c, sources)), [...c.shape.slice(0, -2), ...axes, c.shape.at(-1)!]));
}
