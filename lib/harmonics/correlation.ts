import { isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { contract } from '../ops/contract.js';
import { conjugate } from '../ops/conjugate.js';
import { product } from '../ops/axes.js';
import { mul } from '../ops/elementwise.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { type Basis, checkBasis } from './basis.js';
import { type Tau, degreeOffset, so3Type, typeSize } from './irreps.js';
import { checkWhole } from './sampling.js';

export interface CorrelationOptions {
  /** Bandlimit of the signal and the filters. */
  readonly L: number;
  /** Azimuthal bandlimit on SO(3), 1 <= N <= L; default L. */
  readonly N?: number;
  readonly basis: Basis;
}

export interface SO3CorrelationOptions extends CorrelationOptions {
  /** Azimuthal bandlimit of the result, 1 <= NOut <= L; default L, which drops nothing. */
  readonly NOut?: number;
}

interface Limits {
  readonly L: number;
  readonly N: number;
}

function limitsOf(op: string, o: CorrelationOptions): Limits {
  const L = checkWhole(op, 'L', o.L, 1, 4096);
  return { L, N: checkWhole(op, 'N', o.N ?? L, 1, L) };
}

/** Throws unless x is [..., axes] in a dtype of the basis. */
function check(op: string, argument: string, x: Tensor, axes: readonly (number | string)[], basis: Basis): void {
  if (isComplex(x.dtype) !== (basis === 'complex')) {
    throw expected(op, basis === 'complex' ? 'a complex dtype' : 'float32 or float64', argument, x.dtype, 'ERR_DTYPE');
  }
  const found = x.shape.slice(x.shape.length - axes.length);
  if (found.length < axes.length || axes.some((n, i) => typeof n === 'number' && n !== found[i])) {
    throw expected(op, `[${axes.join(', ')}]`, argument, x.shape, 'ERR_SHAPE');
  }
}

function checkPair(op: string, f: Tensor, psi: Tensor): void {
  if (psi.dtype !== f.dtype) throw expected(op, f.dtype, 'the filter', psi.dtype, 'ERR_DTYPE');
  if (psi.deviceCode !== f.deviceCode) throw expected(op, `a tensor on ${f.device}`, 'the filter', psi.device, 'ERR_DEVICE');
  if (psi.shape.at(-2) !== f.shape.at(-1)) throw expected(op, `${f.shape.at(-1)} channels`, 'the filter', psi.shape.at(-2), 'ERR_SHAPE');
}

/** x [rows, C, K] times a number for each row. */
function scaleRows(x: Tensor, factors: readonly number[]): Tensor {
  const values = isComplex(x.dtype) ? factors.flatMap((v) => [v, 0]) : [...factors];
  return mul(x, tensor(values, [factors.length, 1, 1], { dtype: x.dtype, device: x.device }));
}

/** How orders n lie in coefficients on SO(3): the number of a channel's first entry of degree l, and the steps in m and n. */
interface GroupLayout {
  readonly size: number;
  readonly orders: (l: number) => number;
  readonly start: (l: number) => number;
  readonly stepM: (l: number) => number;
  readonly stepN: number;
}

function groupLayout({ L, N }: Limits, basis: Basis): GroupLayout {
  const tau: Tau = so3Type(L, N);
  const orders = (l: number): number => tau[l]!;
  if (basis === 'real') return { size: typeSize(tau), orders, start: (l) => degreeOffset(tau, l), stepM: orders, stepN: 1 };
  const first = (l: number): number => N - 1 - Math.min(l, N - 1);
  return { size: (2 * N - 1) * L * L, orders, start: (l) => first(l) * L * L + l * l, stepM: () => 1, stepN: L * L };
}

/** Axes of coefficients on SO(3). */
function groupAxes({ L, N }: Limits, basis: Basis): readonly number[] {
  return basis === 'real' ? [typeSize(so3Type(L, N))] : [2 * N - 1, L * L];
}

/**
 * Correlation of signals with filters on the sphere, [psi * f](R) = integral conj(psi(R^-1 x)) f(x): out_lmn = 8 pi^2/(2l+1) sum_c f_lmc
 * conj(psi_lnc). f [..., L*L, C], psi [L*L, C, K] -> coefficients on SO(3) of K channels: complex basis [..., 2N-1, L*L, K], real basis the
 * generalized signal [..., typeSize(so3Type(L, N)), K]. Real basis: real dtypes; complex basis: complex ones. (Cohen et al. 2018)
 */
export function s2Correlation(f: Tensor, psi: Tensor, options: CorrelationOptions): Tensor {
  const op = 's2Correlation';
  const basis = checkBasis(op, options.basis);
  const limits = limitsOf(op, options);
  const { L, N } = limits;
  check(op, 'f', f, [L * L, 'C'], basis);
  check(op, 'psi', psi, [L * L, 'C', 'K'], basis);
  checkPair(op, f, psi);
  const [C, K] = psi.shape.slice(-2) as [number, number];
  const lead = f.shape.slice(0, -2);
  const batch = product(lead);
  const out = groupLayout(limits, basis);
  const spec = [L];
  for (let l = 0; l < L; l++) {
    const first = (l * l + l - Math.min(l, N - 1)) * C * K;
    spec.push(l * l * C, first, out.start(l) * K, 5, batch, L * L * C, 0, out.size * K, 2 * l + 1, C, 0, out.stepM(l) * K);
    spec.push(out.orders(l), 0, C * K, out.stepN * K, C, 1, K, 0, K, 0, 1, 1);
  }
  return tidy(() => {
    const factors = Array.from({ length: L * L }, (_, i) => (8 * Math.PI ** 2) / (2 * Math.floor(Math.sqrt(i)) + 1));
    return contract(f, scaleRows(conjugate(psi), factors), new Float64Array(spec), [...lead, ...groupAxes(limits, basis), K]);
  });
}

/**
 * Correlation of signals with filters on SO(3), [psi * f](R) = integral conj(psi(R^-1 Q)) f(Q): out_lmk = sum_c sum_n f_lmnc conj(psi_lknc).
 * f and psi are coefficients on SO(3) of bandlimits L and N, f with C channels last, psi with [C, K]: complex basis [..., 2N-1, L*L, C], real basis
 * [..., typeSize(so3Type(L, N)), C]. The result, of K channels, has the orders |k| < NOut. (Cohen et al. 2018)
 */
export function so3Correlation(f: Tensor, psi: Tensor, options: SO3CorrelationOptions): Tensor {
  const op = 'so3Correlation';
  const basis = checkBasis(op, options.basis);
  const limits = limitsOf(op, options);
  const { L } = limits;
  const NOut = checkWhole(op, 'NOut', options.NOut ?? L, 1, L);
  const axes = groupAxes(limits, basis);
  check(op, 'f', f, [...axes, 'C'], basis);
  check(op, 'psi', psi, [...axes, 'C', 'K'], basis);
  checkPair(op, f, psi);
  const [C, K] = psi.shape.slice(-2) as [number, number];
  const lead = f.shape.slice(0, f.shape.length - 1 - axes.length);
  const batch = product(lead);
  const [from, out] = [groupLayout(limits, basis), groupLayout({ L, N: NOut }, basis)];
  const spec = [L];
  for (let l = 0; l < L; l++) {
    const [step, skipped] = [from.stepM(l), l - Math.min(l, NOut - 1)];
    spec.push(from.start(l) * C, (from.start(l) + skipped * step) * C * K, out.start(l) * K, 6);
    spec.push(batch, from.size * C, 0, out.size * K, 2 * l + 1, step * C, 0, out.stepM(l) * K);
    spec.push(out.orders(l), 0, step * C * K, out.stepN * K, from.orders(l), from.stepN * C, from.stepN * C * K, 0);
    spec.push(C, 1, K, 0, K, 0, 1, 1);
  }
  return tidy(() => contract(f, conjugate(psi), new Float64Array(spec), [...lead, ...groupAxes({ L, N: NOut }, basis), K]));
}

/**
 * Correlation with zonal filters, out_lm = sqrt(4 pi/(2l+1)) sum_c f_lmc h_lc: f [..., L*L, C] in either basis, h [L, C, K] the coefficients of order 0
 * of the filters -> [..., L*L, K]. (Esteves et al. 2018)
 */
export function zonalConvolution(f: Tensor, h: Tensor, options: { readonly L: number }): Tensor {
  const op = 'zonalConvolution';
  const L = checkWhole(op, 'L', options.L, 1, 4096);
  const basis: Basis = isComplex(f.dtype) ? 'complex' : 'real';
  check(op, 'f', f, [L * L, 'C'], basis);
  check(op, 'h', h, [L, 'C', 'K'], basis);
  checkPair(op, f, h);
  const [C, K] = h.shape.slice(-2) as [number, number];
  const lead = f.shape.slice(0, -2);
  const batch = product(lead);
  const spec = [L];
  for (let l = 0; l < L; l++) {
    spec.push(l * l * C, l * C * K, l * l * K, 4, batch, L * L * C, 0, L * L * K, 2 * l + 1, C, 0, K, C, 1, K, 0, K, 0, 1, 1);
  }
  return tidy(() => {
    const factors = Array.from({ length: L }, (_, l) => Math.sqrt((4 * Math.PI) / (2 * l + 1)));
    return contract(f, scaleRows(h, factors), new Float64Array(spec), [...lead, L * L, K]);
  });
}
