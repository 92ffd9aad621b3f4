import { expected } from '../errors.js';
import { checkType } from '../harmonics/degree.js';
import { so3Type } from '../harmonics/irreps.js';
import { groupGrid } from '../harmonics/group_grid.js';
import type { Tensor } from '../tensor.js';
import type { Pointwise } from './activation.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

export interface SO3ActivationOptions extends ParameterOptions {
  readonly L: number;
  /** Bandlimit of gamma, 1 <= N <= L: orders |n| < N. */
  readonly N: number;
  readonly fn: Pointwise;
  /** The grid has bandlimits ceil(oversampling * L) and ceil(oversampling * N), oversampling >= 1; default 2. */
  readonly oversampling?: number;
}

/**
 * fn at the points of the rotation group: coefficients of a real signal on SO(3), a generalized signal [..., sum (2l+1) tau_l, C] of type
 * so3Type(L, N), to samples on a Gauss-Legendre grid, fn, and back to l < L, |n| < N (Cohen et al. 2018). Equivariant up to the aliasing of what fn
 * adds beyond the grid's bandlimits.
 */
export class SO3Activation extends Module<SO3ActivationOptions> {
  constructor(options: SO3ActivationOptions) {
    super(options);
    const { L, N, oversampling = 2 } = options;
    so3Type(L, N);
    if (!(oversampling >= 1 && oversampling < Infinity)) throw expected('SO3Activation', 'a number >= 1', 'oversampling', oversampling);
  }

  forward(x: Tensor): Tensor {
    const { L, N, fn, oversampling = 2 } = this.options;
    checkType('SO3Activation', 'x', x, so3Type(L, N));
    const { dtype, deviceCode } = x;
    if (dtype !== 'float32' && dtype !== 'float64') throw expected('SO3Activation', 'float32 or float64', 'x', dtype, 'ERR_DTYPE');
    const [gridL, gridN] = [Math.ceil(oversampling * L), Math.ceil(oversampling * N)];
    return groupGrid({ L, N, gridL, gridN, domain: 'group', dtype, deviceCode }).activate(x, fn);
  }
}
