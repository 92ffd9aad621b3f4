import { expected } from '../errors.js';
import type { Module } from '../nn/module.js';
import { add, mul, sub } from '../ops/elementwise.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

/**
 * An exponential moving average of a module's parameters and buffers, kept as the state of a second module of the same architecture. Averaged
 * weights classify better than those of the last step, and their accuracy is far less noisy.
 */
export class WeightAverage {
  private readonly pairs: readonly (readonly [average: Tensor, value: Tensor])[];

  /** `averaged` takes over the state of `module`. `decay`, 0 <= decay < 1, is the weight of the past. */
  constructor(
    module: Module,
    readonly averaged: Module,
    private readonly decay: number,
  ) {
    if (!(decay >= 0 && decay < 1)) throw expected('WeightAverage', 'a number >= 0 and < 1', 'decay', decay);
    averaged.loadStateDict(module.stateDict());
    const values = module.stateDict();
    this.pairs = Object.entries(averaged.eval().stateDict()).map(([name, average]) => [average, values[name]!]);
  }

  /** After step `step`, counted from 0: average += (1 - d) (value - average), d = min(decay, (1 + step) / (10 + step)). */
  update(step: number): void {
    const rate = 1 - Math.min(this.decay, (1 + step) / (10 + step));
    tidy(() => this.pairs.forEach(([average, value]) => average.assign(add(average, mul(sub(value, average), rate)))));
  }
}
