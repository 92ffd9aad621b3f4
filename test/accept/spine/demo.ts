import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../../lib/native.js';
import type { Effort, Report } from '../report.js';

interface Network {
  readonly name: string;
  readonly parameters: number;
  /** Accuracies, 0..1. */
  readonly unrotated: number;
  readonly rotated: number;
}

/** What `clebsch demo --json` prints. */
interface Findings {
  readonly networks: readonly [Network, Network];
  readonly equivarianceError: Readonly<Record<'float32' | 'float64', { readonly max: number }>>;
  readonly samePredictions: boolean;
  readonly seconds: number;
}

function judgeAccuracies(report: Report, [equivariant, planar]: Findings['networks'], quick: boolean): void {
  const figures = [
    ['demo.equivariant-rotated-percent', 100 * equivariant.rotated, 'atLeast', 92],
    ['demo.equivariant-loss-by-rotation-points', 100 * (equivariant.unrotated - equivariant.rotated), 'atMost', 1.5],
    ['demo.planar-unrotated-percent', 100 * planar.unrotated, 'atLeast', 93],
    ['demo.planar-loss-by-rotation-points', 100 * (planar.unrotated - planar.rotated), 'atLeast', 40],
  ] as const;
  for (const [name, value, judge, limit] of figures) {
    if (quick) report.skip(name, `${value.toFixed(1)} with few digits, by --quick`);
    else report[judge](name, value, limit);
  }
  report.note('demo.equivariant-unrotated-percent', 100 * equivariant.unrotated);
  report.note('demo.planar-rotated-percent', 100 * planar.rotated);
  report.atMost('demo.parameter-counts-relative-difference', Math.abs(equivariant.parameters / planar.parameters - 1), 0.02);
}

/** The demo of the built package, in build/accept-demo. */
export function measure(report: Report, { quick }: Effort): Promise<void> {
  const root = packageRoot();
  const args = [path.join(root, 'dist/cjs/cli/main.js'), 'demo', '--json', '--out', path.join(root, 'build/accept-demo')];
  const { status, stdout } = spawnSync(process.execPath, [...args, ...(quick ? ['--quick'] : [])], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  report.equal('demo.status', status ?? -1, 0);
  if (stdout.trim() === '') return Promise.resolve();
  const { networks, equivarianceError, samePredictions, seconds } = JSON.parse(stdout) as Findings;
  judgeAccuracies(report, networks, quick);
  report.atMost('demo.equivariance-error-float32', equivarianceError.float32.max, 1e-5);
  report.atMost('demo.equivariance-error-float64', equivarianceError.float64.max, 1e-12);
  report.equal('demo.same-bits-in-second-process', samePredictions, true);
  report.atMost('demo.seconds', seconds, 240);
  return Promise.resolve();
}
