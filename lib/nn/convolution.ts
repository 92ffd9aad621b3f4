import { add } from '../ops/elementwise.js';
import { type Padding, type Pair, conv2d } from '../ops/window.js';
import { tidy } from '../scope.js';
import { type Tensor, zeros } from '../tensor.js';
import { type ParameterOptions, uniformWeights } from './linear.js';
import { Module } from './module.js';

/** Options of {@link Conv2d}; stride 1, padding 'valid' and a bias if left out. */
export interface Conv2dOptions extends ParameterOptions {
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly padding?: Padding;
  readonly bias?: boolean;
}

/** Planar convolution [B, H, W, channelsIn] -> [B, Ho, Wo, channelsOut]. Parameters: weight [ky, kx, channelsIn, channelsOut], bias [channelsOut]. */
export class Conv2d extends Module<Conv2dOptions> {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(options: Conv2dOptions) {
    super(options);
    const { channelsIn, channelsOut, kernel } = options;
    const [ky, kx] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    this.weight = this.parameter(uniformWeights([ky, kx, channelsIn, channelsOut], ky * kx * channelsIn, options));
    this.bias = (options.bias ?? true) ? this.parameter(zeros([channelsOut], options)) : undefined;
  }

  forward(x: Tensor): Tensor {
    return tidy(() => {
      const y = conv2d(x, this.weight, this.options.stride, this.options.padding);
      return this.bias ? add(y, this.bias) : y;
    });
  }
}
