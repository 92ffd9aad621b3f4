import { checkType } from '../harmonics/degree.js';
import { expected } from '../errors.js';
import { type Tau, s2Type, so3Type } from '../harmonics/irreps.js';
import { checkWhole } from '../harmonics/sampling.js';
import { product } from '../ops/axes.js';
import { add, div, maximum, mul, sqrt } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import { type Tensor, ones, tensor } from '../tensor.js';
import { fragmentSquares } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

export interface SignalNormOptions extends ParameterOptions {
  readonly L: number;
  /** For signals on SO(3), their bandlimit of gamma, 1 <= N <= L; left out: signals on the sphere. */
  readonly N?: number;
  readonly channels: number;
  /** Weight of the new batch in the running average; default 0.1. */
  readonly momentum?: number;
  /** Least divisor; default 1e-5. */
  readonly eps?: number;
}

/**
 * Scales each channel so that the values of its signal, on the sphere or on SO(3), have root mean square 1 over the batch: x / max(eps, rms). Put before
 * a pointwise activation it bounds the degrees that this adds, and with them the error of equivariance; therefore no scale is learned.
 * The gradient flows through the statistic. In evaluation the running average is used. Buffer: running [C].
 */
export class SignalNorm extends Module<SignalNormOptions> {
  readonly running: Tensor;
  private readonly tau: Tau;

  constructor(options: SignalNormOptions) {
    super(options);
    const op = 'SignalNorm';
    const { L, N, channels, momentum = 0.1, eps = 1e-5 } = options;
    this.tau = N === undefined ? s2Type(L) : so3Type(L, N);
    checkWhole(op, 'channels', channels, 1);
    if (!(momentum >= 0 && momentum <= 1)) throw expected(op, 'a number 0..1', 'momentum', momentum);
    if (!(eps > 0 && eps < Infinity)) throw expected(op, 'a number > 0', 'eps', eps);
    this.running = this.buffer(ones([channels], options));
  }

  forward(x: Tensor): Tensor {
    const { eps = 1e-5, momentum = 0.1 } = this.options;
    return tidy(() => {
      if (!this.training) return div(x, maximum(this.running, eps));
      const squares = this.meanSquares(x);
      noGrad(() => this.running.assign(add(mul(this.running, 1 - momentum), mul(sqrt(squares), momentum))));
      return div(x, sqrt(maximum(squares, eps ** 2)));
    });
  }

  /** Mean of the squared values by Parseval's equation. */
  private meanSquares(x: Tensor): Tensor {
    checkType('SignalNorm', 'x', x, this.tau);
    const batch = Math.max(product(x.shape.slice(0, -2)), 1);
    const onGroup = this.options.N !== undefined;
    const factor = (l: number): number => (onGroup ? (2 * l + 1) / (8 * Math.PI ** 2) ** 2 : 1 / (4 * Math.PI));
    const factors = this.tau.flatMap((fragments, l) => new Array<number>(fragments).fill(factor(l) / batch));
    const weights = tensor(Float64Array.from(factors), [factors.length, 1], { dtype: this.running.dtype, device: x.device });
    return sum(mul(fragmentSquares('SignalNorm', x, this.tau, false), weights), 0);
  }
}
