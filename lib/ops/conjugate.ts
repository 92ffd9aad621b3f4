import { isComplex } from '../dtype.js';
import type { Tensor } from '../tensor.js';
import { conj } from './elementwise.js';

/** The complex conjugate, or `x` itself where it is real: the other operand in the gradient rule of a product. */
export function conjugate(x: Tensor): Tensor {
  return isComplex(x.dtype) ? conj(x) : x;
}
