import { native } from '../../../lib/native.js';
import { type HarmonicOptions, harmonicSums } from '../../../lib/ops/harmonic.js';
import { type Case, complexes, floats } from '../case.js';
import { fourierReferences } from './fourier.js';
import { type Sizes, legendreAnalysis, legendreSynthesis, mapSizes } from './legendre.js';

function pair(title: string, o: HarmonicOptions, real: boolean, { outer = 1, inner = 1 }: Sizes = {}): Case[] {
  const { L, theta } = o;
  const spin = o.spin === undefined ? '' : `, spin ${o.spin}`;
  const name = `${real ? 'real' : 'complex'}, L = ${L}${spin}, ${title}, ${outer} x ${inner}`;
  const longitudes = fourierReferences(!real, { ...o, orders: L, rings: theta.length }, { outer, inner });
  const points = longitudes.samples[1]!;
  const common = {
    dtypes: real ? floats : complexes,
    linear: [[0]],
    skipGradient: outer * inner * (L * L + points) > 300,
    // Relative to results of up to about 10
    tolerance: { float32: 2e-5, complex64: 2e-5, float64: 2e-13 * Math.max(1, L / 8), complex128: 2e-13 * Math.max(1, L / 8) },
  };
  return [
    {
      ...common,
      name: `harmonic synthesis, ${name}`,
      op: 'harmonicSynthesis',
      inputs: [{ shape: [outer, L * L, inner] }],
      call: (x) => harmonicSums(o).synthesis(x),
      reference: (x) => longitudes.synthesis(legendreSynthesis(o, real)(x)),
    },
    {
      ...common,
      name: `harmonic analysis, ${name}`,
      op: 'harmonicAnalysis',
      inputs: [{ shape: [outer, points, inner] }],
      call: (f) => harmonicSums(o).analysis(f),
      reference: (f) => legendreAnalysis(o, real)(longitudes.analysis(f)),
    },
  ];
}

const rings = (sampling: string, L: number): Float64Array => Float64Array.from(native.math.nodes(sampling, L, 0));

/** Unsorted, with poles, equal rings, rings next to the poles, and only some that have a mirror image. */
const odd = Float64Array.of(2.5, 0, 1e-3, 1.2, Math.PI, 0.3, 1.2, Math.PI / 2, 3.1, 1e-9, Math.PI - 0.3);
const weights = odd.map((angle, i) => Math.cos(3 * angle) - 0.2 * i);
const lengths = Int32Array.from(odd, (_, i) => [4, 8, 8, 12, 7][i % 5]!);
const offsets = Float64Array.from(odd, (_, i) => (i % 2) / 2);

export const harmonicCases: readonly Case[] = [
  ...[1, 2, 3, 5, 8, 17, 33].flatMap((L) => [
    ...pair('gl', { L, theta: rings('gl', L), points: 2 * L }, true),
    ...pair('gl', { L, theta: rings('gl', L), points: 2 * L - 1, offset: 0.5 }, false),
    ...pair('mw', { L, theta: rings('mw', L), points: 2 * L - 1, scale: 0.25 }, true),
    ...pair('mwss', { L, theta: rings('mwss', L), points: 2 * L, sign: -1 }, false),
    ...pair('any rings and weights', { L, theta: odd, weights, points: 9 }, true),
  ]),
  ...pair('few points', { L: 9, theta: rings('gl', 20), points: 3 }, true),
  ...pair('a chirp', { L: 4, theta: rings('gl', 4), points: 97 * 2 }, true),
  ...pair('one ring', { L: 9, theta: Float64Array.of(2.7), points: 18 }, true),
  ...pair('rings of their own', { L: 7, theta: odd, weights, points: lengths, offset: offsets }, true, { outer: 2 }),
  ...pair('rings of their own', { L: 5, theta: odd, points: lengths, offset: offsets, spin: 2 }, false),
  ...[...mapSizes, { outer: 3 }].flatMap((sizes) => [
    ...pair('dh', { L: 7, theta: rings('dh', 7), points: 14 }, true, sizes),
    ...pair('odd rings', { L: 6, theta: odd, weights, points: 13, offset: 0.5 }, true, sizes),
    ...pair('gl', { L: 7, theta: rings('gl', 7), points: 13 }, false, sizes),
    ...pair('gl', { L: 7, theta: rings('gl', 7), points: 13, spin: -2 }, false, sizes),
  ]),
  // More maps than go through the steps at once
  ...pair('few rings', { L: 16, theta: rings('gl', 2), points: 32 }, true, { outer: 300 }),
];
