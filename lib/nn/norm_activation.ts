import type { Tau } from '../harmonics/irreps.js';
import { div, greater, sqrt, where } from '../ops/elementwise.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type Pointwise, pointwise } from './activation.js';
import { checkTau, fragmentSquares, scaleFragments } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

/** sqrt where it has a gradient; 0, with gradient 0, elsewhere. */
export function safeSqrt(squares: Tensor): Tensor {
  return tidy(() => {
    const positive = greater(squares, 0);
    return where(positive, sqrt(where(positive, squares, 1)), 0);
  });
}

export interface NormActivationOptions extends ParameterOptions {
  readonly tau: Tau;
  readonly fn: Pointwise;
}

/**
 * fn on the norms of the fragments, directions kept: x / |x| * fn(|x|) for each fragment and channel, |x|^2 the sum over the orders. 0 stays 0, with
 * gradient 0. [..., sum (2l+1) tau_l, C] in either basis.
 */
export class NormActivation extends Module<NormActivationOptions> {
  constructor(options: NormActivationOptions) {
    super(options);
    checkTau('NormActivation', 'tau', options.tau);
  }

  forward(x: Tensor): Tensor {
    const { tau, fn } = this.options;
    return tidy(() => {
      const squares = fragmentSquares('NormActivation', x, tau, true);
      const positive = greater(squares, 0);
      const norms = sqrt(where(positive, squares, 1));
      return scaleFragments('NormActivation', x, where(positive, div(pointwise[fn](norms), norms), 0), tau);
    });
  }
}
