import { once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { full, matmul } from '../../../lib/index.js';
import type { Report } from '../report.js';

const workers = 100;
const atOnce = 4;

/** A worker that never stops working, terminated after `ms`. */
async function terminatedWorker(ms: number): Promise<void> {
  const file = path.join(__dirname, '../../support/worker.js');
  const worker = new Worker(file, { workerData: { spin: true }, execArgv: [] });
  await once(worker, 'message');
  await setTimeout(ms);
  await worker.terminate();
}

export async function measure(report: Report): Promise<void> {
  let terminated = 0;
  while (terminated < workers) {
    await Promise.all(Array.from({ length: atOnce }, (_, i) => terminatedWorker((7 * (terminated + i)) % 30)));
    terminated += atOnce;
  }
  report.equal('workers.terminated-without-crash', terminated, workers);
  const x = full([8, 8], 1);
  report.equal('workers.product-afterwards', (await matmul(x, x).data())[0]!, 8);
}
