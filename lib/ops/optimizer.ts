import { defineInPlaceOp } from '../op.js';
import type { Tensor } from '../tensor.js';

/** In place: g += weightDecay p; v = momentum v + g; p -= lr (nesterov ? g + momentum v : v). */
export const sgdInPlace =
  defineInPlaceOp<[p: Tensor, g: Tensor, v: Tensor | null, lr: number, momentum: number, weightDecay: number, nesterov: boolean]>('sgd_');

/** In place: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr (m / correction1) / (sqrt(v / correction2) + eps). */
export const adamInPlace =
  defineInPlaceOp<
    [
      p: Tensor,
      g: Tensor,
      m: Tensor,
      v: Tensor,
      lr: number,
      beta1: number,
      beta2: number,
      eps: number,
      weightDecay: number,
      correction1: number,
      correction2: number,
      decoupled: boolean,
    ]
  >('adam_');
