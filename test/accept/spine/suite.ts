import { spawnSync } from 'node:child_process';
import { packageRoot } from '../../../lib/native.js';
import type { Effort, Report } from '../report.js';

/** The whole of `npm test`. */
export function measure(report: Report, { quick }: Effort): Promise<void> {
  if (quick) {
    report.skip('suite.npm-test-seconds', 'left out by --quick');
    return Promise.resolve();
  }
  const start = performance.now();
  const { status } = spawnSync('npm', ['test'], { cwd: packageRoot(), stdio: ['ignore', 2, 2] });
  report.equal('suite.npm-test-status', status ?? -1, 0);
  report.atMost('suite.npm-test-seconds', (performance.now() - start) / 1000, 360);
  return Promise.resolve();
}
