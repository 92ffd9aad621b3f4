import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { randomStream } from '../../files/damage.js';
import { type Report, progress } from '../report.js';
import { type Ended, clebsch } from './command.js';
import { temporaryFolder } from './folders.js';
import { loadAll, stepsDone } from './run_files.js';

const kills = 20;
/** Starting takes about a second, so that some kills come before the first step and most between two checkpoints. */
const longestMs = 4000;
const checkpointEvery = 3;

/** Trains until `stop` is through, then sends the signal. */
async function trainUntil(run: string, signal: NodeJS.Signals, stop: () => Promise<unknown>): Promise<Ended> {
  const size = ['--limit', '240', '--epochs', '100000', '--batch', '16', '--checkpoint-every', String(checkpointEvery)];
  const train = ['train', 'spherical-mnist', '--out', run, '--train', 'nr', '--model', 'strict', '--threads', '2', '--resume', ...size];
  return clebsch(train, { onStart: (child) => void stop().then(() => child.kill(signal)) });
}

/** Kills at random moments: after each the files load, and the next one goes on from them. */
export async function measure(report: Report): Promise<void> {
  const run = path.join(temporaryFolder(), 'run');
  const random = randomStream(1);
  const counts = { killed: 0, whole: 0, mostLost: 0 };
  for (let i = 0; i < kills; i++) {
    const ms = random(longestMs);
    const { status, stderr } = await trainUntil(run, 'SIGKILL', () => setTimeout(ms));
    if (status === 'SIGKILL') counts.killed++;
    else progress(`kill ${i} came too late: status ${status}, ${stderr}`);
    try {
      const { done, reported } = await loadAll(run);
      counts.whole++;
      counts.mostLost = Math.max(counts.mostLost, reported - done);
      progress(`killed after ${ms} ms: ${done} steps in the checkpoint, ${reported} reported`);
    } catch (error) {
      progress(`kill ${i} after ${ms} ms: ${String(error)}`);
    }
  }
  report.equal('kills.processes-killed', counts.killed, kills);
  report.equal('kills.all-files-load', counts.whole, kills);
  report.atMost('kills.steps-lost', counts.mostLost, checkpointEvery);
  const before = await stepsDone(run);
  const { status } = await trainUntil(run, 'SIGINT', async () => {
    while ((await stepsDone(run)) < before + checkpointEvery) await setTimeout(50);
  });
  report.equal('kills.goes-on-afterwards-status', status ?? 'none', 130);
  report.note('kills.steps-after-all', await stepsDone(run));
  report.equal('kills.temporary-files-left', readdirSync(run).filter((name) => name.endsWith('.tmp')).length, 0);
}
