import { expected } from '../errors.js';
import { checkType } from '../harmonics/degree.js';
import { groupGrid } from '../harmonics/group_grid.js';
import { s2Type } from '../harmonics/irreps.js';
import type { Tensor } from '../tensor.js';
import type { Pointwise } from './activation.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

export interface S2ActivationOptions extends ParameterOptions {
  readonly L: number;
  readonly fn: Pointwise;
  /** The grid has bandlimit ceil(oversampling * L), oversampling >= 1; default 2. The error of equivariance falls with it (about 1/8 for twice as much). */
  readonly oversampling?: number;
}

/**
 * fn at the points of the sphere: coefficients in the real basis [..., L*L, C] to samples on a Gauss-Legendre grid, fn, and back to degrees l < L.
 * Equivariant up to the aliasing of the degrees that fn adds beyond the grid's bandlimit.
 */
export class S2Activation extends Module<S2ActivationOptions> {
  private readonly bandlimit: number;

  constructor(options: S2ActivationOptions) {
    super(options);
    const { L, oversampling = 2 } = options;
    s2Type(L);
    if (!(oversampling >= 1 && oversampling < Infinity)) throw expected('S2Activation', 'a number >= 1', 'oversampling', oversampling);
    this.bandlimit = Math.ceil(oversampling * L);
  }

  forward(x: Tensor): Tensor {
    const { L, fn } = this.options;
    checkType('S2Activation', 'x', x, s2Type(L));
    const dtype = x.dtype;
    if (dtype !== 'float32' && dtype !== 'float64') throw expected('S2Activation', 'float32 or float64', 'x', dtype, 'ERR_DTYPE');
    const sizes = { L, N: 1, gridL: this.bandlimit, gridN: 1 };
    return groupGrid({ ...sizes, domain: 'sphere', dtype, deviceCode: x.deviceCode }).activate(x, fn);
  }
}
