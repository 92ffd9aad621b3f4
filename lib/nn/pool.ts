import { type Pair, maxPool2d, meanPool2d } from '../ops/window.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Window of a pooling; the stride is the kernel's size if left out. */
export interface PoolOptions {
  readonly kernel: Pair;
  readonly stride?: Pair;
}

/** Largest value of each window: [B, H, W, C] -> [B, Ho, Wo, C]. */
export class MaxPool2d extends Module<PoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.options.kernel, this.options.stride);
  }
}

/** Mean of each window: [B, H, W, C] -> [B, Ho, Wo, C]. */
export class MeanPool2d extends Module<PoolOptions> {
  forward(x: Tensor): Tensor {
    return meanPool2d(x, this.options.kernel, this.options.stride);
  }
}
