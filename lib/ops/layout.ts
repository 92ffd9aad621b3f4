import { type DeviceOption, deviceCode } from '../device.js';
import { type Dtype, dtypeCode } from '../dtype.js';
import { expected } from '../errors.js';
import { defineListOp, defineOp } from '../op.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { axisOf } from './axes.js';
import { pad, slice } from './blocks.js';
import { expandDims } from './views.js';

const contiguousOp = defineOp<[Tensor], []>('contiguous', 1, (g) => contiguous(g));
const castOp = defineOp<[Tensor], [number]>('cast', 1, (g, { inputs: [x] }) => cast(g, x.dtype));
const toDeviceOp = defineOp<[Tensor], [number]>('toDevice', 1, (g, { inputs: [x] }) => toDevice(g, x.device));
const concatOp = defineListOp<[number]>('concat', (g, { inputs, attributes: [axis] }, index) => {
  const begin = g.shape.map(() => 0);
  for (const x of inputs.slice(0, index)) begin[axis]! += x.shape[axis]!;
  return slice(g, begin, inputs[index]!.shape);
});

/**
 * The same elements laid out in row-major order without gaps: a copy where `x` is a strided view, else memory shared with `x`
 * (`clone` makes a snapshot).
 */
export function contiguous<D extends Dtype>(x: Tensor<D>): Tensor<D> {
  return contiguousOp(x) as Tensor<D>;
}

/**
 * Conversion to another dtype. Complex to real keeps the real part; floating point to integers truncates toward zero and saturates.
 * A tensor that has the dtype already is not copied: the result shares its memory (`clone` makes a snapshot).
 */
export function cast<E extends Dtype>(x: Tensor, dtype: E): Tensor<E> {
  return castOp(x, dtypeCode('cast', dtype)) as Tensor<E>;
}

/** The tensor on `device`. One that is there already is not copied: the result shares its memory (`clone` makes a snapshot). */
export function toDevice<D extends Dtype>(x: Tensor<D>, device: DeviceOption): Tensor<D> {
  return toDeviceOp(x, deviceCode(device)) as Tensor<D>;
}

/** A copy with memory of its own, to be changed in place. */
export function clone<D extends Dtype>(x: Tensor<D>): Tensor<D> {
  const none = x.shape.map(() => 0);
  return pad(x, none, none);
}

/** Tensors joined along `axis`; their other sizes agree. */
export function concat<D extends Dtype>(xs: readonly Tensor<D>[], axis = 0): Tensor<D> {
  if (xs.length === 0) throw expected('concat', 'at least one tensor', 'xs', 'none');
  return concatOp(xs, axisOf('concat', axis, xs[0]!.shape.length)) as Tensor<D>;
}

/** Tensors of one shape joined along a new axis. */
export function stack<D extends Dtype>(xs: readonly Tensor<D>[], axis = 0): Tensor<D> {
  return tidy(() =>
    concat(
      xs.map((x) => expandDims(x, axis)),
      axis < 0 && xs[0] !== undefined ? axis + xs[0].shape.length + 1 : axis,
    ),
  );
}
