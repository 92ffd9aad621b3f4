import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { nn } from '../../lib/index.js';
import { concat, memory, mul, optim, random, safetensors, setThreads, tensor, tidy } from '../../lib/index.js';
import { sphericalNetwork } from '../../lib/models/spherical_plan.js';
import { loadCheckpoint, saveCheckpoint } from '../../lib/train/checkpoint.js';
import { accuracy, confusionCounts, evaluate, forwardInBatches } from '../../lib/train/evaluate.js';
import { type Examples, type Optimizer, type StepReport, type TrainOptions, epochOrder, stepCount, train } from '../../lib/train/train.js';

const [n, L, classes] = [40, 4, 3];

/** Signals whose class is told by where their energy lies: in degree 1, 2 or 3. */
function examples(): Examples {
  const values = new Float32Array(n * L * L);
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  labels.forEach((label, i) => {
    const l = label + 1;
    for (let m = 0; m <= 2 * l; m++) values[i * L * L + l * l + m] = Math.sin(i + 3 * m);
  });
  return { inputs: tensor(values, [n, L * L, 1]), labels: tensor(labels, [n]) };
}

interface Run {
  readonly module: nn.Module;
  readonly optimizer: Optimizer;
}

function start(): Run {
  random.seed(3);
  const module = sphericalNetwork({ L, blocks: [{ L: 3, channels: 4 }], classes, hidden: 8 });
  return { module, optimizer: new optim.AdamW(module.parameters(), { lr: 0.01 }) };
}

const options: TrainOptions = { epochs: 12, batch: 16, seed: 5, schedule: optim.schedules.constant(0.01) };

async function parametersOf({ module }: Run): Promise<ArrayLike<number>[]> {
  return Promise.all(Object.values(module.stateDict()).map((p) => p.data()));
}

test('lowers the loss, reports every step, and leaves no tensors behind', async () => {
  const { module, optimizer } = start();
  const data = examples();
  const reports: StepReport[] = [];
  const lived: number[] = [];
  await train(module, optimizer, data, {
    ...options,
    onStep: (report) => {
      reports.push(report);
      lived.push(memory().tensors);
    },
  });
  expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: stepCount(n, options) }, (_, i) => i));
  expect(reports.map(({ epoch }) => epoch)).toEqual(reports.map(({ step }) => Math.floor(step / 3)));
  expect(reports.at(-1)!.loss).toBeLessThan(0.5 * reports[0]!.loss);
  // The count falls when the collector frees tensors of test files that ran before in this process.
  expect(Math.max(...lived.slice(1, -1))).toBe(lived[1]);
  const logits = await forwardInBatches(module, data.inputs, { batch: 7 });
  expect(logits.shape).toEqual([n, classes]);
});

test('epochs take copies of the inputs in turn', async () => {
  const run = start();
  const { inputs, labels } = examples();
  const other = mul(inputs, 0.5);
  await train(run.module, run.optimizer, { inputs: concat([inputs, other]), labels }, { ...options, epochs: 2 });
  const perEpoch = stepCount(n, { ...options, epochs: 1 });
  const alone = start();
  await train(alone.module, alone.optimizer, { inputs, labels }, { ...options, epochs: 1 });
  await train(alone.module, alone.optimizer, { inputs: other, labels }, { ...options, epochs: 2, start: perEpoch });
  expect(await parametersOf(run)).toEqual(await parametersOf(alone));
});

test('gives the same bits again, with 1 and with 2 threads', async () => {
  const results: ArrayLike<number>[][] = [];
  for (const threads of [1, 2, 2]) {
    setThreads(threads);
    const run = start();
    await train(run.module, run.optimizer, examples(), options);
    results.push(await parametersOf(run));
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

describe('stopped by its signal', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'clebsch-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('it writes a checkpoint, from which training goes on with the same bits', async () => {
    const straight = start();
    await train(straight.module, straight.optimizer, examples(), options);

    const file = path.join(folder, 'checkpoint.safetensors');
    const stop = new AbortController();
    const first = start();
    const interrupted = train(first.module, first.optimizer, examples(), {
      ...options,
      signal: stop.signal,
      onStep: ({ step }) => void (step === 9 && stop.abort()),
      checkpoint: (steps) => saveCheckpoint(file, first, { steps }),
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'ERR_ABORTED' });

    const second = start();
    random.seed(99);
    const { steps } = await loadCheckpoint(file, second);
    expect(steps).toBeGreaterThanOrEqual(10);
    expect(steps).toBeLessThan(stepCount(n, options));
    await train(second.module, second.optimizer, examples(), { ...options, start: steps });
    expect(await parametersOf(second)).toEqual(await parametersOf(straight));
  });

  test.each([
    ['steps', '-1'],
    ['steps', ''],
    ['random', '{"seed":1}'],
    ['random', '[1'],
  ])('a checkpoint whose %s is %j is refused and changes nothing', async (key, text) => {
    const file = path.join(folder, 'broken.safetensors');
    const { module, optimizer } = start();
    await saveCheckpoint(file, { module, optimizer }, { steps: 3 });
    const { tensors, metadata } = await safetensors.load(file);
    const [name] = Object.keys(module.parameters());
    const changed = { ...tensors, [`model.${name}`]: tensors[`model.${name}`]!.add(1) };
    await safetensors.save(file, changed, { ...metadata, [key]: text });
    const before = await parametersOf({ module, optimizer });
    await expect(loadCheckpoint(file, { module, optimizer })).rejects.toMatchObject({ code: 'ERR_FORMAT', op: 'loadCheckpoint' });
    expect(await parametersOf({ module, optimizer })).toEqual(before);
  });

  test('a file that is no checkpoint is refused', async () => {
    const { module, optimizer } = start();
    await expect(loadCheckpoint(path.join(folder, 'nowhere'), { module, optimizer })).rejects.toMatchObject({ code: 'ERR_IO' });
  });
});

