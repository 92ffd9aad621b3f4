import { complexDtype, isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { mul } from '../ops/elementwise.js';
import { gatherRows } from '../ops/rows.js';
import { asComplex, asReal, reshape, transpose } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';

/** Row `from` of the input (-1: zero) times `factor`. */
export interface RowSource {
  readonly from: number;
  readonly factor: number;
}

/** [..., rows, C] -> [..., sources, C]; real factors. */
export function takeRows(x: Tensor, sources: readonly RowSource[]): Tensor {
  return tidy(() => {
    const index = tensor(
      Int32Array.from(sources, ({ from }) => from),
      [sources.length],
      { device: x.device },
    );
    const rows = gatherRows(x, index, -2);
    if (sources.every(({ factor }) => factor === 1)) return rows;
    const factors = sources.flatMap(({ factor }) => (isComplex(x.dtype) ? [factor, 0] : [factor]));
    return mul(rows, tensor(factors, [sources.length, 1], { dtype: x.dtype, device: x.device }));
  });
}

/** Complex [..., rows, C] -> real [..., 2 rows, C]: real parts at 2 k, imaginary parts at 2 k + 1. */
export function splitRows(x: Tensor): Tensor {
  return tidy(() => {
    const lead = x.shape.slice(0, -2).map((_, i) => i);
    const rank = lead.length;
    const parts = transpose(asReal(x), [...lead, rank, rank + 2, rank + 1]);
    return reshape(parts, [...x.shape.slice(0, -2), 2 * x.shape.at(-2)!, x.shape.at(-1)!]);
  });
}

/** The inverse of {@link splitRows}. */
export function joinRows(x: Tensor): Tensor {
  return tidy(() => {
    const lead = x.shape.slice(0, -2);
    const rank = lead.length;
    const parts = reshape(x, [...lead, x.shape.at(-2)! / 2, 2, x.shape.at(-1)!]);
    return asComplex(transpose(parts, [...lead.map((_, i) => i), rank, rank + 2, rank + 1]));
  });
}

/** Throws unless x is complex or real, as wanted, and its axes before the channels end in `axes`. */
export function checkRows(op: string, x: Tensor, axes: readonly number[], kind: 'real' | 'complex'): void {
  if (isComplex(x.dtype) !== (kind === 'complex')) {
    const wanted = kind === 'complex' ? complexDtype('float64') + ' or ' + complexDtype('float32') : 'float32 or float64';
    throw expected(op, wanted, 'x', x.dtype, 'ERR_DTYPE');
  }
  const found = x.shape.slice(0, -1).slice(-axes.length);
  if (found.join() !== axes.join()) throw expected(op, `[..., ${axes.join(', ')}, C]`, 'x', x.shape, 'ERR_SHAPE');
}
