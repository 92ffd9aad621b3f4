import { ClebschError } from '../errors.js';
import type { Module } from '../nn/module.js';
import { argmax } from '../ops/reduce.js';
import { slice } from '../ops/views.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import type { Tensor } from '../tensor.js';

export interface ClassifyOptions {
  /** Inputs per forward pass, default 128. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (size: number) => void;
}

/** The most likely class of each input [n, ...], in evaluation mode. The event loop runs between batches. Throws ERR_ABORTED after `signal`. */
export async function classify(module: Module, inputs: Tensor, options: ClassifyOptions = {}): Promise<Int32Array> {
  const { batch = 128, signal, onBatch } = options;
  const [n = 0, ...rest] = inputs.shape;
  const classes = new Int32Array(n);
  module.eval();
  for (let first = 0; first < n; first += batch) {
    if (signal?.aborted) throw new ClebschError('ERR_ABORTED', 'classify', 'stopped by its signal');
    const size = Math.min(batch, n - first);
    const part = tidy(() => {
      const x = slice(inputs, [first, ...rest.map(() => 0)], [size, ...rest]);
      return noGrad(() => argmax(module.forward(x), -1));
    });
    classes.set(await part.data(), first);
    part.dispose();
    onBatch?.(size);
  }
  return classes;
}

/** Share of equal entries. */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  let hits = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) hits++;
  return hits / labels.length;
}

/** `counts[truth][prediction]` */
export function confusionCounts(predicted: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]![predicted[i]!]!++;
  return counts;
}
