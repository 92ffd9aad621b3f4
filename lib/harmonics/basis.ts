import { complexDtype, isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { add, mul } from '../ops/elementwise.js';
import { gatherRows } from '../ops/rows.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { checkType, rowOrders } from './degree.js';
import type { Tau } from './irreps.js';

/**
 * The basis of coefficients: complex harmonics Y_lm, or the real ones S_lm (m > 0 a cosine, -m a sine). Either kind of coefficient may be complex;
 * those of a real signal are real in the real basis.
 */
export type Basis = 'real' | 'complex';

export function checkBasis(op: string, basis: unknown): Basis {
  if (basis !== 'real' && basis !== 'complex') throw expected(op, "'real' or 'complex'", 'basis', basis);
  return basis;
}

/** Entries of U (f = U c, conventions.md) or of U^H: [of the row itself, of the row of order -m], each re, im. */
function entries(m: number, toComplex: boolean): [number, number, number, number] {
  if (m === 0) return [1, 0, 0, 0];
  const r = Math.SQRT1_2;
  const p = m % 2 === 0 ? r : -r;
  if (toComplex) return m > 0 ? [p, 0, 0, -p] : [0, r, r, 0];
  return m > 0 ? [p, 0, r, 0] : [0, -r, 0, p];
}

/**
 * One unitary 2 x 2 step for each pair of orders (m, -m) of the rows [..., rows, C]: U or, to the real basis, U^H; with `conjugated` their complex
 * conjugates.
 */
function mix(x: Tensor, order: ArrayLike<number>, mirror: Int32Array, toComplex: boolean, conjugated: boolean): Tensor {
  const rows = order.length;
  const own = new Float64Array(2 * rows);
  const other = new Float64Array(2 * rows);
  const sign = conjugated ? -1 : 1;
  for (let i = 0; i < rows; i++) {
    const [a, b, c, d] = entries(order[i]!, toComplex);
    own.set([a, sign * b], 2 * i);
    other.set([c, sign * d], 2 * i);
  }
  return tidy(() => {
    const options = { dtype: x.dtype, device: x.device };
    const index = tensor(mirror, [rows], { device: x.device });
    const mirrored = gatherRows(x, index, -2);
    return add(mul(x, tensor(own, [rows, 1], options)), mul(mirrored, tensor(other, [rows, 1], options)));
  });
}

/** Rows of the orders -n..n, ascending, mixed with those of opposite order. */
export function mixWithMirror(x: Tensor, orders: readonly number[], toComplex: boolean, conjugated: boolean): Tensor {
  const mirror = Int32Array.from(orders, (_, i) => orders.length - 1 - i);
  return mix(x, orders, mirror, toComplex, conjugated);
}

function change(op: string, x: Tensor, tau: Tau, toComplex: boolean): Tensor {
  checkType(op, 'x', x, tau);
  if (!isComplex(x.dtype)) throw expected(op, `complex coefficients (${complexDtype(x.dtype)})`, 'x', x.dtype, 'ERR_DTYPE');
  const { order, mirror } = rowOrders(tau);
  return mix(x, order, mirror, toComplex, false);
}

/** Coefficients in the complex basis from those (of complex dtype) in the real basis, f = U c; x [..., sum (2l+1) tau_l, C]. */
export function toComplexBasis(x: Tensor, tau: Tau): Tensor {
  return change('toComplexBasis', x, tau, true);
}

/** Coefficients (of complex dtype) in the real basis from those in the complex basis, c = U^H f; x [..., sum (2l+1) tau_l, C]. */
export function toRealBasis(x: Tensor, tau: Tau): Tensor {
  return change('toRealBasis', x, tau, false);
}
