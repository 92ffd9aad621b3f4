import {
  type S2Transform,
  type S2TransformOptions,
  type SO3Transform,
  type Sampling,
  type Tensor,
  abs,
  asReal,
  groupToComplexBasis,
  max,
  pad,
  random,
  s2Transform,
  so3Transform,
  so3Type,
  sub,
  tidy,
  typeSize,
} from '../../../lib/index.js';
import { isComplex } from '../../../lib/dtype.js';
import { adjointDefect, normal } from '../../support/signals.js';
import type { Report } from '../report.js';

function largestDifference(a: Tensor, b: Tensor): number {
  const difference = sub(a, b);
  return max(abs(isComplex(difference.dtype) ? asReal(difference) : difference)).dataSync()[0]!;
}

/** Coefficients N(0,1), zero below degree |spin|. */
function coefficients(L: number, spin: number, real: boolean): Tensor {
  const rows = L * L - spin * spin;
  return pad(normal([rows, 1], real ? 'float64' : 'complex128'), [spin * spin, 0], [0, 0]);
}

/** Largest error of coefficients there and back; and the larger defect of the two adjoints. */
function errors(plan: S2Transform | SO3Transform, c: Tensor): { trip: number; adjoints: number } {
  const f = plan.inverse(c);
  const g = normal(f.shape, f.dtype);
  const adjoints = [adjointDefect(f, g, c, plan.inverseAdjoint(g)), adjointDefect(plan.forward(g), c, g, plan.forwardAdjoint(c))];
  return { trip: largestDifference(plan.forward(f), c), adjoints: Math.max(...adjoints) };
}

const samplings: readonly Sampling[] = ['mw', 'mwss', 'dh', 'gl', 'equiangular'];

/** Every sampling, spin and both methods for each bandlimit; of the largest bandlimits the two ends. */
const s2Plans: readonly { L: number; limit: number; samplings: readonly Sampling[]; spins: readonly number[] }[] = [
  ...[1, 2, 3, 4, 16, 64, 128].map((L) => ({ L, limit: 1e-12, samplings, spins: [0, 1, -2, L - 1].filter((s) => Math.abs(s) < L) })),
  { L: 1024, limit: 1e-11, samplings: ['gl', 'mw'], spins: [0] },
  { L: 2048, limit: 1e-10, samplings: ['gl', 'mw'], spins: [0] },
];

interface Worst {
  trip: number;
  adjoints: number;
}

const worse = (a: Worst, b: Worst): Worst => ({ trip: Math.max(a.trip, b.trip), adjoints: Math.max(a.adjoints, b.adjoints) });

function spherePlans(L: number, some: readonly Sampling[], spins: readonly number[]): S2TransformOptions[] {
  const methods = L <= 128 ? (['table', 'recursion'] as const) : (['recursion'] as const);
  const signals = [{ real: true, spin: 0 }, ...(L <= 128 ? spins.map((spin) => ({ real: false, spin })) : [])];
  return some.flatMap((sampling) => methods.flatMap((method) => signals.map((signal) => ({ L, sampling, method, ...signal }))));
}

function sphere(report: Report): void {
  for (const { L, limit, samplings: some, spins } of s2Plans) {
    let worst = { trip: 0, adjoints: 0 };
    for (const options of spherePlans(L, some, spins)) {
      const plan = s2Transform({ ...options, dtype: 'float64' });
      worst = worse(
        worst,
        tidy(() => errors(plan, coefficients(L, options.spin ?? 0, options.real ?? false))),
      );
    }
    report.atMost(`round-trip.sphere-L${L}`, worst.trip, limit);
    report.atMost(`round-trip.sphere-L${L}-adjoints`, worst.adjoints, 1e-13);
  }
}

function group(report: Report): void {
  for (const [L, N] of [
    [1, 1],
    [3, 2],
    [16, 16],
    [64, 4],
    [64, 64],
  ] as const) {
    for (const real of [true, false]) {
      const plan = so3Transform({ L, N, real, dtype: 'float64' });
      const { trip, adjoints } = tidy(() => {
        const c = normal([typeSize(so3Type(L, N)), 1], real ? 'float64' : 'complex128');
        return errors(plan, real ? c : groupToComplexBasis(c, { L, N }));
      });
      const name = `round-trip.group-L${L}-N${N}-${real ? 'real' : 'complex'}`;
      report.atMost(name, trip, 1e-12);
      report.atMost(`${name}-adjoints`, adjoints, 1e-13);
    }
  }
}

export function measure(report: Report): Promise<void> {
  random.seed(7);
  sphere(report);
  group(report);
  return Promise.resolve();
}
