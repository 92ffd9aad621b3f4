import { s2Transform, so3Transform, tidy } from '../../../lib/index.js';
import {
  adjointError,
  correlationError,
  healpixErrors,
  rotationError,
  s2Cases,
  s2Error,
  s2Kinds,
  so3Cases,
  so3Error,
  transformReference,
} from '../../support/reference_transforms.js';
import type { Report } from '../report.js';

const limits = [
  ['float64', 1e-12],
  ['float32', 2e-5],
] as const;
const largest = (errors: readonly number[]): number => errors.reduce((worst, error) => Math.max(worst, error), 0);

function transforms(report: Report): void {
  for (const [dtype, limit] of limits) {
    for (const method of ['table', 'recursion'] as const) {
      for (const kind of s2Kinds) {
        const errors = s2Cases.map(([L, sampling]) => tidy(() => s2Error(kind, L, sampling, dtype, method)));
        report.atMost(`reference.s2-${kind === 'real' ? kind : `spin-${kind}`}-${method}-${dtype}`, largest(errors), limit);
      }
      for (const real of [false, true]) {
        const errors = so3Cases.map(([L, N, sampling]) => tidy(() => so3Error(real, L, N, sampling, dtype, method)));
        report.atMost(`reference.so3-${real ? 'real' : 'complex'}-${method}-${dtype}`, largest(errors), limit);
      }
    }
    for (const nside of [4, 8]) {
      for (const [what, error] of Object.entries(tidy(() => healpixErrors(nside, dtype)))) {
        report.atMost(`reference.healpix-${nside}-${what}-${dtype}`, error, limit);
      }
    }
  }
}

function adjoints(report: Report): void {
  const dtype = 'float64';
  const errors = [8, 16].flatMap((L) =>
    (['mw', 'mwss'] as const).flatMap((sampling) =>
      [0, -2].map((spin) => tidy(() => adjointError(s2Transform({ L, sampling, spin, dtype }), `L${L}_s${spin}_${sampling}`, 'flm'))),
    ),
  );
  report.atMost('reference.s2-adjoints', largest(errors), 1e-12);
  report.atMost(
    'reference.so3-adjoints',
    tidy(() => adjointError(so3Transform({ L: 8, N: 4, dtype }), 'so3_L8_N4_mw', 'flmn')),
    1e-12,
  );
}

export function measure(report: Report): Promise<void> {
  if (!transformReference.present) {
    report.skip('reference', 'the vectors of ../shared/reference/transforms are not here');
    return Promise.resolve();
  }
  transforms(report);
  adjoints(report);
  report.atMost('reference.so3-correlation', largest([[6, 3] as const, [8, 8] as const].map(([L, N]) => correlationError(L, N))), 1e-12);
  report.atMost('reference.rotation', largest([8, 16].map((L) => tidy(() => rotationError(L)))), 1e-12);
  return Promise.resolve();
}
