import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { readBytes } from '../../atomic_file.js';
import type { DeviceOption } from '../../device.js';
import { expected } from '../../errors.js';
import { expectFormat } from '../../formats/format_check.js';
import { parseStrictJson } from '../../formats/strict_json.js';
import { loadModel } from '../../model_file.js';
import { Classifier } from '../../models/classifier.js';
import { isObject } from '../../models/schema.js';
import { type Measurement, parseMetrics } from './metrics.js';

const op = 'report';
const digitClasses = 10;

/** A trained classifier of digits, and what its training left beside it; a model file alone has neither settings nor metrics. */
export interface Run {
  /** Name of the run's folder or of the model file. */
  readonly name: string;
  readonly folder: string;
  readonly model: Classifier;
  /** config.json as it stands. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly metrics: readonly Measurement[];
}

async function readSettings(file: string): Promise<Record<string, unknown>> {
  const settings = parseStrictJson(op, file, Buffer.from(await readBytes(file, op)).toString('utf8'), 64, 'any');
  expectFormat(op, isObject(settings), 'an object', file, settings);
  return settings;
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch (error) {
    throw expected(op, 'a run folder or a model file', 'RUN', `${file}: ${(error as Error).message}`, 'ERR_IO');
  }
}

async function loadClassifier(file: string, device: DeviceOption): Promise<Classifier> {
  const { module } = await loadModel(file, { device });
  if (module instanceof Classifier && module.options.classes.length >= digitClasses) return module;
  module.dispose();
  const got = module instanceof Classifier ? `${module.options.classes.length} classes` : module.constructor.name;
  throw expected(op, `a classifier with a class for each of 0 to ${digitClasses - 1}`, file, got, 'ERR_VALUE');
}

/** Reads the folder of a `clebsch train`, or a model file. Throws ERR_IO, ERR_FORMAT, or ERR_VALUE for a model that does not classify digits. */
export async function readRun(place: string, device: DeviceOption): Promise<Run> {
  const inFolder = isFolder(place);
  const folder = inFolder ? place : path.dirname(place);
  const beside = (file: string): string | undefined =>
    inFolder && existsSync(path.join(folder, file)) ? path.join(folder, file) : undefined;
  const [config, metrics] = ['config.json', 'metrics.jsonl'].map(beside);
  return {
    name: path.basename(path.resolve(place)),
    folder,
    settings: config === undefined ? {} : await readSettings(config),
    metrics: metrics === undefined ? [] : parseMetrics(await readBytes(metrics, op)),
    // Last, as it alone has to be disposed.
    model: await loadClassifier(inFolder ? path.join(folder, 'model.safetensors') : place, device),
  };
}
