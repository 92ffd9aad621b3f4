import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { full, matmul, memory } from '../../lib/index.js';

const start = (spin: boolean): Worker => new Worker(join(__dirname, '../support/worker.js'), { workerData: { spin } });

test('workers have tensors of their own', async () => {
  const before = memory().tensors;
  const workers = [start(false), start(false)];
  const results = await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [message] of results) expect(message).toEqual({ value: 8, tensors: [2, 0] });
  // Not `toBe`: what earlier tests left to the garbage collector may go at any time
  expect(memory().tensors).toBeLessThanOrEqual(before);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('workers can be terminated in the middle of operations', async () => {
  for (let round = 0; round < 5; round++) {
    const workers = [start(true), start(true), start(true)];
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    await new Promise((resolve) => setTimeout(resolve, 10 * round));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  const x = full([8, 8], 1);
  expect((await matmul(x, x).data())[0]).toBe(8);
});
