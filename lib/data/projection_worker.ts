import { parentPort, workerData } from 'node:worker_threads';
import { type DigitBatch, type SphereGrid, projectDigitsSync } from './projection.js';

// The thread of a ProjectionWorker: for each batch of digits its samples, in order.
const grid = workerData as SphereGrid;
parentPort?.on('message', (digits: DigitBatch) => {
  const samples = projectDigitsSync(digits, grid);
  parentPort!.postMessage(samples, [samples.buffer]);
});
