import { isComplex } from '../dtype.js';
import { degree } from '../harmonics/degree.js';
import type { Tau } from '../harmonics/irreps.js';
import { slice } from '../ops/blocks.js';
import { concat } from '../ops/layout.js';
import { asReal, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { checkTau, fragmentCount, fragmentSquares } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';
import { safeSqrt } from './norm_activation.js';

export interface InvariantsOptions extends ParameterOptions {
  readonly tau: Tau;
  /** Also the norm of every fragment and channel of the other degrees; default false. */
  readonly norms?: boolean;
}

/**
 * What rotations leave alone: the values of degree 0, [tau_0, C] (pairs re, im where complex), then with `norms` the norms of all other fragments,
 * [fragments, C] degree by degree, all flattened: [..., sum (2l+1) tau_l, C] -> [..., features]. The gradient of a norm is 0 where the norm is 0.
 */
export class Invariants extends Module<InvariantsOptions> {
  constructor(options: InvariantsOptions) {
    super(options);
    checkTau('Invariants', 'tau', options.tau);
  }

  forward(x: Tensor): Tensor {
    const { tau, norms = false } = this.options;
    const batch = x.shape.slice(0, -2);
    const flat = (part: Tensor): Tensor => reshape(part, [...batch, part.shape.slice(batch.length).reduce((a, b) => a * b, 1)]);
    return tidy(() => {
      const constant = degree(x, tau, 0);
      const values = flat(isComplex(x.dtype) ? asReal(constant) : constant);
      return norms ? concat([values, flat(this.norms(x))], -1) : values;
    });
  }

  /** [..., fragments of degrees >= 1, C] */
  private norms(x: Tensor): Tensor {
    const { tau } = this.options;
    const squares = fragmentSquares('Invariants', x, tau, true);
    const begin = squares.shape.map(() => 0).with(-2, tau[0]!);
    const size = squares.shape.slice().with(-2, fragmentCount(tau) - tau[0]!);
    return safeSqrt(slice(squares, begin, size));
  }
}
