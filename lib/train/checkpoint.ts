import { expected } from '../errors.js';
import { safetensors } from '../files.js';
import { expectFormat } from '../formats/format_check.js';
import { isCount } from '../formats/host_array.js';
import { parseStrictJson } from '../formats/strict_json.js';
import type { Module } from '../nn/module.js';
import { type RandomState, random } from '../random.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import type { Optimizer } from './train.js';

type Tensors = Record<string, Tensor>;

const op = 'loadCheckpoint';
const format = 'clebsch-checkpoint';
const version = '1';
const maxProgressDepth = 4;

/** What changes in training, beside the random generator. */
export interface TrainingState {
  readonly module: Module;
  readonly optimizer: Optimizer;
  /** Averaged weights (see `WeightAverage`). */
  readonly averaged?: Module;
}

/** How far a training has come: the number of steps done, and what the program that trains wants to know again, in JSON. */
export interface Position {
  readonly steps: number;
  readonly progress?: unknown;
}

function prefixed(prefix: string, tensors: Tensors): [string, Tensor][] {
  return Object.entries(tensors).map(([name, t]) => [`${prefix}.${name}`, t]);
}

function withPrefix(prefix: string, tensors: Tensors): Tensors {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, t]) => [name.slice(prefix.length + 1), t]));
}

/** Writes all that training needs to go on with the same bits: module, optimiser, averaged weights, random generator and position. Throws ERR_IO. */
export async function saveCheckpoint(
  file: string,
  { module, optimizer, averaged }: TrainingState,
  { steps, progress = null }: Position,
): Promise<void> {
  const metadata = { format, version, steps: String(steps), random: JSON.stringify(random.state()), progress: JSON.stringify(progress) };
  await tidy(async () => {
    const average = averaged ? prefixed('average', averaged.stateDict()) : [];
    const tensors = [...prefixed('model', module.stateDict()), ...prefixed('optimizer', optimizer.stateDict()), ...average];
    await safetensors.save(file, Object.fromEntries(tensors), metadata);
  });
}

/** Read before anything changes, so that a broken file leaves module and optimiser as they were. */
function readPosition(metadata: Readonly<Record<string, string>>): Required<Position> & { state: RandomState } {
  const read = (key: string): unknown => parseStrictJson(op, key, metadata[key] ?? '', maxProgressDepth);
  const [steps, state, progress] = ['steps', 'random', 'progress'].map(read);
  expectFormat(op, isCount(steps), 'a whole number', 'steps', steps);
  const { seed, offset } = Object(state) as Record<string, unknown>;
  expectFormat(op, isCount(seed) && isCount(offset), 'a seed and an offset', 'random', state);
  return { steps, progress, state: { seed, offset } };
}

/**
 * Puts module, optimiser, averaged weights and random generator into the state of a checkpoint. Throws ERR_IO, ERR_FORMAT, and the errors of
 * loadStateDict where the checkpoint is another module's.
 */
export async function loadCheckpoint(file: string, { module, optimizer, averaged }: TrainingState): Promise<Required<Position>> {
  return tidy(async () => {
    const { tensors, metadata } = await safetensors.load(file);
    const fits = metadata['format'] === format && metadata['version'] === version;
    const kind = `${metadata['format'] ?? 'no format'}, version ${metadata['version'] ?? 'unknown'}`;
    if (!fits) throw expected(op, `${format}, version ${version}`, file, kind, 'ERR_FORMAT');
    const { steps, progress, state } = readPosition(metadata);
    module.loadStateDict(withPrefix('model', tensors));
    averaged?.loadStateDict(withPrefix('average', tensors));
    optimizer.loadStateDict(withPrefix('optimizer', tensors));
    random.restore(state);
    return { steps, progress };
  });
}
