import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../report.js';
import { clebsch } from './command.js';
import { temporaryFolder } from './folders.js';
import { stepsDone } from './run_files.js';

const epochs = 2;
const training = ['--train', 'nr', '--model', 'hybrid', '--limit', '2000', '--epochs', String(epochs), '--seed', '3', '--threads', '2'];

function sha256(folder: string): string {
  return createHash('sha256')
    .update(readFileSync(path.join(folder, 'model.safetensors')))
    .digest('hex');
}

/** Sends Ctrl-C as soon as the first epoch has been validated. */
function interruptAfterEpoch(folder: string, child: ChildProcess): void {
  const metrics = path.join(folder, 'metrics.jsonl');
  const watch = setInterval(() => {
    if (!existsSync(metrics) || !readFileSync(metrics, 'utf8').includes('validationAccuracy')) return;
    clearInterval(watch);
    child.kill('SIGINT');
  }, 20);
  child.once('close', () => clearInterval(watch));
}

/** Two epochs at a stretch, and one and one with a Ctrl-C in between. */
export async function measure(report: Report): Promise<void> {
  const [straight, stopped] = ['straight', 'stopped'].map((name) => path.join(temporaryFolder(), name)) as [string, string];
  const train = (folder: string): string[] => ['train', 'spherical-mnist', '--out', folder, ...training];
  report.equal('resume.straight-status', (await clebsch(train(straight))).status ?? 'none', 0);
  const interrupted = await clebsch(train(stopped), { onStart: (child) => interruptAfterEpoch(stopped, child) });
  report.equal('resume.interrupted-status', interrupted.status ?? 'none', 130);
  const [half, all] = [await stepsDone(stopped), await stepsDone(straight)];
  report.note('resume.steps-before-the-stop', half);
  report.equal('resume.stopped-in-the-second-epoch', half >= all / epochs && half < all, true);
  report.equal('resume.resumed-status', (await clebsch([...train(stopped), '--resume'])).status ?? 'none', 0);
  report.equal('resume.sha256', sha256(stopped), sha256(straight));
}
