import { tidy } from '../../../lib/index.js';
import { makeInputs } from '../../support/case.js';
import { cases } from '../../support/cases.js';
import { gradientDtypes, gradientError, secondGradientError } from '../../support/gradcheck.js';
import { type Report, progress } from '../report.js';

/** The worst of the case table, with the name of its entry. */
export function measure(report: Report): Promise<void> {
  const checks = cases.flatMap((c) => gradientDtypes(c).map((dtype) => ({ c, dtype })));
  for (const [name, error, limit] of [
    ['gradient.first-relative-error', gradientError, 1e-6],
    ['gradient.second-relative-error', secondGradientError, 1e-5],
  ] as const) {
    let worst = { value: 0, where: '' };
    for (const { c, dtype } of checks) {
      const value = tidy(() => error(c.call, makeInputs(c, dtype, 'cpu')));
      if (!(value <= worst.value)) worst = { value, where: `${c.name}, ${dtype}` };
    }
    progress(`the worst of ${checks.length} is ${worst.where}`);
    report.atMost(name, worst.value, limit);
  }
  report.note('gradient.cases', checks.length);
  return Promise.resolve();
}
