import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModel, memory, safetensors } from '../../lib/index.js';
import { digitPlan } from '../../lib/models/digits.js';
import { digitDefaults } from '../../lib/train/digit_defaults.js';
import { type DigitTrainingOptions, isRun, resumeDigits, trainDigits } from '../../lib/train/digit_training.js';
import { type RunConfig, runFiles } from '../../lib/train/run_folder.js';
import { writeBars } from '../support/digits.js';

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  writeBars(at('digits'), 120, 20);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** 110 digits in 11 steps an epoch, 10 for validation; a checkpoint every 4 steps. */
function config(more: Partial<RunConfig> = {}): RunConfig {
  const data = { clebsch: '1.2.3', plan: digitPlan('planar'), data: at('digits'), train: 'nr', limit: null, seed: 0 } as const;
  const run = {
    ...digitDefaults.planar,
    epochs: 2,
    batch: 10,
    checkpointEvery: 4,
    dtype: 'float32',
    device: 'cpu',
    metricsEvery: 2,
  } as const;
  return { ...data, ...run, ...more };
}

const hash = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(runFiles(at(name)).model))
    .digest('hex');

interface Line {
  readonly step: number;
  readonly loss?: number;
  readonly validationAccuracy?: number;
}
const metricsOf = (name: string): Line[] =>
  readFileSync(runFiles(at(name)).metrics, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** Stops a run once it has done so many steps. */
async function trainUntil(name: string, own: RunConfig, steps: number): Promise<void> {
  const stop = new AbortController();
  const options: DigitTrainingOptions = { signal: stop.signal, onStep: ({ step }) => void (step + 1 === steps && stop.abort()) };
  await expect(trainDigits(at(name), own, options)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
}

const stepsIn = async (name: string): Promise<number> => Number((await safetensors.load(runFiles(at(name)).checkpoint)).metadata['steps']);

test('a run leaves its files and a summary', async () => {
  const told: string[] = [];
  const summary = await trainDigits(at('run'), config(), {
    onStart: ({ step, totalSteps, images, totalImages }) => told.push(`start ${step}/${totalSteps} ${images}/${totalImages}`),
    onEpoch: (epoch) => Promise.resolve(void told.push(`epoch ${epoch}`)),
    onValidation: ({ epoch, step }) => told.push(`validation ${epoch} ${step}`),
    onCheckpoint: (steps) => told.push(`checkpoint ${steps}`),
  });
  expect(told.filter((line) => !line.startsWith('checkpoint'))).toEqual([
    'start 0/22 0/220',
    ...['epoch 1', 'validation 1 11', 'epoch 2', 'validation 2 22'],
  ]);
  expect(told.filter((line) => line.startsWith('checkpoint'))).toEqual([0, 4, 8, 11, 12, 16, 20, 22].map((steps) => `checkpoint ${steps}`));
  const best = { epoch: expect.any(Number), validationAccuracy: expect.any(Number), validationLoss: expect.any(Number) };
  const sizes = { seconds: expect.any(Number), imagesPerSecond: expect.any(Number), parameters: expect.any(Number) };
  expect(summary).toEqual({ epochs: 2, steps: 22, trainLoss: expect.any(Number), best, ...sizes });
  const names = [
    'checkpoint.safetensors',
    'config.json',
    expect.stringMatching(/^events\.out\.tfevents\./),
    'metrics.jsonl',
    'model.safetensors',
  ];
  expect(readdirSync(at('run')).sort()).toEqual(names);
  const steps = metricsOf('run').filter(({ loss }) => loss !== undefined);
  expect(steps.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 11, 12, 14, 16, 18, 20, 22]);
  expect(metricsOf('run').filter(({ validationAccuracy }) => validationAccuracy !== undefined).length).toBe(2);
  const model = await loadModel(runFiles(at('run')).model);
  expect((await model.predict(new Uint8Array(784))).shape).toEqual([1, 10]);
});

test('a run leaves no tensors, whether it ends or is stopped', async () => {
  const before = memory().tensors;
  await trainDigits(at('ended'), config({ epochs: 1 }));
  await trainUntil('stopped', config(), 3);
  // Not `toBe`: what earlier tests left to the garbage collector may go at any time
  expect(memory().tensors).toBeLessThanOrEqual(before);
});

test('the model is the one with the highest accuracy in validation, then the lowest loss', async () => {
  const own = config({ epochs: 6, averageDecay: 0, lr: 0.01 });
  const rows: [number, number, number][] = [];
  const { best } = await trainDigits(at('best'), own, {
    onValidation: ({ epoch, validationAccuracy, validationLoss }) => rows.push([epoch, validationAccuracy, validationLoss]),
  });
  const [epoch, accuracy, loss] = rows.sort((a, b) => b[1] - a[1] || a[2] - b[2])[0]!;
  expect(best).toEqual({ epoch, validationAccuracy: accuracy, validationLoss: loss });
});

describe('goes on with the same bits', () => {
  const own = { train: 'r', labelSmoothing: 0.1, maxNorm: 1 } as const;
  let straight: string;
  beforeAll(async () => {
    await trainDigits(at('straight'), config(own));
    straight = hash('straight');
  });

  // 5 and 17: within an epoch; 11: after one, before or after its validation; 4: at a checkpoint.
  test.each([1, 4, 5, 11, 17])('after a stop at step %d', async (steps) => {
    const name = `stopped-${steps}`;
    await trainUntil(name, config(own), steps);
    expect(await stepsIn(name)).toBeGreaterThanOrEqual(steps);
    const { seconds, trainLoss } = await resumeDigits(at(name));
    expect(hash(name)).toBe(straight);
    expect(seconds).toBeGreaterThan(0);
    const last = metricsOf('straight').at(-1)!;
    expect(metricsOf(name).at(-1)).toMatchObject({ step: last.step, validationAccuracy: last.validationAccuracy });
    expect(trainLoss).not.toBeNull();
  });

  test('with another number of steps between checkpoints, in threads or not', async () => {
    await trainDigits(at('often'), config({ ...own, checkpointEvery: 1 }), { cache: at('cache') });
    expect(hash('often')).toBe(straight);
  });

  test('from a checkpoint that lies behind model, metrics and a half line, as a kill leaves them', async () => {
    await trainUntil('killed', config(own), 9);
    const checkpoint = readFileSync(runFiles(at('killed')).checkpoint);
    await resumeDigits(at('killed'));
    writeFileSync(runFiles(at('killed')).checkpoint, checkpoint);
    writeFileSync(runFiles(at('killed')).metrics, '{"step": 2', { flag: 'a' });
    writeFileSync(path.join(at('killed'), '.clebsch-0123456789ab.tmp'), 'half a checkpoint');
    await resumeDigits(at('killed'));
    expect(hash('killed')).toBe(straight);
    const steps = metricsOf('killed').filter(({ loss }) => loss !== undefined);
    expect(steps.map(({ step }) => step)).toEqual([...new Set(steps.map(({ step }) => step))].sort((a, b) => a - b));
    expect(readdirSync(at('killed')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a run that is through stays as it is', async () => {
    const { steps, epochs } = await resumeDigits(at('straight'));
    expect([steps, epochs, hash('straight')]).toEqual([22, 2, straight]);
  });

  test('a run that was killed before its first checkpoint begins anew', async () => {
    await trainUntil('early', config(own), 1);
    rmSync(runFiles(at('early')).checkpoint);
    await resumeDigits(at('early'));
    expect(hash('early')).toBe(straight);
  });
});

test('a deadline leaves a checkpoint and a model, and does not change what comes later', async () => {
  const stop = new AbortController();
  const options = { deadline: stop.signal, onStep: ({ step }: { step: number }) => void (step === 4 && stop.abort()) };
  const { steps, epochs, best } = await trainDigits(at('deadline'), config(), options);
  expect([epochs, best]).toEqual([0, null]);
  expect(steps).toBe(await stepsIn('deadline'));
  (await loadModel(runFiles(at('deadline')).model)).dispose();
  await resumeDigits(at('deadline'));
  expect(hash('deadline')).toBe(hash('run'));
});

test('a loss that is not finite ends the run with step and operation, and leaves the last sound checkpoint', async () => {
  const run = trainDigits(at('diverged'), config({ lr: 1e38 }));
  await expect(run).rejects.toMatchObject({
    code: 'ERR_VALUE',
    message: expect.stringMatching(/for step \d+, got .*, first in the \w+ \S+ .*step \d+$/),
  });
  const { tensors } = await safetensors.load(runFiles(at('diverged')).checkpoint);
  for (const x of Object.values(tensors)) expect((await x.data()).every(Number.isFinite)).toBe(true);
  expect(metricsOf('diverged').every(({ step }) => Number.isInteger(step))).toBe(true);
});

test('a folder with a run is not begun anew, bad digits begin no run, a damaged checkpoint is refused', async () => {
  await expect(trainDigits(at('run'), config())).rejects.toMatchObject({ code: 'ERR_VALUE' });
  for (const limit of [11, 121]) {
    await expect(trainDigits(at('none'), config({ limit }))).rejects.toMatchObject({ code: 'ERR_VALUE' });
  }
  await expect(trainDigits(at('none'), config({ data: at('nowhere') }))).rejects.toMatchObject({ code: 'ERR_IO' });
  expect([isRun(at('none')), existsSync(at('none'))]).toEqual([false, false]);
  await trainUntil('damaged', config(), 3);
  const { checkpoint } = runFiles(at('damaged'));
  const { tensors, metadata } = await safetensors.load(checkpoint);
  for (const [key, text] of [
    ['progress', '{}'],
    ['progress', 'null'],
    ['steps', '23'],
  ] as const) {
    await safetensors.save(checkpoint, tensors, { ...metadata, [key]: text });
    await expect(resumeDigits(at('damaged'))).rejects.toMatchObject({ code: 'ERR_FORMAT' });
  }
});
