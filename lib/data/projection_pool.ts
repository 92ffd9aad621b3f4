import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ClebschError } from '../errors.js';
import { digitSide } from './mnist.js';
import { type DigitPoses, slicePoses } from './poses.js';
import { type DigitBatch, type SphereGrid, countDigits, projectDigits } from './projection.js';

const op = 'projectDigits';

/** Only the built package has it: TypeScript sources, run as they are, and bundles project on their own thread. */
const workerFile = path.join(__dirname, 'projection_worker.js');
const maxWorkers = 8;
/** A thread starts in about the time that this many digits take. */
const leastDigits = 500;
/** Batches under way per worker, so that none waits for its next. */
const depth = 2;

interface Waiting {
  readonly resolve: (samples: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that projects batches in the order in which it is given them. */
class ProjectionWorker {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];

  constructor(grid: SphereGrid) {
    this.worker = new Worker(workerFile, { workerData: { ...grid, theta: Float64Array.from(grid.theta) } });
    this.worker.on('message', (samples: Float32Array) => this.waiting.shift()?.resolve(samples));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new ClebschError('ERR_ABORTED', op, 'its thread has ended')));
  }

  project(digits: DigitBatch): Promise<Float32Array> {
    const samples = new Promise<Float32Array>((resolve, reject) => this.waiting.push({ resolve, reject }));
    samples.catch(() => undefined); // nobody may be waiting for it any more
    this.worker.postMessage(digits);
    return samples;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

export interface BatchProjection extends DigitPoses {
  /** Digits in a batch. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The samples of digits (see `projectDigits`) batch by batch, of no digits one empty batch. Many digits are projected in threads of their own, some
 * batches ahead. Throws ERR_SHAPE, or ERR_ABORTED after `signal`.
 */
export async function* projectBatches(
  images: Uint8Array,
  grid: SphereGrid,
  { batch, signal, ...poses }: BatchProjection,
): AsyncGenerator<Float32Array, void, undefined> {
  const n = countDigits({ images, ...poses });
  const batches = Math.max(1, Math.ceil(n / batch));
  // Copies, since a message takes all of the memory behind an array along.
  const part = (i: number): DigitBatch => ({
    images: images.slice(i * batch * digitSide ** 2, (i + 1) * batch * digitSide ** 2),
    ...slicePoses(poses, i * batch, (i + 1) * batch),
  });
  if (n < leastDigits || !existsSync(workerFile)) {
    for (let i = 0; i < batches; i++) {
      const { images: some, ...own } = part(i);
      yield await projectDigits(some, grid, { ...own, signal });
    }
    return;
  }
  const workers = Array.from({ length: Math.min(maxWorkers, availableParallelism(), batches) }, () => new ProjectionWorker(grid));
  try {
    const underWay: Promise<Float32Array>[] = [];
    for (let sent = 0, done = 0; done < batches; done++) {
      if (signal?.aborted) throw new ClebschError('ERR_ABORTED', op, 'stopped by its signal');
      for (; sent < Math.min(batches, done + depth * workers.length); sent++)
        underWay.push(workers[sent % workers.length]!.project(part(sent)));
      yield await underWay.shift()!;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}
