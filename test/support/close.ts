import { type Dtype, isComplex } from '../../lib/dtype.js';
import type { Tensor } from '../../lib/index.js';
import { type Complex, type Plain, toPlain } from './plain.js';

/** |got - want| / max(1, |want|) that rounding may cause. */
export const tolerances: Record<Dtype, number> = {
  float32: 3e-6,
  float64: 1e-13,
  complex64: 5e-6,
  complex128: 2e-13,
  int32: 0,
  uint8: 0,
};

function distance(got: number, want: number): number {
  if (Object.is(got, want) || got === want) return 0;
  const d = Math.abs(got - want) / Math.max(1, Math.abs(want));
  return Number.isNaN(d) ? Infinity : d;
}

/** Fails with the worst element unless `got` is `want` within `tolerance`. */
export function expectClose(got: Tensor, want: Plain, tolerance = tolerances[got.dtype]): void {
  expect(got.shape).toEqual(want.shape);
  const values = toPlain(got).values;
  // What overflows in single precision is infinite there.
  const single = got.dtype === 'float32' || got.dtype === 'complex64';
  const rounded = (x: number): number => (single ? Math.fround(x) : x);
  let worst = { error: -1, at: 0 };
  values.forEach((z, i) => {
    const w: Complex = want.values[i]!;
    const error = Math.max(distance(z.re, rounded(w.re)), isComplex(got.dtype) ? distance(z.im, rounded(w.im)) : 0);
    if (error > worst.error) worst = { error, at: i };
  });
  if (worst.error > tolerance) {
    const [g, w] = [values[worst.at]!, want.values[worst.at]!];
    throw new Error(
      `element ${worst.at} of [${got.shape.join(', ')}] ${got.dtype}: got ${g.re} + ${g.im} i, want ${w.re} + ${w.im} i (error ${worst.error})`,
    );
  }
}

/** The bytes of a tensor, to compare bit by bit. */
export function bits(x: Tensor): Buffer {
  const data = x.dataSync();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
