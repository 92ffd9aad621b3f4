import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { GeneralizedConvolution } from './generalized_convolution.js';
import { Module } from './module.js';
import { TensorProductActivation } from './tensor_product.js';

/** Modules one after another; a product and the convolution behind it are left to the latter. */
export function applyInTurn(modules: readonly Module[], x: Tensor): Tensor {
  return tidy(() => {
    let [y, product]: [Tensor, TensorProductActivation | undefined] = [x, undefined];
    for (const [i, module] of modules.entries()) {
      if (module instanceof TensorProductActivation && modules[i + 1] instanceof GeneralizedConvolution) {
        product = module;
      } else if (product !== undefined && module instanceof GeneralizedConvolution) {
        y = module.forwardProduct(product, y);
        product = undefined;
      } else {
        y = module.forward(y);
      }
    }
    return y;
  });
}

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
