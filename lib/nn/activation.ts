import { relu, sigmoid, silu, softplus, tanh } from '../ops/elementwise.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Functions that activations apply to each number, by the names that model files use. */
export const pointwise = { relu, silu, sigmoid, tanh, softplus } as const;
export type Pointwise = keyof typeof pointwise;

/** fn(x), element by element. */
export class Activation extends Module<{ readonly fn: Pointwise }> {
  forward(x: Tensor): Tensor {
    return pointwise[this.options.fn](x);
  }
}
