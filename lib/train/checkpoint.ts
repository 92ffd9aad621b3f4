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

function prefixed(prefix: string, tensors: Tensors): [string, Tensor][] {
  return Object.entries(tensors).map(([name, t]) => [`${prefix}.${name}`, t]);
}

function withPrefix(prefix: string, tensors: Tensors): Tensors {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, t]) => [name.slice(prefix.length + 1), t]));
}

/** Writes all that training needs to go on with the same bits: module, optimiser, random generator and the number of steps done. */
export async function saveCheckpoint(file: string, module: Module, optimizer: Optimizer, steps: number): Promise<void> {
  const metadata = { format, version, steps: String(steps), random: JSON.stringify(random.state()) };
  await tidy(async () => {
    const tensors = [...prefixed('model', module.stateDict()), ...prefixed('optimizer', optimizer.stateDict())];
    await safetensors.save(file, Object.fromEntries(tensors), metadata);
  });
}

/** Read before anything changes, so that a broken file leaves module and optimiser as they were. */
function readProgress(metadata: Readonly<Record<string, string>>): { steps: number; state: RandomState } {
  const [steps, state] = ['steps', 'random'].map((key) => parseStrictJson(op, key, metadata[key] ?? '', 1));
  expectFormat(op, isCount(steps), 'a whole number', 'steps', steps);
  const { seed, offset } = Object(state) as Record<string, unknown>;
  expectFormat(op, isCount(seed) && isCount(offset), 'a seed and an offset', 'random', state);
  return { steps, state: { seed, offset } };
}

/**
 * Puts module, optimiser and random generator into the state of a checkpoint; resolves to the number of steps done. Throws ERR_IO, ERR_FORMAT,
 * and the errors of loadStateDict where the checkpoint is another module's.
 */
export async function loadCheckpoint(file: string, module: Module, optimizer: Optimizer): Promise<number> {
  return tidy(async () => {
    const { tensors, metadata } = await safetensors.load(file);
    const fits = metadata['format'] === format && metadata['version'] === version;
    const kind = `${metadata['format'] ?? 'no format'}, version ${metadata['version'] ?? 'unknown'}`;
    if (!fits) throw expected(op, `${format}, version ${version}`, file, kind, 'ERR_FORMAT');
    const { steps, state } = readProgress(metadata);
    module.loadStateDict(withPrefix('model', tensors));
    optimizer.loadStateDict(withPrefix('optimizer', tensors));
    random.restore(state);
    return steps;
  });
}
