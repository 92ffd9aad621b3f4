import { isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { gatherRows, scatterRows } from '../ops/rows.js';
import { reshape } from '../ops/views.js';
import { product } from '../ops/axes.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { mixWithMirror, toComplexBasis, toRealBasis } from './basis.js';
import { checkType } from './degree.js';
import { s2Type, so3Type } from './irreps.js';
import { checkWhole } from './sampling.js';

/** Bandlimits of coefficients on SO(3). */
export interface GroupBandlimits {
  readonly L: number;
  readonly N: number;
}

function checkBandlimits(op: string, { L, N }: GroupBandlimits): void {
  checkWhole(op, 'L', L, 1, 4096);
  checkWhole(op, 'N', N, 1, L);
}

/** Row n, l*l + l + m of the complex layout, flattened, for every row of the generalized signal. */
function complexRows({ L, N }: GroupBandlimits): Int32Array {
  const rows: number[] = [];
  so3Type(L, N).forEach((fragments, l) => {
    const most = Math.min(l, N - 1);
    for (let m = -l; m <= l; m++) {
      for (let t = 0; t < fragments; t++) rows.push((t - most + N - 1) * L * L + l * l + l + m);
    }
  });
  return Int32Array.from(rows);
}

/** [..., 2N-1, L*L, C] with the orders n of each degree turned from one basis to the other: f U, or f U^H. */
function mixGammaOrders(x: Tensor, { L, N }: GroupBandlimits, toComplex: boolean): Tensor {
  const orders = Array.from({ length: 2 * N - 1 }, (_, i) => i - N + 1);
  const [lead, channels] = [x.shape.slice(0, -3), x.shape.at(-1)!];
  const planes = reshape(x, [product(lead), 2 * N - 1, L * L * channels]);
  // The conjugate of what the orders m are mixed with, since this one multiplies from the right
  return reshape(mixWithMirror(planes, orders, toComplex, true), x.shape);
}

/**
 * Coefficients on SO(3) in the real basis, c^l = U^H f^l U (conventions.md), from those in the complex basis [..., 2N-1, L*L, C] (complex dtype):
 * the generalized signal of type so3Type(L, N), also complex; its imaginary part is zero where the signal on SO(3) is real. Entries with |n| > l are ignored.
 */
export function groupToRealBasis(x: Tensor, limits: GroupBandlimits): Tensor {
  const op = 'groupToRealBasis';
  checkBandlimits(op, limits);
  const { L, N } = limits;
  if (!isComplex(x.dtype)) throw expected(op, 'complex coefficients', 'x', x.dtype, 'ERR_DTYPE');
  checkType(op, 'x', x, s2Type(L));
  if (x.shape.at(-3) !== 2 * N - 1) throw expected(op, `[..., ${2 * N - 1}, ${L * L}, C]`, 'x', x.shape, 'ERR_SHAPE');
  const [lead, channels] = [x.shape.slice(0, -3), x.shape.at(-1)!];
  return tidy(() => {
    const mixed = mixGammaOrders(toRealBasis(x, s2Type(L)), limits, false);
    const flat = reshape(mixed, [...lead, (2 * N - 1) * L * L, channels]);
    const rows = complexRows(limits);
    return gatherRows(flat, tensor(rows, [rows.length], { device: x.device }), -2);
  });
}

/** The inverse of {@link groupToRealBasis}: complex dtype [..., typeSize(so3Type(L, N)), C] to [..., 2N-1, L*L, C], zero where |n| > l. */
export function groupToComplexBasis(x: Tensor, limits: GroupBandlimits): Tensor {
  const op = 'groupToComplexBasis';
  checkBandlimits(op, limits);
  const { L, N } = limits;
  if (!isComplex(x.dtype)) throw expected(op, 'complex coefficients', 'x', x.dtype, 'ERR_DTYPE');
  checkType(op, 'x', x, so3Type(L, N));
  const [lead, channels] = [x.shape.slice(0, -2), x.shape.at(-1)!];
  return tidy(() => {
    const rows = complexRows(limits);
    const flat = scatterRows(x, tensor(rows, [rows.length], { device: x.device }), -2, (2 * N - 1) * L * L);
    const mixed = mixGammaOrders(reshape(flat, [...lead, 2 * N - 1, L * L, channels]), limits, true);
    return toComplexBasis(mixed, s2Type(L));
  });
}
