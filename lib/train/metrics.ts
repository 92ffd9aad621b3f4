import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../atomic_file.js';
import { expected } from '../errors.js';

const op = 'metrics';

/** Means over the steps since the line before. */
export interface StepMetrics {
  /** Steps done. */
  readonly step: number;
  /** Of the last step, counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  readonly lr: number;
  /** Of training until now. */
  readonly seconds: number;
}

/** What the network does on the validation digits. */
export interface ValidationMetrics extends Pick<StepMetrics, 'step' | 'epoch' | 'seconds'> {
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

/** Lines of metrics.jsonl as written: each is JSON and ends with a line break, so that only a last one can be half written. */
export function appendMetrics(file: string, line: StepMetrics | ValidationMetrics): void {
  try {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  } catch (cause) {
    throw expected(op, 'a writable place', 'file', `${file}: ${(cause as Error).message}`, 'ERR_IO');
  }
}

function isWithin(line: string, steps: number): boolean {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === 'number' && step <= steps;
  } catch {
    return false;
  }
}

/** Leaves the lines of the first `steps` steps: what a run wrote after its last checkpoint is written again when it goes on. */
export async function cutMetrics(file: string, steps: number): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const kept = text.split('\n').filter((line) => isWithin(line, steps));
  await writeFileAtomic(file, [Buffer.from(kept.map((line) => `${line}\n`).join(''))], op);
}
