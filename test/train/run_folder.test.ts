import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { digitModels, digitPlan } from '../../lib/models/digits.js';
import { digitDefaults } from '../../lib/train/digit_defaults.js';
import { type RunConfig, readConfig, readPlan, removeLeftovers, runFiles, writeConfig } from '../../lib/train/run_folder.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function config(model: (typeof digitModels)[number] = 'planar'): RunConfig {
  const { quickEpochs: _, ...defaults } = digitDefaults[model];
  const data = { clebsch: '1.2.3', plan: digitPlan(model), data: null, train: 'nr', limit: null, seed: 0 } as const;
  return { ...data, ...defaults, dtype: 'float32', device: 'cpu', metricsEvery: 10 };
}

test.each(digitModels)('the configuration of a run with a %s network is read as it was written', async (model) => {
  const run = path.join(folder, 'a', 'b');
  await writeConfig(run, config(model));
  expect(await readConfig(run)).toEqual(config(model));
  expect(await readPlan(runFiles(run).config)).toEqual(digitPlan(model));
});

test.each<[string, string]>([
  ['half a file', '{"epochs": 1'],
  ['a list', '[]'],
  ['null', 'null'],
  ['no epochs', JSON.stringify({ ...config(), epochs: undefined })],
  ['half an epoch', JSON.stringify({ ...config(), epochs: 0.5 })],
  ['no kind of network', JSON.stringify({ ...config(), plan: { model: 'large' } })],
  ['another dtype', JSON.stringify({ ...config(), dtype: 'int32' })],
  ['an option that nobody knows', JSON.stringify({ ...config(), momentum: 1 })],
])('a configuration that is %s is refused', async (_, text) => {
  writeFileSync(runFiles(folder).config, text);
  await expect(readConfig(folder)).rejects.toMatchObject({ code: 'ERR_FORMAT', message: expect.stringContaining('config.json') });
});

test('a plan may stand alone; what is none is refused', async () => {
  const file = path.join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(digitPlan('strict')));
  expect(await readPlan(file)).toEqual(digitPlan('strict'));
  for (const text of ['', 'null', '{"plan":null}', '{"model":"none"}']) {
    writeFileSync(file, text);
    await expect(readPlan(file)).rejects.toMatchObject({ code: 'ERR_FORMAT', message: expect.stringContaining('plan.json') });
  }
  await expect(readPlan(path.join(folder, 'absent'))).rejects.toMatchObject({ code: 'ERR_IO' });
});

test('a folder that cannot be made is a coded error', async () => {
  writeFileSync(path.join(folder, 'file'), '');
  await expect(writeConfig(path.join(folder, 'file'), config())).rejects.toMatchObject({ code: 'ERR_IO' });
});

test('leftovers of killed processes are removed, and nothing else', async () => {
  for (const name of ['.clebsch-0123456789ab.tmp', '.clebsch-x.tmp', 'model.safetensors']) writeFileSync(path.join(folder, name), '');
  await removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(['.clebsch-x.tmp', 'model.safetensors']);
});
