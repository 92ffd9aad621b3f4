import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { GeneralizedConvolution } from './generalized_convolution.js';
import { Module } from './module.js';
import { TensorProductActivation } from './tensor_product.js';

/** Modules one after another; a product and the convolution behind it are one operation, unless a subclass has its own way. */
export function applyInTurn(modules: readonly Module[], x: Tensor): Tensor {
  return tidy(() => {
    let y = x;
    for (let i = 0; i < modules.length; i++) {
      const [module, next] = [modules[i]!, modules[i + 1]];
      if (isProduct(module) && isConvolution(next)) {
        y = next.forwardProduct(module, y);
        i++;
      } else {
        y = module.forward(y);
      }
    }
    return y;
  });
}

const isProduct = (x: Module): x is TensorProductActivation => x.constructor === TensorProductActivation;
const isConvolution = (x: Module | undefined): x is GeneralizedConvolution => x?.constructor === GeneralizedConvolution;

/** Modules one after another. */
export class Sequential extends Module<{ readonly modules: readonly Module[] }> {
  readonly modules: readonly Module[];

  constructor(modules: readonly Module[]) {
    super({ modules });
    this.modules = modules;
  }

  forward(x: Tensor): Tensor {
    return applyInTurn(this.modules, x);
  }
}

/** All axes but the first in one: [B, ...] -> [B, n]. */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    const [batch = 1, ...rest] = x.shape;
    return reshape(x, [batch, rest.reduce((a, b) => a * b, 1)]);
  }
}
