import { expected } from '../errors.js';

/** One axis of a tensor of `rank` axes, counted from the end where negative. */
export function axisOf(op: string, axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= rank) throw expected(op, `an axis of ${-rank}..${rank - 1}`, 'axis', axis);
  return result;
}

/** A list of axes, all of them where left out. */
export function axesOf(op: string, axis: number | readonly number[] | undefined, rank: number): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  return (typeof axis === 'number' ? [axis] : axis).map((a) => axisOf(op, a, rank));
}

/** `shape` with the given axes set to 1. */
export function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((n, i) => (axes.includes(i) ? 1 : n));
}

/** The shape that numpy's broadcasting gives. */
export function broadcastShapes(op: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw expected(op, 'shapes that broadcast together', 'a and b', [[...a], [...b]], 'ERR_SHAPE');
    return m === 1 ? n : m;
  });
}

/** Number of elements of a shape. */
export function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
