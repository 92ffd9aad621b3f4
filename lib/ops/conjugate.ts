import { type Dtype, isComplex } from '../dtype.js';
import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

/** Complex conjugate; a real tensor is returned as it is. */
export const conj = defineOp<[Tensor], []>('conj', 1, (g) => conj(g)) as <D extends Dtype>(x: Tensor<D>) => Tensor<D>;

/** The complex conjugate, or `x` itself where it is real: the other operand in the gradient rule of a product. */
export function conjugate(x: Tensor): Tensor {
  return isComplex(x.dtype) ? conj(x) : x;
}
