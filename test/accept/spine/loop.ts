import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { type Tensor, matmul, memory, random, synchronize, tidy, zeros } from '../../../lib/index.js';
import { type Report, progress } from '../report.js';

const jobSeconds = 2;
const trial = 1024;

async function seconds(job: () => Tensor): Promise<number> {
  const start = performance.now();
  tidy(() => void job());
  await synchronize('cpu');
  return (performance.now() - start) / 1000;
}

/** One matrix product that takes about two seconds, on all threads. */
async function longJob(): Promise<() => Tensor> {
  const product = (n: number): (() => Tensor) => {
    const x = random.normal([n, n]);
    return () => matmul(x, x);
  };
  const small = product(trial);
  await seconds(small);
  const once = Math.min(await seconds(small), await seconds(small));
  return product(Math.round(trial * Math.cbrt(jobSeconds / once)));
}

/** 99 % of the event loop's delays during the job, in ms; a timer of 1 ms is the clock. */
async function delayBeside(job: () => Tensor): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const taken = await seconds(job);
  delay.disable();
  progress(`the native job took ${taken.toFixed(2)} s, the longest delay was ${(delay.max / 1e6).toFixed(1)} ms`);
  return delay.percentile(99) / 1e6;
}

/** The largest resident set, in MB, while tensors of 0.8 MB are made and never disposed of. */
async function residentMegabytes(): Promise<number> {
  let highest = 0;
  for (let i = 0; i < 10_000; i++) {
    zeros([200_000]);
    if (i % 20 === 0) highest = Math.max(highest, process.memoryUsage.rss());
    await setImmediate();
  }
  return highest / 1e6;
}

export async function measure(report: Report): Promise<void> {
  // In this order: the long job leaves large matrices behind
  const megabytes = await residentMegabytes();
  report.atMost('undisposed.resident-megabytes', megabytes, 500);
  progress(`${memory().tensors} of 10,000 undisposed tensors are still there`);
  report.atMost('event-loop.delay-p99-ms', await delayBeside(await longJob()), 20);
}
