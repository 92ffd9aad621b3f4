import type { Dtype } from '../dtype.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

// A block cut out of a tensor, and a tensor put into a larger one: each is the other's adjoint.

type Shape = readonly number[];

const sliceOp = defineOp<[Tensor], [Shape, Shape]>('slice', 1, (g, { inputs: [x], attributes: [begin] }) =>
  pad(
    g,
    begin,
    x.shape.map((n, i) => n - begin[i]! - g.shape[i]!),
  ),
);
const padOp = defineOp<[Tensor], [Shape, Shape, number]>('pad', 1, (g, { inputs: [x], attributes: [before] }) => slice(g, before, x.shape));

/** The block of `size` elements per axis from `begin`; a size of -1 reaches to the end. A view. */
export function slice<D extends Dtype>(x: Tensor<D>, begin: Shape, size: Shape): Tensor<D> {
  const sizes = size.includes(-1) ? size.map((n, i) => (n === -1 ? x.shape[i]! - begin[i]! : n)) : size;
  return sliceOp(x, begin, sizes) as Tensor<D>;
}

/** `before` and `after` elements of `value` added at the ends of each axis. */
export function pad<D extends Dtype>(x: Tensor<D>, before: Shape, after: Shape, value = 0): Tensor<D> {
  return padOp(x, before, after, value) as Tensor<D>;
}
