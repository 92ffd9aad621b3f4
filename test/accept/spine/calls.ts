import { equivariant, planar } from '../../../lib/cli/demo/experiment.js';
import { type Tensor, add, grads, memory, tensor, tidy } from '../../../lib/index.js';
import { quantile } from '../../bench/measure.js';
import { demoStep } from '../../support/demo_step.js';
import type { Report } from '../report.js';

const calls = 100_000;
/** A tape keeps what it records, so it is begun anew after this many calls. */
const perTape = 1000;

/** Microseconds of each call of `add`, dispose included. */
function timeCalls(n: number, x: Tensor, y: Tensor): number[] {
  return Array.from({ length: n }, () => {
    const start = performance.now();
    add(x, y).dispose();
    return 1000 * (performance.now() - start);
  });
}

function timeTapedCalls(n: number, x: Tensor, y: Tensor): number[] {
  const times: number[] = [];
  for (let done = 0; done < n; done += perTape) {
    const recorded = (a: Tensor, b: Tensor): Tensor => {
      times.push(...timeCalls(perTape, a, b));
      return add(a, b);
    };
    tidy(() => void grads(recorded)([x, y]));
  }
  return times;
}

/** What a training step leaves behind, the optimiser's state aside, which the first step makes. */
function leftBehind(step: () => Tensor): { tensors: number; bytes: number } {
  tidy(() => void step());
  const left = { tensors: 0, bytes: 0 };
  for (let i = 0; i < 3; i++) {
    const before = memory();
    tidy(() => void step());
    const after = memory();
    left.tensors += Math.abs(after.tensors - before.tensors);
    left.bytes += Math.abs(after.bytes - before.bytes);
  }
  return left;
}

export function measure(report: Report): Promise<void> {
  const [x, y] = [tensor([1]), tensor([2])];
  for (const [name, time, limit] of [
    ['call.add-microseconds', timeCalls, 5],
    ['call.add-with-tape-microseconds', timeTapedCalls, 10],
  ] as const) {
    time(calls / 10, x, y);
    report.atMost(name, quantile(time(calls, x, y), 0.5), limit);
  }
  for (const contestant of [equivariant, planar]) {
    const { tensors, bytes } = leftBehind(demoStep(contestant, 20));
    report.equal(`live.tensors-after-step-${contestant.file}`, tensors, 0);
    report.equal(`live.bytes-after-step-${contestant.file}`, bytes, 0);
  }
  return Promise.resolve();
}
