import type { Report } from '../report.js';

/** Figures beside programs of other languages, which this one does not run yet. */
export function measure(report: Report): Promise<void> {
  const reason = 'no comparison in one run yet: ../shared/peers holds the other side';
  for (const L of [8, 10, 16, 32]) report.skip(`speed.times-e3nn-eager-L${L}`, reason);
  report.skip('speed.times-fastest-other-way', reason);
  report.skip('speed.double-backward-times-e3nn-L8', reason);
  report.skip('agreement.with-e3nn-beside', reason);
  report.skip('training.times-e3nn', reason);
  report.skip('training.first-network-epoch-before-and-after', reason);
  return Promise.resolve();
}
