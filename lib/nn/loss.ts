import { expected } from '../errors.js';
import { abs, add, mul, neg, square, sub } from '../ops/elementwise.js';
import { logSoftmax, mean, sum } from '../ops/reduce.js';
import { oneHot } from '../ops/rows.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

export interface CrossEntropyOptions {
  /** Share of each target that is spread evenly over all classes (Szegedy et al. 2016), 0 <= s < 1; default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Mean over the batch of the cross-entropy between softmax(logits) and the labels: logits [..., classes], labels int32 [...]; a scalar. Without
 * label smoothing it is -log softmax(logits)[label].
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, { labelSmoothing = 0 }: CrossEntropyOptions = {}): Tensor {
  if (labels.dtype !== 'int32') throw expected('softmaxCrossEntropy', 'int32', 'labels', labels.dtype, 'ERR_DTYPE');
  const batch = logits.shape.slice(0, -1);
  if (labels.shape.join() !== batch.join()) {
    throw expected('softmaxCrossEntropy', `[${batch.join(', ')}]`, 'labels', labels.shape, 'ERR_SHAPE');
  }
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw expected('softmaxCrossEntropy', 'a number >= 0 and < 1', 'labelSmoothing', labelSmoothing);
  }
  return tidy(() => {
    const classes = logits.shape.at(-1) ?? 0;
    const hard = oneHot(labels, classes, logits.dtype);
    const targets = labelSmoothing > 0 ? add(mul(hard, 1 - labelSmoothing), labelSmoothing / classes) : hard;
    return neg(mean(sum(mul(logSoftmax(logits), targets), -1)));
  });
}

/** Mean of |a - b|^2 over all elements; a scalar. */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  return tidy(() => mean(square(abs(sub(a, b)))));
}
