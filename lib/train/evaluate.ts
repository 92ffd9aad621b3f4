import { ClebschError } from '../errors.js';
import { softmaxCrossEntropy } from '../nn/loss.js';
import type { Module } from '../nn/module.js';
import { slice } from '../ops/blocks.js';
import { concat } from '../ops/layout.js';
import { argmax } from '../ops/reduce.js';
import { synchronize } from '../machine.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import type { Tensor } from '../tensor.js';
import type { Examples } from './train.js';

export interface BatchOptions {
  /** Inputs per forward pass, default 128. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/** The module's output for inputs [n, ...], n >= 1, in evaluation mode. The event loop runs between batches. Throws ERR_ABORTED after `signal`. */
export async function forwardInBatches(module: Module, inputs: Tensor, { batch = 128, signal }: BatchOptions = {}): Promise<Tensor> {
  const [n = 0, ...rest] = inputs.shape;
  module.eval();
  return tidy(async () => {
    const outputs: Tensor[] = [];
    for (let first = 0; first < n; first += batch) {
      if (signal?.aborted) throw new ClebschError('ERR_ABORTED', 'forwardInBatches', 'stopped by its signal');
      const part = slice(inputs, [first, ...rest.map(() => 0)], [Math.min(batch, n - first), ...rest]);
      outputs.push(tidy(() => noGrad(() => module.forward(part))));
      await synchronize(inputs.device);
    }
    return concat(outputs);
  });
}

/** What a classifier says of examples. */
export interface Evaluation {
  /** [n, classes] */
  readonly logits: Tensor;
  readonly predicted: Int32Array;
  /** Share that was classified rightly. */
  readonly accuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

/** Applies a classifier to examples, n >= 1, in evaluation mode. The event loop runs between batches. Throws ERR_ABORTED after `signal`. */
export async function evaluate(module: Module, { inputs, labels }: Examples, options: BatchOptions = {}): Promise<Evaluation> {
  return tidy(async () => {
    const logits = await forwardInBatches(module, inputs, options);
    const predicted = await argmax(logits, -1).data();
    const [loss] = await softmaxCrossEntropy(logits, labels).data();
    return { logits, predicted, accuracy: accuracy(predicted, await labels.data()), loss: loss! };
  });
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
