import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../atomic_file.js';
import { expected } from '../errors.js';
import { expectFormat } from '../formats/format_check.js';
import { parseStrictJson } from '../formats/strict_json.js';

const op = 'metrics';
const maxBytes = 2 ** 28;

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

/** One measurement; numbers by name, such as step, loss and accuracy, or validationLoss and validationAccuracy. */
export type Measurement = ReadonlyMap<string, number>;

function readLine(line: string, argument: string): Measurement {
  const row = parseStrictJson(op, argument, line, 4, 'any');
  expectFormat(op, typeof row === 'object' && row !== null && !Array.isArray(row), 'an object', argument, row);
  return new Map(Object.entries(row).filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

/**
 * The lines of a metrics.jsonl file, one JSON object each. What is no number, such as the null of a loss that was not finite, is left out, and so is
 * a last line without an end, which a process leaves that was killed while it wrote. Throws ERR_FORMAT with the number of any other broken line.
 */
export function parseMetrics(bytes: Uint8Array): Measurement[] {
  expectFormat(op, bytes.length <= maxBytes, `at most ${maxBytes} bytes`, 'metrics.jsonl', `${bytes.length} bytes`);
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
  return lines.slice(0, -1).flatMap((line, i) => (line.trim() === '' ? [] : [readLine(line, `line ${i + 1} of metrics.jsonl`)]));
}
