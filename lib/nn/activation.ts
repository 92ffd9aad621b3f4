import { type Pointwise, pointwise } from '../ops/group_activation.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

export { type Pointwise, pointwise } from '../ops/group_activation.js';

/** fn(x), element by element. */
export class Activation extends Module<{ readonly fn: Pointwise }> {
  forward(x: Tensor): Tensor {
    return pointwise[this.options.fn](x);
  }
}
