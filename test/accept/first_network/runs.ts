import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { progress } from '../report.js';
import { clebschJson } from './command.js';

/** What `clebsch train --json` prints. */
export interface Summary {
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly parameters: number;
}

export interface Run {
  readonly folder: string;
  readonly model: string;
  readonly summary: Summary;
}

/** Where a finished run keeps its summary; `clebsch train --json > RUN/train.json` leaves the same. */
const summaryFile = 'train.json';

/**
 * The run of this name in the folder CLEBSCH_RUNS, trained with these options on two threads. One that was finished before is taken as it is, with the
 * times of its own training; one that was stopped goes on.
 */
export async function trained(name: string, options: readonly string[]): Promise<Run> {
  const folder = path.join(process.env['CLEBSCH_RUNS']!, name);
  const record = path.join(folder, summaryFile);
  const model = path.join(folder, 'model.safetensors');
  if (existsSync(record)) {
    progress(`${name}: trained before, ${folder}`);
  } else {
    progress(`${name}: training`);
    const train = ['train', 'spherical-mnist', '--out', folder, '--threads', '2', '--resume'];
    writeFileSync(record, JSON.stringify(await clebschJson<Summary>([...train, ...options])));
  }
  return { folder, model, summary: JSON.parse(readFileSync(record, 'utf8')) as Summary };
}

export interface Evaluation {
  /** 0..1 */
  readonly accuracy: number;
  readonly n: number;
  readonly seconds: number;
}

/** All test digits, unrotated or each under its own rotation. */
export function evaluated(run: string, test: 'nr' | 'r'): Promise<Evaluation> {
  return clebschJson(['evaluate', run, '--test', test, '--threads', '2']);
}

/** The hybrid network trained on unrotated digits, the one that the issue is about; `quick` trains it for some minutes only. */
export function hybridRun(quick: boolean): Promise<Run> {
  return quick ? quickRun(0) : trained('nr-hybrid', ['--train', 'nr', '--model', 'hybrid']);
}

export function quickRun(seed: number): Promise<Run> {
  return trained(`quick-${seed}`, ['--train', 'nr', '--model', 'hybrid', '--quick', '--seed', String(seed)]);
}
