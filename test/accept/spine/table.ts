import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ops } from '../../../lib/op.js';
import { packageRoot } from '../../../lib/native.js';
import { cases } from '../../support/cases.js';
import type { Report } from '../report.js';

/** No operation without gradient decision, case, CUDA twin or pending entry: the table test, by jest. */
export function measure(report: Report): Promise<void> {
  const root = packageRoot();
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const { stdout } = spawnSync(process.execPath, [jest, '--json', 'test/native/table.test.ts'], { cwd: root, encoding: 'utf8' });
  const { numFailedTests, numPassedTests } = JSON.parse(stdout) as { numFailedTests: number; numPassedTests: number };
  report.note('table.operations', ops.size);
  report.note('table.cases', cases.length);
  report.equal('table.failed-checks', numFailedTests, 0);
  report.atLeast('table.passed-checks', numPassedTests, 1);
  return Promise.resolve();
}
