import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Modules one after another. */
export class Sequential extends Module<{ readonly modules: readonly Module[] }> {
  readonly modules: readonly Module[];

  constructor(modules: readonly Module[]) {
    super({ modules });
    this.modules = modules;
  }

  forward(x: Tensor): Tensor {
    return tidy(() => this.modules.reduce((y, module) => module.forward(y), x));
  }
}

/** All axes but the first in one: [B, ...] -> [B, n]. */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    const [batch = 1, ...rest] = x.shape;
    return reshape(x, [batch, rest.reduce((a, b) => a * b, 1)]);
  }
}
