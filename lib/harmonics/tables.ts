import { dtypeCode } from '../dtype.js';
import { native } from '../native.js';
import { Tensor } from '../tensor.js';

/** J_l [2l+1, 2l+1] for l = 0..L-1, one after another, in the dtype and on the device of `like`. It comes from the native plan cache, so asking again costs a look-up. */
export function rotationTable(L: number, like: Tensor): Tensor {
  return Tensor.fromNative(native.math.rotationTable(L, dtypeCode('rotate', like.dtype), like.deviceCode));
}
