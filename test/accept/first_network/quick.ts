import path from 'node:path';
import type { ProfileRow } from '../../../lib/profile.js';
import type { Report } from '../report.js';
import { clebschJson } from './command.js';
import { temporaryFolder } from './folders.js';
import { evaluated, quickRun } from './runs.js';

const seeds = [0, 1, 2];

/** Time, share and rate of each operation in one epoch that takes a hundredth of it. */
async function noteProfile(report: Report): Promise<void> {
  const run = path.join(temporaryFolder(), 'profile');
  const train = ['train', 'spherical-mnist', '--out', run, '--train', 'nr', '--model', 'hybrid', '--threads', '2'];
  const { profile } = await clebschJson<{ profile: ProfileRow[] }>([...train, '--quick', '--epochs', '1', '--profile']);
  report.atLeast('profile.operations', profile.length, 5);
  for (const { op, ms, share, gflops } of profile.filter((row) => row.share >= 0.01)) {
    report.note(`profile.${op}-ms`, ms);
    report.note(`profile.${op}-percent`, 100 * share);
    report.note(`profile.${op}-gflops`, gflops);
  }
}

/** The quick run with three seeds. */
export async function measure(report: Report): Promise<void> {
  for (const seed of seeds) {
    const { folder, summary } = await quickRun(seed);
    report.atMost(`quick.seed-${seed}-minutes`, summary.seconds / 60, 5);
    report.atLeast(`quick.seed-${seed}-nr-r-percent`, 100 * (await evaluated(folder, 'r')).accuracy, 95);
    report.note(`quick.seed-${seed}-seconds-per-epoch`, summary.seconds / summary.epochs);
  }
  await noteProfile(report);
}
