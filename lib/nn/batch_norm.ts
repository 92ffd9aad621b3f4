import { add, mul, rsqrt, sub } from '../ops/elementwise.js';
import { mean, variance } from '../ops/reduce.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import { type Tensor, ones, zeros } from '../tensor.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

/** Options of {@link BatchNorm}; momentum 0.1 and eps 1e-5 if left out. */
export interface BatchNormOptions extends ParameterOptions {
  readonly channels: number;
  /** Weight of the new batch in the running averages. */
  readonly momentum?: number;
  readonly eps?: number;
}

/**
 * Batch normalization (Ioffe and Szegedy, arXiv:1502.03167) over all axes but the last, [..., channels]:
 * (x - mean) / sqrt(variance + eps) * scale + shift, with the batch's statistics in training and running averages in evaluation.
 */
export class BatchNorm extends Module<BatchNormOptions> {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;

  constructor(options: BatchNormOptions) {
    super(options);
    const shape = [options.channels];
    this.scale = this.parameter(ones(shape, options));
    this.shift = this.parameter(zeros(shape, options));
    this.runningMean = this.buffer(zeros(shape, options));
    this.runningVariance = this.buffer(ones(shape, options));
  }

  forward(x: Tensor): Tensor {
    return tidy(() => {
      const [center, spread] = this.training ? this.batchStatistics(x) : [this.runningMean, this.runningVariance];
      const scale = mul(this.scale, rsqrt(add(spread, this.options.eps ?? 1e-5)));
      return add(mul(sub(x, center), scale), this.shift);
    });
  }

  private batchStatistics(x: Tensor): readonly [Tensor, Tensor] {
    const axes = x.shape.slice(0, -1).map((_, i) => i);
    const statistics = [mean(x, axes), variance(x, axes)] as const;
    const n = x.size / this.options.channels;
    noGrad(() => {
      this.average(this.runningMean, statistics[0], 1);
      // The running variance is the unbiased estimate.
      this.average(this.runningVariance, statistics[1], n / Math.max(n - 1, 1));
    });
    return statistics;
  }

  private average(running: Tensor, value: Tensor, factor: number): void {
    const momentum = this.options.momentum ?? 0.1;
    running.assign(add(mul(running, 1 - momentum), mul(value, momentum * factor)));
  }
}
