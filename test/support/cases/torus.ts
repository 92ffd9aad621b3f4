import { type TorusOptions, torusAnalysis, torusSynthesis } from '../../../lib/ops/torus.js';
import { type Case, complexes, floats } from '../case.js';
import { type Plain, at, build, cx, size } from '../plain.js';
import { fourierReferences } from './fourier.js';

export interface TorusSizes {
  readonly batch?: number;
  readonly rings?: number;
  readonly inner?: number;
}

const reshaped = ({ values }: Plain, shape: readonly number[]): Plain => ({ shape, values });

interface TorusReferences {
  readonly waves: readonly number[];
  readonly samples: readonly number[];
  readonly synthesis: (x: Plain) => Plain;
  readonly analysis: (f: Plain) => Plain;
}

/** Both sums, one angle after the other. */
export function torusReferences(real: boolean, o: TorusOptions, { batch = 1, rings = 1, inner = 1 }: TorusSizes): TorusReferences {
  const kept = o.kept ?? o.gamma.points;
  const [planes, columns] = [2 * o.gamma.orders - 1, 2 * o.alpha.orders - 1];
  const lanes = rings * o.alpha.points * inner;
  const alpha = fourierReferences(!real, { ...o.alpha, rings: planes * rings }, { outer: batch, inner });
  const gamma = fourierReferences(!real, o.gamma, { outer: batch, inner: lanes });
  const waves = [batch, planes, rings, columns, inner];
  const samples = [batch, kept, rings, o.alpha.points, inner];
  const synthesis = (x: Plain): Plain => {
    const whole = gamma.synthesis(reshaped(alpha.synthesis(reshaped(x, alpha.waves)), gamma.waves));
    return reshaped(
      build([batch, kept, lanes], (index) => at(whole, index)),
      samples,
    );
  };
  const analysis = (f: Plain): Plain => {
    const own = reshaped(f, [batch, kept, lanes]);
    const whole = build(gamma.samples, ([b, g, i]) => (g! < kept ? at(own, [b!, g!, i!]) : cx(0)));
    return reshaped(alpha.analysis(reshaped(gamma.analysis(whole), alpha.samples)), waves);
  };
  return { waves, samples, synthesis, analysis };
}

function pair(real: boolean, o: TorusOptions, sizes: TorusSizes = {}): Case[] {
  const { batch = 1, rings = 1, inner = 1 } = sizes;
  const { waves, samples, synthesis, analysis } = torusReferences(real, o, sizes);
  const common = {
    dtypes: real ? floats : complexes,
    linear: [[0]],
    skipGradient: size(waves) + size(samples) > 300,
    tolerance: { float32: 2e-5, complex64: 2e-5, float64: 2e-13, complex128: 4e-13 },
  };
  const name =
    `${real ? 'real' : 'complex'}, ${o.alpha.points} x ${o.kept ?? o.gamma.points} of ${o.gamma.points} points, M = ${o.alpha.orders}, N = ${o.gamma.orders}, ` +
    `${batch} x ${rings} x ${inner}`;
  return [
    {
      ...common,
      name: `torus synthesis, ${name}`,
      op: 'torusSynthesis',
      inputs: [{ shape: waves }],
      call: (x) => torusSynthesis(x, o),
      reference: synthesis,
    },
    {
      ...common,
      name: `torus analysis, ${name}`,
      op: 'torusAnalysis',
      inputs: [{ shape: samples }],
      call: (f) => torusAnalysis(f, o),
      reference: analysis,
    },
  ];
}

function both(M: number, N: number, points: readonly [alpha: number, gamma: number], kept: number, sizes?: TorusSizes): Case[] {
  const alpha = { orders: M, points: points[0] };
  return [
    ...pair(true, { alpha: { ...alpha, scale: 0.25 }, gamma: { orders: N, points: points[1], sign: -1 }, kept }, sizes),
    ...pair(false, { alpha, gamma: { orders: N, points: points[1], scale: 2 }, kept }, sizes),
  ];
}

export const torusCases: readonly Case[] = [
  ...both(1, 1, [1, 1], 1),
  ...both(1, 1, [1, 2], 2, { rings: 2 }),
  ...both(2, 1, [3, 1], 1, { rings: 2 }),
  ...both(2, 2, [4, 4], 2, { rings: 2 }),
  ...both(3, 2, [5, 3], 3, { batch: 2, rings: 3 }),
  ...both(4, 3, [7, 6], 3, { rings: 5, inner: 2 }),
  ...both(9, 4, [17, 7], 7, { batch: 2, rings: 4 }),
  ...both(8, 8, [16, 16], 16, { rings: 3 }),
  ...both(4, 2, [7, 3], 3, { batch: 2, rings: 3, inner: 33 }),
  ...both(4, 2, [7, 3], 3, { batch: 0, rings: 3 }),
  ...both(4, 2, [7, 3], 3, { rings: 3, inner: 0 }),
  // A chirp in gamma, half of which is kept
  ...both(2, 60, [3, 2 * 97], 97),
];
