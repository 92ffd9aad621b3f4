import { setTimeout } from 'node:timers/promises';
import { tidy } from '../../lib/index.js';
import { native } from '../../lib/native.js';

/** Something to time: runs `count` times and resolves to the seconds that this took. */
export interface Timed {
  (count: number): Promise<number>;
  /** Its idle threads go on spinning for a while, on cores that the next candidate needs. */
  readonly spins?: boolean;
}

export interface Effort {
  /** Per candidate. */
  readonly seconds: number;
  readonly most: number;
}

export interface Milliseconds {
  readonly median: number;
  readonly min: number;
  /** (90 % quantile - 10 % quantile) / median. */
  readonly spread: number;
}

const leastRounds = 5;
/** Short calls are repeated until a sample lasts this long: the system takes some milliseconds to spread woken threads over the cores. */
const sampleSeconds = 0.03;
/** Before a sample shorter than this the caches are filled again. */
const shortSeconds = 0.1;
/** Those of OpenBLAS have been seen to spin for 90 to 110 ms (its limit is counted in clock cycles). */
const restMilliseconds = 150;

/** Work on one of our devices, what it makes disposed of, until the device has done it. */
export function onDevice(work: () => void, device: number): Timed {
  return (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) tidy(work);
    native.synchronizeSync(device);
    return Promise.resolve((performance.now() - start) / 1000);
  };
}

interface Plan {
  readonly run: Timed;
  /** Calls per sample. */
  readonly count: number;
  readonly rounds: number;
  /** A call lasts this long, about. */
  readonly one: number;
  readonly samples: number[];
}

/** Warms a candidate up and finds how often to call it: the wait for a device must not count with short calls. */
async function plan(run: Timed, { seconds, most }: Effort): Promise<Plan> {
  await run(1);
  let [count, taken] = [1, Math.max(await run(1), 1e-7)];
  while (taken < sampleSeconds) {
    count = Math.ceil(count * Math.min(Math.max(sampleSeconds / taken, 2), 10));
    taken = await run(count);
  }
  const rounds = Math.max(leastRounds, Math.min(most, Math.floor(seconds / taken)));
  return { run, count, rounds, one: taken / count, samples: [] };
}

/**
 * Milliseconds per call of every candidate: warmed up, then called in turn, round after round, so that a slow moment of the machine falls on
 * all of them.
 */
export async function alternate(candidates: readonly Timed[], effort: Effort): Promise<Milliseconds[]> {
  const plans: Plan[] = [];
  for (const run of candidates) plans.push(await plan(run, effort));
  let before = candidates.at(-1);
  for (let round = 0; round < Math.max(...plans.map(({ rounds }) => rounds)); round++) {
    for (const { run, one, count, samples } of plans.filter(({ rounds }) => round < rounds)) {
      if (before?.spins && before !== run) await setTimeout(restMilliseconds);
      if (one < shortSeconds) await run(1);
      samples.push((1000 * (await run(count))) / count);
      before = run;
    }
  }
  return plans.map(({ samples }) => summary(samples));
}

/** The smallest number that at least `share` of them do not exceed. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)]!;
}

function summary(samples: readonly number[]): Milliseconds {
  const median = quantile(samples, 0.5);
  return { median, min: Math.min(...samples), spread: (quantile(samples, 0.9) - quantile(samples, 0.1)) / median };
}
