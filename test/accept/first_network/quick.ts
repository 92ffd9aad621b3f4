import path from 'node:path';
import type { Report } from '../report.js';
import { clebsch } from './command.js';
import { temporaryFolder } from './folders.js';
import { evaluated, quickRun } from './runs.js';

const seeds = [0, 1, 2];

/** The lines of `--profile`, one an operation: calls, ms, share, GFLOP/s, GB/s; lines of operands' shapes are further to the right. */
const profileLine = /^ {2}(\S+) +\d+ +([\d.]+) +([\d.]+) % +([\d.]+|-) +(?:[\d.]+|-)$/gm;

/** Time, share and rate of each operation in one epoch. */
async function noteProfile(report: Report): Promise<void> {
  const run = path.join(temporaryFolder(), 'profile');
  const train = ['train', 'spherical-mnist', '--out', run, '--train', 'nr', '--model', 'hybrid', '--threads', '2'];
  const { status, stdout } = await clebsch([...train, '--quick', '--epochs', '1', '--profile']);
  report.equal('profile.status', status ?? 'none', 0);
  const lines = [...stdout.matchAll(profileLine)];
  report.atLeast('profile.operations', lines.length, 5);
  for (const [, op, ms, percent, gflops] of lines) {
    report.note(`profile.${op}-ms`, Number(ms));
    report.note(`profile.${op}-percent`, Number(percent));
    if (gflops !== '-') report.note(`profile.${op}-gflops`, Number(gflops));
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
