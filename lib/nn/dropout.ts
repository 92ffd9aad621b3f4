import { realDtype } from '../dtype.js';
import { expected } from '../errors.js';
import { greaterEqual, mul } from '../ops/elementwise.js';
import { cast } from '../ops/layout.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Sets each element to 0 with probability `p` and scales the others by 1 / (1 - p), so that the mean stays. */
export function dropout(x: Tensor, p: number): Tensor {
  if (!(p >= 0 && p < 1)) throw expected('dropout', 'a probability 0 <= p < 1', 'p', p);
  return tidy(() => {
    const dtype = realDtype(x.dtype) === 'float64' ? 'float64' : 'float32';
    const kept = greaterEqual(random.uniform(x.shape, { dtype, device: x.device }), p);
    return mul(x, mul(cast(kept, x.dtype), 1 / (1 - p)));
  });
}

/** {@link dropout} in training, the identity in evaluation. */
export class Dropout extends Module<{ readonly p: number }> {
  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.options.p) : x;
  }
}
