import type { DeviceOption } from '../device.js';
import { matmul } from '../ops/contract.js';
import { add } from '../ops/elementwise.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import { type Tensor, zeros } from '../tensor.js';
import { Module } from './module.js';

/** Where a module's parameters are made, and in which precision. */
export interface ParameterOptions {
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/** Weights evenly spread over +-1/sqrt(fanIn), so that sums over fanIn inputs keep their size. */
export function uniformWeights(shape: readonly number[], fanIn: number, { dtype = 'float32', ...options }: ParameterOptions): Tensor {
  const bound = 1 / Math.sqrt(Math.max(fanIn, 1));
  return random.uniform(shape, { ...options, dtype, low: -bound, high: bound });
}

/** y = x W + b over the last axis: [..., nIn] -> [..., nOut]. Parameters: weight [nIn, nOut], bias [nOut]. */
export class Linear extends Module<ParameterOptions & { readonly nIn: number; readonly nOut: number; readonly bias?: boolean }> {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(nIn: number, nOut: number, options: ParameterOptions & { readonly bias?: boolean } = {}) {
    super({ nIn, nOut, ...options });
    this.weight = this.parameter(uniformWeights([nIn, nOut], nIn, options));
    this.bias = (options.bias ?? true) ? this.parameter(zeros([nOut], options)) : undefined;
  }

  forward(x: Tensor): Tensor {
    return tidy(() => {
      const y = matmul(x, this.weight);
      return this.bias ? add(y, this.bias) : y;
    });
  }
}
