import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memory, models, nn, random, s2Type, saveModel } from '../../lib/index.js';
import { networkEquivarianceError } from '../../lib/train/network_equivariance.js';

const L = 4;
const tau = s2Type(L);
let folder: string;
let file: string;
beforeEach(() => {
  random.seed(2);
  folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  file = path.join(folder, 'model.safetensors');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A classifier with one block, a point-wise activation. */
async function saveActivation(): Promise<void> {
  const block = new nn.Sequential([new nn.S2Activation({ L, fn: 'relu' })]);
  const readouts = [0, 1].map(() => new nn.Invariants({ tau, norms: true }));
  const network = new models.SphericalNetwork({ blocks: [block], readouts, head: new nn.Linear(2 * L, 1) });
  const input = { sampling: 'gl', bandlimit: L, L, form: 'coefficients' } as const;
  await saveModel(new models.Classifier({ network, input, classes: ['one'] }), file);
}

test('a strict network is equivariant to rounding, in both precisions, and nothing stays in memory', async () => {
  await saveModel(models.sphericalNetwork({ L, blocks: [{ L: 3, channels: 3 }], classes: 2, hidden: 4 }), file);
  const before = [memory().tensors, random.state()];
  expect((await networkEquivarianceError(file, { dtype: 'float32' })).max).toBeLessThan(1e-5);
  expect((await networkEquivarianceError(file, { dtype: 'float64' })).max).toBeLessThan(1e-12);
  expect(memory().tensors).toBeLessThanOrEqual(before[0] as number);
  expect(random.state()).toEqual(before[1]);
});

test('finer grids for the activations make the error smaller; 2 is what the model has', async () => {
  await saveActivation();
  const error = async (oversampling?: number): Promise<number> =>
    (await networkEquivarianceError(file, { dtype: 'float64', ...(oversampling && { oversampling }) })).mean;
  const [one, two, four] = [await error(1), await error(2), await error(4)];
  expect(one).toBeGreaterThan(1.5 * two);
  expect(two).toBeGreaterThan(2 * four);
  expect(four).toBeGreaterThan(1e-6);
  const before = [memory().tensors, random.state()];
  expect([await error(1), await error(4)]).toEqual([one, four]); // the transforms' tables are there by now
  expect(await error()).toBe(two);
  expect(memory().tensors).toBeLessThanOrEqual(before[0] as number);
  expect(random.state()).toEqual(before[1]);
});

test('a network without signals on the sphere has no such error', async () => {
  await saveModel(new nn.Linear(2, 2), file);
  await expect(networkEquivarianceError(file, { dtype: 'float32' })).rejects.toMatchObject({ code: 'ERR_VALUE', message: /got Linear/ });
});
