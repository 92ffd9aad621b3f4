import type { Dtype } from '../dtype.js';
import { defineOp } from '../op.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { tensor } from '../tensor.js';
import { axisOf } from './axes.js';
import { equal } from './elementwise.js';
import { cast } from './layout.js';
import { expandDims } from './views.js';

/** ky, kx, vertical stride, horizontal stride, zeros added on top, left, bottom, right. */
export type Window = readonly [number, number, number, number, number, number, number, number];

const gatherRowsOp = defineOp<[Tensor, Tensor], [number]>('gatherRows', 2, [
  (g, { inputs: [x, index], attributes: [axis] }) => scatterRows(g, index, axis, x.shape[axis]!),
  null,
]);
const scatterRowsOp = defineOp<[Tensor, Tensor], [number, number]>('scatterRows', 2, [
  (g, { inputs: [, index], attributes: [axis] }) => gatherRows(g, index, axis),
  null,
]);
const unfoldOp = defineOp<[Tensor], [Window]>('unfold', 1, (g, { inputs: [x], attributes: [window] }) =>
  fold(g, window, x.shape[1]!, x.shape[2]!),
);
const foldOp = defineOp<[Tensor], [Window, number, number]>('fold', 1, (g, { attributes: [window] }) => unfold(g, window));

/** Rows `index[k]` (int32 [k]) along `axis`; an index out of range gives zeros. */
export function gatherRows<D extends Dtype>(x: Tensor<D>, index: Tensor, axis = 0): Tensor<D> {
  return gatherRowsOp(x, index, axisOf('gatherRows', axis, x.shape.length)) as Tensor<D>;
}

/** Adjoint of `gatherRows`: row k is added to row `index[k]` of `rows` rows; an index out of range is left out. */
export function scatterRows<D extends Dtype>(x: Tensor<D>, index: Tensor, axis: number, rows: number): Tensor<D> {
  return scatterRowsOp(x, index, axisOf('scatterRows', axis, x.shape.length), rows) as Tensor<D>;
}

/** The patches of images: [B, H, W, C] -> [B, Ho, Wo, ky, kx, C], zeros outside. */
export function unfold<D extends Dtype>(x: Tensor<D>, window: Window): Tensor<D> {
  return unfoldOp(x, window) as Tensor<D>;
}

/** Adjoint of `unfold`: patches are added up where they overlap. */
export function fold<D extends Dtype>(x: Tensor<D>, window: Window, height: number, width: number): Tensor<D> {
  return foldOp(x, window, height, width) as Tensor<D>;
}

/** int32 [...] -> [..., depth]: 1 at the position that the index names, 0 elsewhere. */
export function oneHot<D extends Dtype = 'float32'>(index: Tensor, depth: number, dtype: D = 'float32' as D): Tensor<D> {
  return tidy(() => {
    const positions = tensor(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      { device: index.device },
    );
    return cast(equal(expandDims(index, -1), positions), dtype);
  });
}
