import { existsSync } from 'node:fs';
import { type Digits, firstDigits, loadMnist } from '../data/mnist.js';
import type { DigitPoses } from '../data/poses.js';
import { preparedDigits } from '../data/prepared_digits.js';
import { digitRotations, digitStrains } from '../data/random_poses.js';
import type { Device } from '../device.js';
import { ClebschError, expected } from '../errors.js';
import { type Classifier } from '../models/classifier.js';
import { digitClassifier } from '../models/digits.js';
import { slice } from '../ops/blocks.js';
import { cast, concat, toDevice } from '../ops/layout.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { DigitRun, type RunOptions, type RunSummary } from './digit_run.js';
import { type RunConfig, readConfig, removeLeftovers, runFiles } from './run_folder.js';
import type { Examples } from './train.js';

const op = 'trainDigits';

/** One digit in so many is kept for validation. */
const validationShare = 12;

export interface DigitTrainingOptions extends RunOptions {
  /** Called after every few digits that were prepared with their number, and that of all. */
  readonly onDigits?: (count: number, total: number) => void;
  /** Where prepared digits are kept (see `preparedDigits`); left out: nowhere. */
  readonly cache?: string;
}

/** Whether the folder holds a run that can go on. */
export function isRun(folder: string): boolean {
  return existsSync(runFiles(folder).config);
}

/** Begins a run in `folder`, where there must be none. Throws ERR_VALUE, ERR_IO, ERR_FORMAT; see `train` for other ends. */
export async function trainDigits(folder: string, config: RunConfig, options: DigitTrainingOptions = {}): Promise<RunSummary> {
  if (isRun(folder)) throw expected(op, 'a folder without a run', 'folder', `${folder}, which holds one already`);
  return run(folder, config, options);
}

/** Goes on with the run in `folder` from its last checkpoint: on the same device its results are those of a run that was never stopped, to the bit. */
export async function resumeDigits(
  folder: string,
  options: DigitTrainingOptions & { readonly data?: string; readonly device?: Device } = {},
): Promise<RunSummary> {
  const stored = await readConfig(folder);
  const config = { ...stored, data: options.data ?? stored.data, device: options.device ?? stored.device };
  await removeLeftovers(folder);
  return run(folder, config, options);
}

async function trainingDigits({ data, limit }: RunConfig): Promise<Digits> {
  const digits = await loadMnist('train', data ?? undefined);
  const used = limit === null ? digits : firstDigits(digits, limit);
  const { length } = used.labels;
  if (length < validationShare) throw expected(op, `at least ${validationShare} digits (one in so many validates)`, 'limit', length);
  return used;
}

async function run(folder: string, config: RunConfig, options: DigitTrainingOptions): Promise<RunSummary> {
  const digits = await trainingDigits(config);
  const parameters = { dtype: config.dtype, device: config.device as Device };
  const networks: Classifier[] = [];
  const build = (): Classifier => {
    const network = digitClassifier(config.plan, parameters);
    networks.push(network);
    return network;
  };
  return tidy(async () => {
    try {
      random.seed(config.seed);
      const [model, averaged] = [build(), config.averageDecay > 0 ? build() : undefined];
      const examples = await prepare(digits, model, config, options);
      return await new DigitRun(folder, config, { model, averaged, ...examples }, options).run();
    } finally {
      networks.forEach((network) => network.dispose());
    }
  });
}

/** Training digits, in copies one after another, and, the last twelfth, those for validation. */
async function prepare(
  { images, labels }: Digits,
  model: Classifier,
  config: RunConfig,
  { signal, cache, onDigits }: DigitTrainingOptions,
): Promise<{ training: Examples; validation: Examples }> {
  const n = labels.length;
  const trained = n - Math.floor(n / validationShare);
  const angles = config.train === 'r' ? await digitRotations(n, config.seed) : undefined;
  const total = n + (config.copies - 1) * trained;
  const inputsOf = (count: number, poses: DigitPoses): Promise<Tensor> =>
    preparedDigits(images.subarray(0, (count * images.length) / n), model.options.input, {
      ...poses,
      ...(cache !== undefined && { cache }),
      ...(signal && { signal }),
      ...(onDigits && { onDigits: (some: number) => onDigits(some, total) }),
    });
  const device = config.device as Device;
  const place = (x: Tensor): Tensor => toDevice(cast(x, config.dtype), device);
  const all = place(await inputsOf(n, { angles }));
  const copies = [rows(all, 0, trained)];
  for (let copy = 1; copy < config.copies; copy++) {
    const strains = await digitStrains(trained, config.seed, copy, config.strain);
    copies.push(place(await inputsOf(trained, { strains, angles: angles?.subarray(0, 3 * trained) })));
  }
  if (signal?.aborted) throw new ClebschError('ERR_ABORTED', op, 'stopped by its signal');
  const classes = tensor(Int32Array.from(labels), [n], { device });
  return {
    training: { inputs: concat(copies), labels: rows(classes, 0, trained) },
    validation: { inputs: rows(all, trained, n - trained), labels: rows(classes, trained, n - trained) },
  };
}

function rows(x: Tensor, first: number, count: number): Tensor {
  const rest = x.shape.slice(1);
  return slice(x, [first, ...rest.map(() => 0)], [count, ...rest]);
}
