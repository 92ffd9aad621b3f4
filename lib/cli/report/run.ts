import { statSync } from 'node:fs';
import path from 'node:path';
import { readBytes } from '../../atomic_file.js';
import type { DeviceOption } from '../../device.js';
import { expected } from '../../errors.js';
import { loadModel } from '../../model_file.js';
import { Classifier } from '../../models/classifier.js';
import { type RunConfig, readConfig, runFiles } from '../../train/run_folder.js';
import { type Measurement, parseMetrics } from '../../train/metrics.js';

const op = 'report';
const digitClasses = 10;

/** A trained classifier of digits. */
export interface Run {
  /** Name of the run's folder or of the model file. */
  readonly name: string;
  readonly folder: string;
  readonly model: Classifier;
  /** How it was trained; a model file alone does not tell. */
  readonly training?: { readonly config: RunConfig; readonly metrics: readonly Measurement[] };
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch (error) {
    throw expected(op, 'the folder of a run or a model file', 'RUN', `${file}: ${(error as Error).message}`, 'ERR_IO');
  }
}

async function loadClassifier(file: string, device: DeviceOption): Promise<Classifier> {
  const { module } = await loadModel(file, { device });
  if (module instanceof Classifier && module.options.classes.length >= digitClasses) return module;
  module.dispose();
  const got = module instanceof Classifier ? `${module.options.classes.length} classes` : module.constructor.name;
  throw expected(op, `a classifier with a class for each of 0 to ${digitClasses - 1}`, file, got);
}

/** Reads the folder of a `clebsch train`, or a model file. Throws ERR_IO, ERR_FORMAT, or ERR_VALUE for a model that does not classify digits. */
export async function readRun(place: string, device: DeviceOption): Promise<Run> {
  const name = path.basename(path.resolve(place));
  if (!isFolder(place)) return { name, folder: path.dirname(place), model: await loadClassifier(place, device) };
  const files = runFiles(place);
  const training = { config: await readConfig(place), metrics: parseMetrics(await readBytes(files.metrics, op)) };
  // Last, as it alone has to be disposed.
  return { name, folder: place, training, model: await loadClassifier(files.model, device) };
}
