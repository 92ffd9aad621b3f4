import type { Tensor } from '../tensor.js';
import { Module } from './module.js';
import { applyInTurn } from './sequential.js';

export interface SphericalLayerOptions {
  readonly L1: Module;
  readonly N: Module;
  readonly L2: Module;
}

/** L2(N(L1(x))): a linear layer, an activation and a linear layer, the building block of Cobb et al. 2021. */
export class SphericalLayer extends Module<SphericalLayerOptions> {
  readonly L1: Module;
  readonly N: Module;
  readonly L2: Module;

  constructor(options: SphericalLayerOptions) {
    super(options);
    ({ L1: this.L1, N: this.N, L2: this.L2 } = options);
  }

  forward(x: Tensor): Tensor {
    return applyInTurn([this.L1, this.N, this.L2], x);
  }
}
