import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadInput } from '../../lib/cli/input.js';
import { memory, nn, npy, npz, saveModel, tensor, tidy } from '../../lib/index.js';
import { clebsch } from './command.js';

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'clebsch-'));
});
afterEach(() => rm(folder, { recursive: true }));

const save = (...names: string[]): Promise<void> =>
  tidy(() => npz.save(at('X.NPZ'), Object.fromEntries(names.map((name, i) => [name, tensor([i])]))));

test.each([
  [['anything'], 0],
  [['labels', 'images'], 1],
  [['x', 'y'], 0],
  [['x', 'images'], 1],
])('of the arrays %j that with index %d is taken, and no other tensor stays', async (names, index) => {
  await save(...names);
  const before = memory().tensors;
  const input = await loadInput(at('X.NPZ'));
  expect(await input.data()).toEqual(Float32Array.of(index));
  expect(memory().tensors).toBe(before + 1);
  input.dispose();
});

test.each([
  [[], /got none$/],
  [['a', 'constructor'], /one named images or x, for .*X\.NPZ, got a, constructor$/],
])('arrays %j are ERR_FORMAT', async (names, message) => {
  await save(...names);
  const before = memory().tensors;
  await expect(loadInput(at('X.NPZ'))).rejects.toMatchObject({ code: 'ERR_FORMAT', message: expect.stringMatching(message) as string });
  expect(memory().tensors).toBe(before);
});

test('predict takes an archive', async () => {
  await saveModel(new nn.Linear(3, 2), at('model.safetensors'));
  await npy.save(at('x.npy'), tensor([1, 2, 3], [1, 3]));
  await npz.save(at('x.npz'), { x: tensor([1, 2, 3], [1, 3]), labels: tensor([1]) });
  const [single, archive] = await Promise.all(
    ['x.npy', 'x.npz'].map((name) => clebsch(['predict', at('model.safetensors'), '--input', at(name), '--probabilities'])),
  );
  expect(archive).toEqual(single);
  expect(archive!.status).toBe(0);
});
