import { native } from '../../lib/native.js';
import { type LegendreOptions, legendreSums } from '../../lib/ops/legendre.js';
import type { Dtype } from '../../lib/dtype.js';
import { type Entry, inputs } from './entry.js';

interface Size {
  readonly L: number;
  readonly dtype: Dtype;
  readonly spin?: number;
  readonly outer?: number;
  readonly inner?: number;
}

/** The polar step by recursion on Gauss-Legendre rings. */
export function legendreEntries(): Entry[] {
  const sizes: Size[] = [
    ...[64, 128, 256, 512, 1024].map((L): Size => ({ L, dtype: 'float64' })),
    ...[128, 512].map((L): Size => ({ L, dtype: 'float32' })),
    ...[128, 512].map((L): Size => ({ L, dtype: 'complex128' })),
    ...[128, 512].map((L): Size => ({ L, dtype: 'complex128', spin: 2 })),
    { L: 128, dtype: 'float64', outer: 32 },
    { L: 128, dtype: 'float64', inner: 32 },
    { L: 128, dtype: 'float32', inner: 32 },
    { L: 128, dtype: 'complex128', spin: 2, inner: 32 },
  ];
  return sizes.flatMap(pairOf);
}

function pairOf({ L, dtype, spin = 0, outer = 1, inner = 1 }: Size): Entry[] {
  const options: LegendreOptions = { L, theta: Float64Array.from(native.math.nodes('gl', L, 0)), spin };
  // A multiply-add for each coefficient and ring, of which spin 0 has one for each pair of rings; two for each step of the recursion
  const numbers = outer * inner * (dtype.startsWith('complex') ? 2 : 1);
  const flops = spin === 0 ? L * L * L * numbers + (L * L * L) / 2 : 2 * L * (L * L - spin * spin) * numbers + 2 * L * L * L;
  const title = `L=${L}${spin === 0 ? '' : ` spin=${spin}`} ${outer}x${inner}`;
  const common = { dtype, flops };
  return [
    {
      ...common,
      name: `legendre synthesis ${title}`,
      inputs: inputs([outer, L * L, inner]),
      make: () => (x) => legendreSums(options).synthesis(x),
    },
    {
      ...common,
      name: `legendre analysis ${title}`,
      inputs: inputs([outer, L, 2 * L - 1, inner]),
      make: () => (f) => legendreSums(options).analysis(f),
    },
  ];
}
