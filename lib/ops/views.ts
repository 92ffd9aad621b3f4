import type { Dtype } from '../dtype.js';
import { expected } from '../errors.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { zerosLike } from '../tensor.js';
import { axesOf, axisOf } from './axes.js';

type Shape = readonly number[];

const reshapeOp = defineOp<[Tensor], [Shape]>('reshape', 1, (g, { inputs: [x] }) => reshape(g, x.shape));
const transposeOp = defineOp<[Tensor], [Shape]>('transpose', 1, (g, { attributes: [perm] }) => transpose(g, inverse(perm)));
const flipOp = defineOp<[Tensor], [Shape]>('flip', 1, (g, { attributes: [axes] }) => flip(g, axes));
const realOp = defineOp<[Tensor], []>('real', 1, (g) => complex(g, zerosLike(g)));
const imagOp = defineOp<[Tensor], []>('imag', 1, (g) => complex(zerosLike(g), g));
const asRealOp = defineOp<[Tensor], []>('asReal', 1, (g) => asComplex(g));
const asComplexOp = defineOp<[Tensor], []>('asComplex', 1, (g) => asReal(g));
const complexOp = defineOp<[Tensor, Tensor], []>('complex', 2, [(g) => real(g), (g) => imag(g)]);

function inverse(perm: Shape): number[] {
  const result = new Array<number>(perm.length);
  perm.forEach((axis, i) => (result[axis] = i));
  return result;
}

/** The same elements in another shape; one entry may be -1, which stands for what is left. A view where the layout allows it. */
export function reshape<D extends Dtype>(x: Tensor<D>, shape: Shape): Tensor<D> {
  return reshapeOp(x, shape.includes(-1) ? completed(x, shape) : shape) as Tensor<D>;
}

function completed(x: Tensor, shape: Shape): number[] {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const rest = x.size / known;
  const valid = shape.indexOf(-1) === shape.lastIndexOf(-1) && Number.isInteger(rest);
  if (!valid) throw expected('reshape', `a shape of ${x.size} elements with at most one -1`, 'shape', shape, 'ERR_SHAPE');
  return shape.map((n) => (n === -1 ? rest : n));
}

/** Axes reordered: axis i of the result is axis perm[i] of `x`; left out, all axes are reversed. A view. */
export function transpose<D extends Dtype>(x: Tensor<D>, perm?: Shape): Tensor<D> {
  const order = perm === undefined ? axesOf('transpose', undefined, x.shape.length).reverse() : axesOf('transpose', perm, x.shape.length);
  return transposeOp(x, order) as Tensor<D>;
}

/** The order of the elements reversed along `axis` (one, several, or all). A view. */
export function flip<D extends Dtype>(x: Tensor<D>, axis?: number | Shape): Tensor<D> {
  return flipOp(x, axesOf('flip', axis, x.shape.length)) as Tensor<D>;
}

/** A new axis of size 1 at `axis`. A view. */
export function expandDims<D extends Dtype>(x: Tensor<D>, axis = 0): Tensor<D> {
  const shape = [...x.shape];
  shape.splice(axisOf('expandDims', axis, x.shape.length + 1), 0, 1);
  return reshape(x, shape);
}

/** Without the given axes, or without all axes of size 1. A view. */
export function squeeze<D extends Dtype>(x: Tensor<D>, axis?: number | Shape): Tensor<D> {
  const axes = axesOf('squeeze', axis, x.shape.length);
  const large = axis === undefined ? undefined : axes.find((a) => x.shape[a] !== 1);
  if (large !== undefined) throw expected('squeeze', 'size 1', `axis ${large}`, x.shape[large], 'ERR_SHAPE');
  return reshape(
    x,
    x.shape.filter((n, i) => n !== 1 || !axes.includes(i)),
  );
}

/** Real part of a complex tensor. A view. */
export function real(x: Tensor): Tensor {
  return realOp(x);
}

/** Imaginary part of a complex tensor. A view. */
export function imag(x: Tensor): Tensor {
  return imagOp(x);
}

/** The complex tensor re + i im of two real ones of one shape. */
export function complex(re: Tensor, im: Tensor): Tensor {
  return complexOp(re, im);
}

/** Complex [...] as real [..., 2] with pairs (re, im). A view. */
export function asReal(x: Tensor): Tensor {
  return asRealOp(x);
}

/** Real [..., 2] with pairs (re, im) as complex [...]. A view where the layout allows it. */
export function asComplex(x: Tensor): Tensor {
  return asComplexOp(x);
}