test('a loss that is not finite stops training with the step', async () => {
  const { module, optimizer } = start();
  const schedule = (step: number): number => (step < 4 ? 0.01 : 1e38);
  const run = train(module, optimizer, examples(), { ...options, schedule });
  await expect(run).rejects.toMatchObject({
    code: 'ERR_VALUE',
    message: expect.stringMatching(/a finite loss for step \d+, got (NaN|-?Infinity)/),
  });
});

test('where it can go back it finds the step and the operation that a loss that is not finite came from', async () => {
  const { module, optimizer } = start();
  const data = examples();
  const spoilt = await data.inputs.data();
  const inputs = tensor(
    spoilt.map((value, i) => (i === 16 * 20 + 3 ? Infinity : value)),
    data.inputs.shape,
  );
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'clebsch-')), 'first.safetensors');
  await saveCheckpoint(file, { module, optimizer }, { steps: 0 });
  const rewind = async (): Promise<number> => (await loadCheckpoint(file, { module, optimizer })).steps;
  const step = Math.floor(epochOrder(n, 5, 0).indexOf(20) / 16);
  const run = train(module, optimizer, { ...data, inputs }, { ...options, rewind });
  const message = new RegExp(`a finite loss for step ${step}, got \\S+, first in the operation gatherRows of step ${step}$`);
  await expect(run).rejects.toMatchObject({ code: 'ERR_VALUE', message: expect.stringMatching(message) });

  // A step so long that the weights overflow.
  const schedule = (at: number): number => (at < 4 ? 0.01 : Infinity);
  const far = train(module, optimizer, data, { ...options, schedule, rewind, start: await rewind() });
  await expect(far).rejects.toMatchObject({ message: expect.stringMatching(/for step 5, got NaN, first in the update of \S+ in step 4$/) });
  await rm(path.dirname(file), { recursive: true });
});

test('weights that are not finite are found at a pause, before anything is written', async () => {
  const { module, optimizer } = start();
  const onPause = jest.fn();
  const schedule = (step: number): number => (step < 4 ? 0.01 : Infinity);
  const run = train(module, optimizer, examples(), { ...options, schedule, pauseAfter: (steps) => steps % 5 === 0, onPause });
  await expect(run).rejects.toMatchObject({ code: 'ERR_VALUE', message: expect.stringMatching(/finite weights for step 4/) });
  expect(onPause).not.toHaveBeenCalled();
});

test('pauses with nothing under way, and what is done there changes nothing', async () => {
  const straight = start();
  await train(straight.module, straight.optimizer, examples(), options);
  const paused = start();
  const data = examples();
  let reported = 0;
  const pauses: number[] = [];
  await train(paused.module, paused.optimizer, data, {
    ...options,
    onStep: ({ step }) => (reported = step + 1),
    pauseAfter: (steps) => steps % 7 === 0,
    onPause: async (steps) => {
      pauses.push(steps);
      expect(reported).toBe(steps);
      expect((await evaluate(paused.module, data)).predicted.length).toBe(n);
    },
  });
  expect(pauses).toEqual([7, 14, 21, 28, 35]);
  expect(await parametersOf(paused)).toEqual(await parametersOf(straight));
});

test('evaluates: accuracy, loss, and the classes that were predicted', async () => {
  const { module, optimizer } = start();
  const data = examples();
  await train(module, optimizer, data, options);
  const found = await evaluate(module, data, { batch: 9 });
  const [own, labels] = [await found.logits.data(), await data.labels.data()];
  const row = (i: number): number[] => [...own.subarray(classes * i, classes * (i + 1))];
  const losses = Array.from(labels, (label, i) => Math.log(row(i).reduce((sum, x) => sum + Math.exp(x), 0)) - row(i)[label]!);
  expect(found.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / n, 5);
  expect([...found.predicted]).toEqual(Array.from(labels, (_, i) => row(i).indexOf(Math.max(...row(i)))));
  expect(found.accuracy).toBe(accuracy(found.predicted, labels));
});

test('the order of an epoch is a permutation of its own that the seed decides', () => {
  const order = epochOrder(100, 1, 0);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(epochOrder(100, 1, 0)).toEqual(order);
  expect(epochOrder(100, 1, 1)).not.toEqual(order);
  expect(epochOrder(100, 2, 0)).not.toEqual(order);
});

test('accuracy and confusion count', () => {
  expect(accuracy([0, 1, 1, 2], [0, 1, 2, 2])).toBe(0.75);
  expect(confusionCounts([0, 1, 1, 2], [0, 1, 2, 2], 3)).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 1, 1],
  ]);
});

test('an aborted signal stops forward passes', async () => {
  const { module } = start();
  const run = tidy(() => forwardInBatches(module, examples().inputs, { signal: AbortSignal.abort() }));
  await expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED' });
});
