import { dtypeCode } from '../dtype.js';
import { native } from '../native.js';
import { Tensor } from '../tensor.js';
import type { Sampling } from './sampling.js';

// Tables come from the native plan cache, so asking again costs a look-up; the tensors belong to the running scope like any other.

/** J_l [2l+1, 2l+1] for l = 0..L-1, one after another, in the dtype and on the device of `like`. */
export function rotationTable(L: number, like: Tensor): Tensor {
  return Tensor.fromNative(native.math.rotationTable(L, dtypeCode('rotate', like.dtype), like.deviceCode));
}

/** Legendre matrices [rings, L-m] for m = 0..L-1, one after another (native/math/legendre.h), in the dtype and on the device of `like`. */
export function legendreTable(inverse: boolean, sampling: Sampling, L: number, rings: number, like: Tensor): Tensor {
  return Tensor.fromNative(native.math.legendreTable(inverse, sampling, L, rings, dtypeCode('s2Transform', like.dtype), like.deviceCode));
}
