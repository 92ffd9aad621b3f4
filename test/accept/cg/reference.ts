import type { Report } from '../report.js';
import { couplings } from '../spine/reference.js';

/** All cases of the set, those of e3nn included. */
export function measure(report: Report): Promise<void> {
  couplings(report);
  return Promise.resolve();
}
