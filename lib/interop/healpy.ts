import { expected } from '../errors.js';
import { checkWhole } from '../harmonics/sampling.js';
import { conj } from '../ops/conjugate.js';
import { add, mul } from '../ops/elementwise.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { type HalfLayout, fromHalf, toHalf } from './half.js';
import { type RowSource, checkRows, takeRows } from './rows.js';

/** healpy's and ducc's a_lm: m >= 0, order by order, at m (2 lmax + 1 - m)/2 + l with lmax = L - 1. */
function layout(L: number): HalfLayout {
  return { axes: [(L * (L + 1)) / 2], place: (l, m) => (m * (2 * L - 1 - m)) / 2 + l };
}

/** Real-basis coefficients [..., L*L, C] of real signals from healpy's and ducc's a_lm, complex [..., L (L+1)/2, C]. */
export function fromHealpy(alm: Tensor, options: { readonly L: number }): Tensor {
  return fromHalf('fromHealpy', alm, options.L, layout(options.L));
}

/** The inverse of {@link fromHealpy}. */
export function toHealpy(c: Tensor, options: { readonly L: number }): Tensor {
  return toHalf('toHealpy', c, options.L, layout(options.L));
}

export interface SpinOptions {
  readonly L: number;
  /** Not 0, |spin| < L. */
  readonly spin: number;
}

function checkSpin(op: string, { L, spin }: SpinOptions): void {
  checkWhole(op, 'L', L, 1, 4096);
  checkWhole(op, 'spin', spin, 1 - L, L - 1);
  if (spin === 0) throw expected(op, 'a spin other than 0', 'spin', spin);
}

/** Rows of sflm by way of a_lm with m = |order|: for negative orders times (-1)^m, and conjugated. */
function halves({ L }: SpinOptions): { positive: RowSource[]; negative: RowSource[] } {
  const positive: RowSource[] = [];
  const negative: RowSource[] = [];
  const none = { from: -1, factor: 1 };
  for (let l = 0; l < L; l++) {
    for (let m = -l; m <= l; m++) {
      const from = layout(L).place(l, Math.abs(m));
      positive.push(m >= 0 ? { from, factor: 1 } : none);
      negative.push(m < 0 ? { from, factor: m % 2 === 0 ? 1 : -1 } : none);
    }
  }
  return { positive, negative };
}

/** x times i. */
function timesI(x: Tensor, sign: 1 | -1): Tensor {
  return mul(x, tensor([0, sign], [1], { dtype: x.dtype, device: x.device }));
}

/**
 * Complex coefficients sflm [..., L*L, C] of the field Q + iU from healpy's and ducc's E and B, complex [..., L (L+1)/2, C] each:
 * sflm = -(E_lm + i B_lm) for spin > 0, (-1)^spin times -(E_lm - i B_lm) for spin < 0, with E_l,-m = (-1)^m conj E_lm.
 */
export function fromHealpySpin(E: Tensor, B: Tensor, options: SpinOptions): Tensor {
  const op = 'fromHealpySpin';
  checkSpin(op, options);
  for (const x of [E, B]) checkRows(op, x, layout(options.L).axes, 'complex');
  const { positive, negative } = halves(options);
  const sign = options.spin > 0 ? 1 : -1;
  const factor = options.spin > 0 || options.spin % 2 === 0 ? -1 : 1;
  return tidy(() => {
    const whole = (x: Tensor): Tensor => add(takeRows(x, positive), takeRows(conj(x), negative));
    const sum = add(whole(E), timesI(whole(B), sign));
    return mul(sum, tensor([factor, 0], [1], { dtype: sum.dtype, device: sum.device }));
  });
}

/** The inverse of {@link fromHealpySpin}. */
export function toHealpySpin(flm: Tensor, options: SpinOptions): { E: Tensor; B: Tensor } {
  const op = 'toHealpySpin';
  checkSpin(op, options);
  const { L, spin } = options;
  checkRows(op, flm, [L * L], 'complex');
  const own: RowSource[] = [];
  const mirrored: RowSource[] = [];
  for (let m = 0; m < L; m++) {
    for (let l = m; l < L; l++) {
      own.push({ from: l * l + l + m, factor: 1 });
      mirrored.push({ from: l * l + l - m, factor: m % 2 === 0 ? 1 : -1 });
    }
  }
  const sign = spin > 0 ? 1 : -1;
  const factor = spin > 0 || spin % 2 === 0 ? -1 : 1;
  const scaled = (x: Tensor, re: number, im: number): Tensor => mul(x, tensor([re, im], [1], { dtype: x.dtype, device: x.device }));
  // With g_m = (-1)^m conj f_-m: factor f = E + i sign B, factor g = E - i sign B
  return tidy(() => {
    const f = takeRows(flm, own);
    const g = takeRows(conj(flm), mirrored);
    return { E: scaled(add(f, g), factor / 2, 0), B: scaled(add(f, scaled(g, -1, 0)), 0, (-sign * factor) / 2) };
  });
}
