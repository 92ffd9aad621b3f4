import type { Dtype } from '../dtype.js';
import { expected } from '../errors.js';
import { pad, slice } from '../ops/blocks.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type Tau, degreeOffset, typeSize } from './irreps.js';

/** Throws ERR_SHAPE unless x is [..., typeSize(tau), C]; returns C. */
export function checkType(op: string, argument: string, x: Tensor, tau: Tau): number {
  const rank = x.shape.length;
  if (rank < 2 || x.shape[rank - 2] !== typeSize(tau)) {
    throw expected(op, `[..., ${typeSize(tau)}, C] (type [${tau.join(', ')}])`, argument, x.shape, 'ERR_SHAPE');
  }
  return x.shape[rank - 1]!;
}

/** Degree l of a generalized signal [..., sum (2l+1) tau_l, C], as a view [..., 2l+1, tau_l, C]. */
export function degree<D extends Dtype>(x: Tensor<D>, tau: Tau, l: number): Tensor<D> {
  const channels = checkType('degree', 'x', x, tau);
  if (!Number.isInteger(l) || l < 0 || l >= tau.length) throw expected('degree', `a degree of 0..${tau.length - 1}`, 'l', l);
  const batch = x.shape.slice(0, -2);
  const rows = (2 * l + 1) * tau[l]!;
  const begin = [...batch.map(() => 0), degreeOffset(tau, l), 0];
  return tidy(() => reshape(slice(x, begin, [...batch, rows, channels]), [...batch, 2 * l + 1, tau[l]!, channels]));
}

/** For every row of a signal of type tau: its order m and the row of order -m of the same fragment. */
export function rowOrders(tau: Tau): { order: Int32Array; mirror: Int32Array } {
  const rows = typeSize(tau);
  const result = { order: new Int32Array(rows), mirror: new Int32Array(rows) };
  let row = 0;
  tau.forEach((fragments, l) => {
    const start = row;
    for (let m = -l; m <= l; m++) {
      for (let t = 0; t < fragments; t++, row++) {
        result.order[row] = m;
        result.mirror[row] = start + (l - m) * fragments + t;
      }
    }
  });
  return result;
}

/** Coefficients [batch, L*L, C] with zeros below degree lmin. */
export function withoutLowDegrees(x: Tensor, lmin: number): Tensor {
  if (lmin === 0) return x;
  const [batch, rows, channels] = x.shape as [number, number, number];
  const first = lmin * lmin;
  return pad(slice(x, [0, first, 0], [batch, rows - first, channels]), [0, first, 0], [0, 0, 0]);
}
