import { checkType } from '../harmonics/degree.js';
import { expected } from '../errors.js';
import { type Tau, s2Type, so3Type } from '../harmonics/irreps.js';
import { checkWhole } from '../harmonics/sampling.js';
import { product } from '../ops/axes.js';
import { pad } from '../ops/blocks.js';
import { add, div, maximum, mul, sqrt } from '../ops/elementwise.js';
import { mean, sum } from '../ops/reduce.js';
import { expandDims, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import { type Tensor, full, ones, tensor } from '../tensor.js';
import { batchMean, fragmentCount, fragmentSquares, scaleFragments } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

export interface SignalNormOptions extends ParameterOptions {
  readonly L: number;
  /** For signals on SO(3), their bandlimit of gamma, 1 <= N <= L; left out: signals on the sphere. */
  readonly N?: number;
  readonly channels: number;
  /** First value of the constant that is added to each channel; default 0. */
  readonly shift?: number;
  /** Whether each sample is first scaled to root mean square 1 over its channels together, so that strong and faint ones are alike; default false. */
  readonly normalizeSamples?: boolean;
  /** Weight of the new batch in the running average; default 0.1. */
  readonly momentum?: number;
  /** Least divisor; default 1e-5. */
  readonly eps?: number;
}

/**
 * Scales each channel so that the values of its signal, on the sphere or on SO(3), have root mean square 1 over the batch, x / max(eps, rms), and adds
 * a learned constant. Put before a pointwise activation it bounds the degrees that this adds, and with them the error of equivariance; therefore no
 * scale is learned. The gradient flows through the statistics. In evaluation the running average is used.
 * Parameter: shift [C], in units of the signal's values; buffer: running [C].
 */
export class SignalNorm extends Module<SignalNormOptions> {
  readonly shift: Tensor;
  readonly running: Tensor;
  private readonly tau: Tau;

  constructor(options: SignalNormOptions) {
    super(options);
    const op = 'SignalNorm';
    const { L, N, channels, shift = 0, momentum = 0.1, eps = 1e-5 } = options;
    this.tau = N === undefined ? s2Type(L) : so3Type(L, N);
    checkWhole(op, 'channels', channels, 1);
    if (!(momentum >= 0 && momentum <= 1)) throw expected(op, 'a number 0..1', 'momentum', momentum);
    if (!(eps > 0 && eps < Infinity)) throw expected(op, 'a number > 0', 'eps', eps);
    if (!Number.isFinite(shift)) throw expected(op, 'a finite number', 'shift', shift);
    this.shift = this.parameter(full([channels], shift, options));
    this.running = this.buffer(ones([channels], options));
  }

  forward(x: Tensor): Tensor {
    const { eps = 1e-5, normalizeSamples = false } = this.options;
    return tidy(() => {
      if (!normalizeSamples)
        return this.scaled(
          x,
          this.divisor(() => this.meanSquares(x, false)),
        );
      const squares = this.meanSquares(x, true);
      const levels = maximum(mean(squares, -1, true), eps ** 2);
      const divisor = this.divisor(() => batchMean(div(squares, levels), 1));
      return this.scaled(x, mul(divisor, expandDims(sqrt(levels), -2)));
    });
  }

  /** max(eps, rms) of each channel. */
  private divisor(meanSquares: () => Tensor): Tensor {
    const { eps = 1e-5, momentum = 0.1 } = this.options;
    if (!this.training) return maximum(this.running, eps);
    const squares = meanSquares();
    noGrad(() => this.running.assign(add(mul(this.running, 1 - momentum), mul(sqrt(squares), momentum))));
    return sqrt(maximum(squares, eps ** 2));
  }

  /** x over divisors [C], or [..., 1, C], as a scaling of fragments: that and its gradients are a pass over x each; then plus the constants. */
  private scaled(x: Tensor, divisors: Tensor): Tensor {
    const each = ones([fragmentCount(this.tau), 1], { dtype: this.running.dtype, device: x.device });
    return this.shifted(scaleFragments('SignalNorm', x, div(each, divisors), this.tau));
  }

  /** x plus constants, which have a coefficient of degree 0 alone. */
  private shifted(x: Tensor): Tensor {
    const harmonic = this.options.N !== undefined ? 1 / (8 * Math.PI ** 2) : 1 / Math.sqrt(4 * Math.PI);
    const constants = reshape(mul(this.shift, 1 / harmonic), [1, this.options.channels]);
    return add(x, pad(constants, [0, 0], [x.shape.at(-2)! - 1, 0]));
  }

  /** Mean of the squared values by Parseval's equation, [C], or [..., C] `perSample`. */
  private meanSquares(x: Tensor, perSample: boolean): Tensor {
    checkType('SignalNorm', 'x', x, this.tau);
    const batch = perSample ? 1 : Math.max(product(x.shape.slice(0, -2)), 1);
    const onGroup = this.options.N !== undefined;
    const factor = (l: number): number => (onGroup ? (2 * l + 1) / (8 * Math.PI ** 2) ** 2 : 1 / (4 * Math.PI));
    const factors = this.tau.flatMap((fragments, l) => new Array<number>(fragments).fill(factor(l) / batch));
    const weights = tensor(Float64Array.from(factors), [factors.length, 1], { dtype: this.running.dtype, device: x.device });
    return sum(mul(fragmentSquares('SignalNorm', x, this.tau, perSample), weights), -2);
  }
}
