import { tidy } from '../../../lib/index.js';
import { cgCases, cgErrors, cgReference } from '../../support/reference_cg.js';
import {
  methods,
  rotationError,
  s2Cases,
  s2Error,
  smallDError,
  smallDOrthogonality,
  transformReference,
} from '../../support/reference_transforms.js';
import type { Report } from '../report.js';

const largest = (errors: readonly number[]): number => errors.reduce((worst, error) => Math.max(worst, error), 0);

function transforms(report: Report): void {
  for (const [dtype, limit] of [
    ['float64', 1e-12],
    ['float32', 2e-5],
  ] as const) {
    const errors = methods.flatMap((method) => s2Cases.map(([L, sampling]) => tidy(() => s2Error('real', L, sampling, dtype, method))));
    report.atMost(`reference.s2-real-${dtype}`, largest(errors), limit);
  }
  report.atMost('reference.rotation', largest([8, 16].map((L) => tidy(() => rotationError(L)))), 1e-13);
  report.atMost('reference.wigner-d-to-32', smallDError(0, 32), 1e-13);
  report.atMost('reference.wigner-d-33-to-64', smallDError(33, 64), 1e-12);
}

/** Per kind of case, the worst error as a share of what is allowed. */
export function couplings(report: Report): void {
  if (!cgReference.present) return report.skip('reference.cg', 'the vectors of ../shared/reference/cg are not here');
  const worst = new Map<string, number>();
  for (const c of cgCases()) {
    for (const { precision, share } of tidy(() => cgErrors(c))) {
      const key = `${c.kind}-${precision}`;
      worst.set(key, Math.max(worst.get(key) ?? 0, share));
    }
  }
  for (const [key, share] of worst) report.atMost(`reference.cg-${key}-share-of-tolerance`, share, 1);
}

export function measure(report: Report): Promise<void> {
  if (transformReference.present) transforms(report);
  else report.skip('reference.transforms', 'the vectors of ../shared/reference/transforms are not here');
  // Beyond the vectors: d(beta) d(-beta) = 1
  report.atMost('wigner-d.orthogonality-at-128', smallDOrthogonality(128, 1.1), 1e-12);
  couplings(report);
  return Promise.resolve();
}
