import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { digitSide, loadMnist } from '../../../lib/data/mnist.js';
import { npy, tensor, tidy } from '../../../lib/index.js';
import type { Effort, Report } from '../report.js';
import { clebschJson, node } from './command.js';
import { root, temporaryFolder } from './folders.js';
import { evaluated, hybridRun } from './runs.js';

/** Batch sizes, and how many digits are predicted with them: one at a time takes long. */
const jobs = [
  { batch: 1, count: 1000 },
  { batch: 32, count: 10_000 },
  { batch: 256, count: 10_000 },
] as const;

/** A program of a user, in a folder with nothing but a model and digits: how late timers are while it predicts, and what it predicts. */
const program = `
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { argmax, loadModel, npy } = require(process.argv[1]);
async function main() {
  const model = await loadModel('model.safetensors');
  const x = await npy.load('digits.npy');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const logits = await model.predict(x, { batch: Number(process.argv[2]) });
  delay.disable();
  console.log(JSON.stringify({ p99: delay.percentile(99) / 1e6, classes: [...(await argmax(logits, -1).data())] }));
}
void main();`;

const different = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).filter((value, i) => value !== b[i]).length;

async function saveDigits(folder: string, images: Uint8Array, count: number): Promise<void> {
  const some = images.subarray(0, count * digitSide ** 2);
  await tidy(() => npy.save(path.join(folder, 'digits.npy'), tensor(some, [count, digitSide, digitSide])));
}

/** Predictions of the command line and of a program elsewhere, beside those of evaluate. */
export async function measure(report: Report, { quick }: Effort): Promise<void> {
  const { folder: run, model } = await hybridRun(quick);
  const { images, labels } = await loadMnist('test');
  const folder = temporaryFolder();
  copyFileSync(model, path.join(folder, 'model.safetensors'));
  const results: Int32Array[] = [];
  for (const { batch, count } of jobs) {
    await saveDigits(folder, images, count);
    const files = ['model.safetensors', '--input', 'digits.npy', '--output', 'classes.npy'];
    const { n, seconds } = await clebschJson<{ n: number; seconds: number }>(['predict', ...files, '--batch', String(batch)], {
      cwd: folder,
    });
    report.note(`predict.batch-${batch}-images-per-second`, n / seconds);
    const classes = (await tidy(async () => (await npy.load(path.join(folder, 'classes.npy'))).data())) as Int32Array;
    results.push(classes);
    const elsewhere = await node(['-e', program, path.join(root, 'dist/cjs/index.js'), String(batch)], { cwd: folder });
    report.equal(`predict.batch-${batch}-program-status`, elsewhere.status ?? 'none', 0);
    const { p99, classes: own } = JSON.parse(elsewhere.stdout) as { p99: number; classes: number[] };
    report.atMost(`predict.batch-${batch}-event-loop-delay-p99-ms`, p99, 20);
    report.equal(`predict.batch-${batch}-program-classes-that-differ`, different(own, classes), 0);
  }
  const all = results.at(-1)!;
  for (const [i, { batch }] of jobs.entries()) report.equal(`predict.batch-${batch}-classes-that-differ`, different(results[i]!, all), 0);
  const { accuracy, n } = await evaluated(run, 'nr');
  report.equal('predict.correct-classes', n - different(labels, all), Math.round(accuracy * n));
}
