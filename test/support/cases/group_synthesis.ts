import { wignerSmallD } from '../../../lib/index.js';
import { native } from '../../../lib/native.js';
import { groupSynthesis } from '../../../lib/ops/group_synthesis.js';
import type { TorusOptions } from '../../../lib/ops/torus.js';
import type { WignerSizes } from '../../../lib/ops/wigner.js';
import { type Case, complexes, floats } from '../case.js';
import { size } from '../plain.js';
import { torusReferences } from './torus.js';
import { type RingNumbers, wignerReferences } from './wigner.js';

/** (2l+1)/(8 pi^2) d^l_mn at the nodes, from Wigner's matrices. */
function numbersOf(L: number, theta: Float64Array): RingNumbers {
  const matrices = Array.from(theta, (angle) => Array.from({ length: L }, (_, l) => wignerSmallD(l, angle)));
  return (t, l, m, n) => ((2 * l + 1) / (8 * Math.PI ** 2)) * matrices[t]![l]![(m + l) * (2 * l + 1) + n + l]!;
}

interface Signal {
  readonly L: number;
  readonly N: number;
  readonly sampling: string;
  readonly batch?: number;
  readonly channels?: number;
  /** Every other order n, of half a circle. */
  readonly steerable?: boolean;
}

function caseOf(real: boolean, { L, N, sampling, batch = 1, channels = 1, steerable = false }: Signal): Case {
  const theta = native.math.nodes(sampling, L, 0);
  const sizes: WignerSizes = { L, N, rings: theta.length, every: steerable ? 2 : 1 };
  const points = steerable ? 2 * N : 2 * N - 1;
  const angles: TorusOptions = {
    alpha: { orders: L, points: sampling === 'mw' ? 2 * L - 1 : 2 * L },
    gamma: { orders: N, points, sign: real ? -1 : 1 },
    kept: steerable ? N : points,
  };
  const polar = wignerReferences(sizes, real, numbersOf(L, theta));
  const torus = torusReferences(real, angles, { batch, rings: theta.length, inner: channels });
  return {
    name: `${real ? 'real' : 'complex'} samples of the group, L = ${L}, N = ${N}, ${sampling}${steerable ? ', steerable' : ''}, ${batch} x ${channels}`,
    op: 'groupSynthesis',
    dtypes: real ? floats : complexes,
    inputs: [{ shape: [batch, polar.size, channels] }],
    call: (x) => groupSynthesis(x, sampling, sizes, angles),
    reference: (x) => torus.synthesis(polar.synthesis(x)),
    linear: [[0]],
    skipGradient: batch * channels * polar.size + size(torus.samples) > 300,
    tolerance: { float32: 2e-5, complex64: 2e-5, float64: 2e-13, complex128: 2e-13 },
  };
}

const both = (signal: Signal): Case[] => [caseOf(true, signal), caseOf(false, signal)];

export const groupSynthesisCases: readonly Case[] = [
  ...[1, 2, 3].flatMap((L) =>
    Array.from({ length: L }, (_, i) => both({ L, N: i + 1, sampling: ['mw', 'mwss', 'dh'][(L + i) % 3]! })).flat(),
  ),
  ...both({ L: 5, N: 5, sampling: 'mw', steerable: true }),
  ...both({ L: 5, N: 4, sampling: 'mwss', steerable: true }),
  // Blocks of rings that are full, that are not, and both halves of them
  ...both({ L: 9, N: 3, sampling: 'dh' }),
  ...both({ L: 10, N: 2, sampling: 'soft' }),
  ...both({ L: 17, N: 2, sampling: 'mw' }),
  ...[{ batch: 0 }, { channels: 0 }, { batch: 3 }, { batch: 2, channels: 3 }].flatMap((maps) =>
    both({ L: 3, N: 2, sampling: 'mw', ...maps }),
  ),
];
