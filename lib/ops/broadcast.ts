import type { Dtype } from '../dtype.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { keptShape } from './axes.js';
import { reshape } from './views.js';

// Repeating numbers along axes and summing over axes: each is the other's adjoint.

type Shape = readonly number[];

const broadcastToOp = defineOp<[Tensor], [Shape]>('broadcastTo', 1, (g, { inputs: [x] }) => sumTo(g, x.shape));

/** Sum over the axes, which the result lacks. */
export const sumOver = defineOp<[Tensor], [Shape]>('sum', 1, (g, { inputs: [x], attributes: [axes] }) => spread(g, x, axes));

/** Repeated along axes of size 1 and new leading axes, without a copy. */
export function broadcastTo<D extends Dtype>(x: Tensor<D>, shape: Shape): Tensor<D> {
  return broadcastToOp(x, shape) as Tensor<D>;
}

/** Repeats a tensor along the axes over which it was made of `x`, in the shape of that. */
export function spread(reduced: Tensor, x: Tensor, axes: Shape): Tensor {
  return broadcastTo(reshape(reduced, keptShape(x.shape, axes)), x.shape);
}

/** Sums `x` down to `shape`, which broadcasts to that of `x`: the adjoint of broadcasting. */
export function sumTo<D extends Dtype>(x: Tensor<D>, shape: Shape): Tensor<D> {
  const lead = x.shape.length - shape.length;
  const axes: number[] = [];
  for (let i = 0; i < x.shape.length; i++) if (i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1)) axes.push(i);
  return axes.length === 0 ? x : reshape(sumOver(x, axes) as Tensor<D>, shape);
}
