import { isComplex, realDtype } from '../dtype.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { slice } from '../ops/blocks.js';
import { contract } from '../ops/contract.js';
import { cos, mul, sin, sub } from '../ops/elementwise.js';
import { cast, toDevice } from '../ops/layout.js';
import { gatherRows } from '../ops/rows.js';
import { asComplex, asReal, expandDims, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { Tensor, tensor } from '../tensor.js';
import { type Basis, checkBasis, toComplexBasis, toRealBasis } from './basis.js';
import { checkType, rowOrders } from './degree.js';
import { type Tau, s2Type, typeSize } from './irreps.js';
import { rotationTable } from './tables.js';

/** A rotation R = Rz(alpha) Ry(beta) Rz(gamma) in radians, or many: a tensor [..., 3] that broadcasts against the batch axes. */
export type Angles = { readonly alpha: number; readonly beta: number; readonly gamma: number } | Tensor;

/** What is rotated: coefficients on the sphere (L), on SO(3) (L and N, complex basis), or a generalized signal (tau). */
export type RotateOptions =
  { readonly L: number; readonly N?: number; readonly basis: Basis } | { readonly tau: Tau; readonly basis: Basis };

/** d^l_mn(beta) [2l+1, 2l+1], row m, column n; d^1_10(beta) = -sin(beta)/sqrt(2). */
export function wignerSmallD(l: number, beta: number): Float64Array {
  return native.math.wignerSmallD(l, beta);
}

/**
 * D^l_mn [2l+1, 2l+1] of a rotation. Complex basis: e^{-i m alpha} d^l_mn(beta) e^{-i n gamma}, re and im interleaved; real basis: U^H D U,
 * an orthogonal matrix, for l = 1 the rotation matrix in the order (y, z, x).
 */
export function wignerD(
  l: number,
  angles: { readonly alpha: number; readonly beta: number; readonly gamma: number },
  options: { readonly basis: Basis },
): Float64Array {
  const { alpha, beta, gamma } = angles;
  return native.math.wignerD(l, alpha, beta, gamma, checkBasis('wignerD', options.basis) === 'complex');
}

function angleTensor(x: Tensor, angles: Angles): Tensor {
  const dtype = realDtype(x.dtype);
  if (!(angles instanceof Tensor)) return tensor([angles.alpha, angles.beta, angles.gamma], [3], { dtype, device: x.device });
  if (angles.shape.at(-1) !== 3) throw expected('rotate', '[..., 3] (alpha, beta, gamma)', 'angles', angles.shape, 'ERR_SHAPE');
  return toDevice(cast(angles, dtype), x.device);
}

/** Rotation about z in the real basis: orders m and -m turn into each other by the angle m a. x [..., rows, C], angle [...]. */
function rotateZ(x: Tensor, angle: Tensor, order: Tensor, mirror: Tensor): Tensor {
  const phase = mul(reshape(angle, [...angle.shape, 1, 1]), order);
  return sub(mul(x, cos(phase)), mul(gatherRows(x, mirror, -2), sin(phase)));
}

/** J_l applied to the orders of every degree: exchanges the y and the z axis. */
function exchangeAxes(x: Tensor, tau: Tau): Tensor {
  const [rows, channels] = x.shape.slice(-2) as [number, number];
  const batch = x.size / Math.max(1, rows * channels);
  const spec = [tau.length];
  let [table, first] = [0, 0];
  tau.forEach((fragments, l) => {
    const n = 2 * l + 1;
    const inner = fragments * channels;
    spec.push(first, table, first, 4, batch, rows * channels, 0, rows * channels, inner, 1, 0, 1, n, 0, n, inner, n, inner, 1, 0);
    table += n * n;
    first += n * inner;
  });
  return contract(x, rotationTable(tau.length, x), new Float64Array(spec), x.shape);
}

function rotateReal(x: Tensor, angles: Tensor, tau: Tau): Tensor {
  const orders = rowOrders(tau);
  const order = tensor(new Float64Array(orders.order), [orders.order.length, 1], { dtype: x.dtype, device: x.device });
  const mirror = tensor(orders.mirror, [orders.mirror.length], { device: x.device });
  const lead = angles.shape.slice(0, -1);
  const angle = (i: number): Tensor => reshape(slice(angles, [...lead.map(() => 0), i], [...lead, 1]), lead);
  const first = exchangeAxes(rotateZ(x, angle(2), order, mirror), tau);
  const second = exchangeAxes(rotateZ(first, angle(1), order, mirror), tau);
  return rotateZ(second, angle(0), order, mirror);
}

/** Complex coefficients in the real basis are two real signals: re and im as channels. */
function rotateComplex(x: Tensor, angles: Tensor, tau: Tau): Tensor {
  const pairs = asReal(x);
  const flat = reshape(pairs, [...x.shape.slice(0, -1), 2 * x.shape.at(-1)!]);
  const turned = rotateReal(flat, angles, tau);
  return asComplex(reshape(turned, [...turned.shape.slice(0, -1), x.shape.at(-1)!, 2]));
}

/**
 * Turns signals, f'(x) = f(R^-1 x): f'_lm = sum_n D^l_mn f_ln for every fragment and channel. x is [..., L*L, C] (option L), [..., 2N-1, L*L, C]
 * (L and N, SO(3) in the complex basis: the rotation acts on m) or [..., sum (2l+1) tau_l, C] (option tau), float32 or float64 or complex;
 * in the complex basis a complex dtype. Differentiable in x and in a tensor of angles, to any order. D = Z(alpha) J Z(beta) J Z(gamma)
 * (Pinchon & Hoggan 2007).
 */
export function rotate(x: Tensor, angles: Angles, options: RotateOptions): Tensor {
  const basis = checkBasis('rotate', options.basis);
  const tau = 'tau' in options ? options.tau : s2Type(options.L);
  const channels = checkType('rotate', 'x', x, tau);
  const onGroup = 'N' in options && options.N !== undefined;
  if (onGroup && (basis !== 'complex' || x.shape.at(-3) !== 2 * options.N - 1)) {
    throw expected('rotate', `[..., ${2 * options.N - 1}, ${typeSize(tau)}, C] in the complex basis`, 'x', x.shape, 'ERR_SHAPE');
  }
  if (basis === 'complex' && !isComplex(x.dtype))
    throw expected('rotate', 'a complex dtype in the complex basis', 'x', x.dtype, 'ERR_DTYPE');
  return tidy(() => {
    const given = angleTensor(x, angles);
    const turn = onGroup ? expandDims(given, -2) : given;
    if (x.size === 0 || channels === 0) return reshape(x, x.shape);
    if (!isComplex(x.dtype)) return rotateReal(x, turn, tau);
    if (basis === 'real') return rotateComplex(x, turn, tau);
    return toComplexBasis(rotateComplex(toRealBasis(x, tau), turn, tau), tau);
  });
}
