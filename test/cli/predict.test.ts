import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { argmax, npy, random, softmax, tensor } from '../../lib/index.js';
import { loadModel, saveModel } from '../../lib/model_file.js';
import { Classifier } from '../../lib/models/classifier.js';
import { sphericalNetwork } from '../../lib/models/spherical_plan.js';
import { clebsch } from './command.js';

const n = 5;
const images = Uint8Array.from({ length: n * 28 * 28 }, (_, i) => (i * i) % 256);
let folder: string;
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'clebsch-'));
  random.seed(1);
  const network = sphericalNetwork({ L: 4, blocks: [{ L: 3, channels: 4 }], classes: 10 });
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  await saveModel(
    new Classifier({ network, input: { sampling: 'gl', bandlimit: 6, L: 4, form: 'coefficients' }, classes }),
    at('model.safetensors'),
  );
  await npy.save(at('digits.npy'), tensor(images, [n, 28, 28]));
});

afterAll(() => rm(folder, { recursive: true }));

const args = (...more: string[]): string[] => ['predict', at('model.safetensors'), '--input', at('digits.npy'), ...more];

test('writes classes and probabilities, the numbers of Model.predict', async () => {
  const model = await loadModel(at('model.safetensors'));
  const logits = await model.predict(images);
  const classes = await clebsch(args('--output', at('classes.npy'), '--json'));
  expect([classes.status, classes.stderr]).toEqual([0, '']);
  expect(JSON.parse(classes.stdout)).toEqual({ n, seconds: expect.any(Number) });
  const written = await npy.load(at('classes.npy'));
  expect([written.dtype, written.shape]).toEqual(['int32', [n]]);
  expect(await written.data()).toEqual(await argmax(logits, -1).data());

  const probabilities = await clebsch(args('--output', at('probabilities.npy'), '--probabilities'));
  expect([probabilities.status, probabilities.stdout]).toEqual([0, expect.stringMatching(/^5 predictions in /)]);
  const shares = await npy.load(at('probabilities.npy'));
  expect([shares.dtype, shares.shape]).toEqual(['float32', [n, 10]]);
  expect(await shares.data()).toEqual(await softmax(logits).data());
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('without an output file prints a line per digit', async () => {
  expect((await clebsch(args())).stdout).toMatch(/^(\d\n){5}$/);
  expect((await clebsch(args('--probabilities'))).stdout).toMatch(/^((\S+ ){9}\S+\n){5}$/);
});

test.each([
  ['a missing model', ['predict', 'nowhere', '--input', 'x.npy'], /expected a readable file for file, got nowhere/],
  ['a missing input', [], /expected a readable file for file, got nowhere/],
])('%s is one line and status 1', async (_, given, message) => {
  const { status, stdout, stderr } = await clebsch(given.length > 0 ? given : ['predict', at('model.safetensors'), '--input', 'nowhere']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^clebsch: [^\n]+\n$/);
  expect(stderr).toMatch(message);
});

test('a file that is no model and an input of another shape are one line and status 1', async () => {
  await writeFile(at('text'), 'no model');
  const model = await clebsch(['predict', at('text'), '--input', at('digits.npy')]);
  expect([model.status, model.stderr]).toEqual([1, expect.stringMatching(/^clebsch: \[[^\n]+\n$/)]);
  await npy.save(at('flat.npy'), tensor([1, 2, 3]));
  const shape = await clebsch(['predict', at('model.safetensors'), '--input', at('flat.npy')]);
  expect([shape.status, shape.stderr]).toEqual([1, expect.stringMatching(/^clebsch: \[predict\] expected \[n, 28, 28\][^\n]+\n$/)]);
});
