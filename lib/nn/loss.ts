import { expected } from '../errors.js';
import { abs, mul, neg, square, sub } from '../ops/elementwise.js';
import { logSoftmax, mean, sum } from '../ops/reduce.js';
import { oneHot } from '../ops/rows.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** Mean over the batch of -log softmax(logits)[label]: logits [..., classes], labels int32 [...]; a scalar. */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  if (labels.dtype !== 'int32') throw expected('softmaxCrossEntropy', 'int32', 'labels', labels.dtype, 'ERR_DTYPE');
  const batch = logits.shape.slice(0, -1);
  if (labels.shape.join() !== batch.join()) {
    throw expected('softmaxCrossEntropy', `[${batch.join(', ')}]`, 'labels', labels.shape, 'ERR_SHAPE');
  }
  return tidy(() => {
    const classes = logits.shape.at(-1) ?? 0;
    const picked = mul(logSoftmax(logits), oneHot(labels, classes, logits.dtype));
    return neg(mean(sum(picked, -1)));
  });
}

/** Mean of |a - b|^2 over all elements; a scalar. */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  return tidy(() => mean(square(abs(sub(a, b)))));
}
