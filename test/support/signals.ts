import { type Dtype, isComplex, realDtype } from '../../lib/dtype.js';
import { type Tensor, asComplex, asReal, mul, random, sum } from '../../lib/index.js';
import { relativeError } from './reference.js';

/** N(0,1) numbers, in complex dtypes real and imaginary parts. */
export function normal(shape: readonly number[], dtype: Dtype): Tensor {
  const own = realDtype(dtype) as 'float32' | 'float64';
  return isComplex(dtype) ? asComplex(random.normal([...shape, 2], { dtype: own })) : random.normal([...shape], { dtype: own });
}

/** Real part of the sum of conj(a) b. */
export function innerProduct(a: Tensor, b: Tensor): number {
  const parts = (x: Tensor): Tensor => (isComplex(x.dtype) ? asReal(x) : x);
  return sum(mul(parts(a), parts(b))).dataSync()[0]!;
}

export function norm(x: Tensor): number {
  return Math.sqrt(innerProduct(x, x));
}

/** |<A x, y> - <x, A^H y>| / (|A x| |y|), conventions.md. */
export function adjointDefect(ax: Tensor, y: Tensor, x: Tensor, aHy: Tensor): number {
  return Math.abs(innerProduct(ax, y) - innerProduct(x, aHy)) / (norm(ax) * norm(y));
}

/** max |a - b| / max |b| */
export function difference(a: Tensor, b: Tensor): number {
  return relativeError(a.dataSync(), b.dataSync());
}
