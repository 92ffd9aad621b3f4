import { expected } from '../errors.js';
import { checkType } from '../harmonics/degree.js';
import { type Tau, typeSize } from '../harmonics/irreps.js';
import { checkWhole } from '../harmonics/sampling.js';
import { add, div, maximum, mul, sqrt } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import { type Tensor, ones, tensor } from '../tensor.js';
import { batchMean, checkTau, fragmentCount, fragmentSquares, scaleFragments } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

export interface CovariantNormOptions extends ParameterOptions {
  readonly tau: Tau;
  readonly channels: number;
  /** Weight of the new batch in the running average; default 0.1. */
  readonly momentum?: number;
  /** Least divisor; default 1e-5. */
  readonly eps?: number;
  /** One statistic per sample, over the orders alone; then training and evaluation are alike and there is no running average. */
  readonly perSample?: boolean;
  /** Whether each sample is first scaled to root mean square 1 over its fragments and channels together; default false. Not with `perSample`, which does more. */
  readonly normalizeSamples?: boolean;
}

/**
 * Scales each fragment and channel to root mean square 1: x / max(eps, rms) * scale, rms = sqrt(mean of x^2 over batch and orders), without a mean
 * subtraction, so that it commutes with rotations. The gradient flows through the statistic. In evaluation rms is the running average, which training
 * updates as (1 - momentum) running + momentum rms. Parameter: scale [fragments, C]; buffer: running [fragments, C]. Fragments degree by degree.
 */
export class CovariantNorm extends Module<CovariantNormOptions> {
  readonly scale: Tensor;
  readonly running: Tensor | undefined;

  constructor(options: CovariantNormOptions) {
    super(options);
    const { tau, channels, momentum = 0.1, eps = 1e-5, perSample = false, normalizeSamples = false } = options;
    if (perSample && normalizeSamples) throw expected('CovariantNorm', 'one of perSample and normalizeSamples', 'options', 'both');
    checkWhole('CovariantNorm', 'channels', channels, 1);
    if (!(momentum >= 0 && momentum <= 1)) throw expected('CovariantNorm', 'a number 0..1', 'momentum', momentum);
    if (!(eps > 0 && eps < Infinity)) throw expected('CovariantNorm', 'a number > 0', 'eps', eps);
    const shape = [fragmentCount(checkTau('CovariantNorm', 'tau', tau)), channels];
    this.scale = this.parameter(ones(shape, options));
    this.running = perSample ? undefined : this.buffer(ones(shape, options));
  }

  forward(x: Tensor): Tensor {
    return tidy(() => scaleFragments('CovariantNorm', x, this.factors(x), this.options.tau));
  }

  /** What each fragment and channel is multiplied by, [fragments, C] or [..., fragments, C]. */
  private factors(x: Tensor): Tensor {
    const { perSample = false, normalizeSamples = false } = this.options;
    if (!normalizeSamples) {
      const divisor = this.divisor(() => this.meanSquares(x, perSample));
      return div(this.scale, divisor);
    }
    const squares = this.meanSquares(x, true);
    const levels = this.levels(squares);
    const divisor = this.divisor(() => batchMean(div(squares, levels), 2));
    return div(this.scale, mul(divisor, sqrt(levels)));
  }

  /** max(eps, rms). The maximum is taken of the squares, where a fragment that is zero has a gradient. */
  private divisor(meanSquares: () => Tensor): Tensor {
    const { eps = 1e-5 } = this.options;
    if (this.running !== undefined && !this.training) return maximum(this.running, eps);
    const squares = meanSquares();
    noGrad(() => this.average(squares));
    return sqrt(maximum(squares, eps ** 2));
  }

  /** Mean square of each sample, [..., 1, 1], at least eps^2. */
  private levels(squares: Tensor): Tensor {
    const { tau, channels, eps = 1e-5 } = this.options;
    const shares = tau.flatMap((n, l) => new Array<number>(n).fill((2 * l + 1) / (typeSize(tau) * channels)));
    const weights = tensor(Float64Array.from(shares), [shares.length, 1], { dtype: this.scale.dtype, device: squares.device });
    return maximum(sum(mul(squares, weights), [-2, -1], true), eps ** 2);
  }

  /** Of every fragment and channel, over the orders; over the batch too unless `perSample`. */
  private meanSquares(x: Tensor, perSample: boolean): Tensor {
    const { tau } = this.options;
    const channels = checkType('CovariantNorm', 'x', x, tau);
    const batch = perSample ? 1 : x.size / Math.max(typeSize(tau) * channels, 1);
    const counts = tau.flatMap((n, l) => new Array<number>(n).fill(batch * (2 * l + 1)));
    const divisor = tensor(Float64Array.from(counts), [counts.length, 1], { dtype: this.scale.dtype, device: x.device });
    return div(fragmentSquares('CovariantNorm', x, tau, perSample), divisor);
  }

  private average(squares: Tensor): void {
    const momentum = this.options.momentum ?? 0.1;
    this.running?.assign(add(mul(this.running, 1 - momentum), mul(sqrt(squares), momentum)));
  }
}
