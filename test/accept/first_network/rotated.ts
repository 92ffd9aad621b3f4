import { networkEquivarianceError } from '../../../lib/train/network_equivariance.js';
import type { Effort, Report } from '../report.js';
import { evaluated, trained } from './runs.js';

/** Training on rotated digits, and how equivariant the networks are in front of the read-out. */
export async function measure(report: Report, { quick }: Effort): Promise<void> {
  const size = quick ? ['--quick'] : [];
  const { folder, model, summary } = await trained(quick ? 'quick-r' : 'r-hybrid', ['--train', 'r', '--model', 'hybrid', ...size]);
  report.note('rotated.r-r-percent', 100 * (await evaluated(folder, 'r')).accuracy);
  report.note('rotated.minutes', summary.seconds / 60);
  for (const oversampling of [1, 2, 4]) {
    const { mean, max } = await networkEquivarianceError(model, { dtype: 'float32', oversampling });
    report.note(`hybrid.equivariance-error-oversampling-${oversampling}-mean`, mean);
    report.note(`hybrid.equivariance-error-oversampling-${oversampling}-max`, max);
  }
  // Equivariance does not depend on the weights: a short training leaves ordinary ones
  const strict = await trained('strict', ['--train', 'nr', '--model', 'strict', '--limit', '2000', '--epochs', '1']);
  for (const [dtype, limit] of [
    ['float32', 1e-5],
    ['float64', 1e-12],
  ] as const) {
    report.atMost(`strict.equivariance-error-${dtype}`, (await networkEquivarianceError(strict.model, { dtype })).max, limit);
  }
}
