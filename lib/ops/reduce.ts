import { type Dtype, isFloating } from '../dtype.js';
import { expected } from '../errors.js';
import { defineOp, withRecorders } from '../op.js';
import type { Tensor } from '../tensor.js';
import { tidy } from '../scope.js';
import { axesOf, keptShape } from './axes.js';
import { spread, sumOver } from './broadcast.js';
import { abs, add, div, equal, exp, log, mul, neg, square, sub, where } from './elementwise.js';
import { cast } from './layout.js';
import { reshape } from './views.js';

type Axes = readonly number[];
/** Axes to reduce, counted from the end where negative; all where left out. */
type Axis = number | Axes;

// Ties share the gradient equally.
const maxOp = defineOp<[Tensor], [Axes]>('max', 1, (g, { inputs: [x], attributes: [axes], output }) => {
  const winners = cast(equal(x, spread(output, x, axes)), x.dtype);
  return mul(winners, spread(div(g, sumOver(winners, axes)), x, axes));
});
const argMaxOp = defineOp<[Tensor], [Axes]>('argmax', 1, null);

function reduced(op: string, f: (x: Tensor, axes: Axes) => Tensor, x: Tensor, axis: Axis | undefined, keepDims: boolean): Tensor {
  const axes = axesOf(op, axis, x.shape.length);
  return keepDims ? tidy(() => reshape(f(x, axes), keptShape(x.shape, axes))) : f(x, axes);
}

function count(x: Tensor, axes: Axes): number {
  return axes.reduce((product, axis) => product * x.shape[axis]!, 1);
}

/** Sum over `axis`; int32 for integers. */
export function sum<D extends Dtype>(x: Tensor<D>, axis?: Axis, keepDims = false): Tensor<D> {
  return reduced('sum', sumOver, x, axis, keepDims) as Tensor<D>;
}

/** Arithmetic mean over `axis`; NaN over no elements. Throws ERR_DTYPE for integers, whose mean is none. */
export function mean<D extends Dtype>(x: Tensor<D>, axis?: Axis, keepDims = false): Tensor<D> {
  if (!isFloating(x.dtype)) throw expected('mean', 'a floating-point tensor', 'x', x.dtype, 'ERR_DTYPE');
  return tidy(() => div(sum(x, axis, keepDims), count(x, axesOf('mean', axis, x.shape.length))));
}

/** Mean of the squared distance from the mean, over `axis`. Real tensors. */
export function variance<D extends Dtype>(x: Tensor<D>, axis?: Axis, keepDims = false): Tensor<D> {
  return tidy(() => mean(square(sub(x, mean(x, axis, true))), axis, keepDims));
}

/** Largest element over `axis`; NaN wins. Ties share the gradient equally. */
export function max<D extends Dtype>(x: Tensor<D>, axis?: Axis, keepDims = false): Tensor<D> {
  return reduced('max', maxOp, x, axis, keepDims) as Tensor<D>;
}

/** Smallest element over `axis`; NaN wins. Ties share the gradient equally. */
export function min<D extends Dtype>(x: Tensor<D>, axis?: Axis, keepDims = false): Tensor<D> {
  return tidy(() => neg(max(neg(x), axis, keepDims)));
}

/** Position of the first largest element, in row-major order over the reduced axes; a NaN counts as largest. */
export function argmax(x: Tensor, axis?: Axis): Tensor<'int32'> {
  return argMaxOp(x, axesOf('argmax', axis, x.shape.length)) as Tensor<'int32'>;
}

/** log(sum(exp(x))) over `axis`, without overflow: the largest element, a constant for the gradient, is taken out first. */
export function logsumexp<D extends Dtype>(x: Tensor<D>, axis?: Axis, keepDims = false): Tensor<D> {
  return tidy(() => {
    const axes = axesOf('logsumexp', axis, x.shape.length);
    const largest = withRecorders([], () => finite(max(x, axes, true)));
    const result = add(log(sum(exp(sub(x, largest)), axes, true)), largest);
    return keepDims
      ? result
      : reshape(
          result,
          x.shape.filter((_, i) => !axes.includes(i)),
        );
  });
}

/** 0 in place of infinities, whose difference would be NaN. */
function finite<D extends Dtype>(x: Tensor<D>): Tensor<D> {
  return where(equal(abs(x), Infinity), 0, x);
}

/** x - logsumexp(x) along `axis`. */
export function logSoftmax<D extends Dtype>(x: Tensor<D>, axis = -1): Tensor<D> {
  return tidy(() => sub(x, logsumexp(x, axis, true)));
}

/** exp(x) / sum(exp(x)) along `axis`. */
export function softmax<D extends Dtype>(x: Tensor<D>, axis = -1): Tensor<D> {
  return tidy(() => exp(logSoftmax(x, axis)));
}
