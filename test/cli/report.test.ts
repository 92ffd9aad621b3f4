import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Tau, mixingSet, models, nn, random, s2Type, saveModel, tensor } from '../../lib/index.js';
import { appendMetrics } from '../../lib/train/metrics.js';
import { type RunConfig, runFiles, writeConfig } from '../../lib/train/run_folder.js';
import { expectBalanced } from '../report/balanced.js';
import { decodePng } from '../report/decode_png.js';
import { clebsch } from './command.js';

const L = 5;
const digits = 30;
const classes = [...'0123456789'];
let folder: string;
const at = (...names: string[]): string => path.join(folder, ...names);

/** What the command prints with --json. */
interface Findings {
  report: string;
  n: number;
  unrotated: number;
  rotated: number;
  parameters: number;
  differences: number[];
  seconds: number;
}

function writeDigits(): void {
  const idx = (dims: number[], data: Uint8Array) =>
    Buffer.concat([Buffer.from([0, 0, 8, dims.length, ...dims.flatMap((dim) => [0, 0, 0, dim])]), data]);
  const labels = Uint8Array.from({ length: digits }, (_, i) => i % 10);
  // A stroke whose place tells the class.
  const images = Uint8Array.from({ length: digits * 784 }, (_, i) => {
    const [row, column] = [Math.floor(i / 28) % 28, i % 28];
    return Math.abs(row - 9 - labels[Math.floor(i / 784)]!) < 2 && column > 5 && column < 22 ? 255 : 0;
  });
  writeFileSync(at('t10k-images-idx3-ubyte'), idx([digits, 28, 28], images));
  writeFileSync(at('t10k-labels-idx1-ubyte'), idx([digits], labels));
}

function mixed(tauIn: Tau, tauOut: Tau, channelsIn: number, channelsOut: number): [nn.Module, nn.Module] {
  const product = new nn.TensorProductActivation({ tau: tauIn, edges: mixingSet('full', tauIn.length, { lOut: tauOut.length }) });
  return [product, new nn.GeneralizedConvolution({ tauIn: product.tau, tauOut, channelsIn, channelsOut })];
}

/** Two blocks; the first one's output has several fragments per degree, and `hybrid` begins with an activation at the points of the sphere. */
function spherical(hybrid: boolean, bandlimit = L, logits = classes.length): nn.Module {
  const [tau0, tau1, tau2] = [s2Type(bandlimit), [1, 3, 3].slice(0, bandlimit), [2, 0].slice(0, bandlimit)];
  const activation = hybrid ? [new nn.S2Activation({ L: bandlimit, fn: 'relu', oversampling: 1 })] : [];
  const [N, L2] = mixed(tau1, tau2, 3, 2);
  const blocks = [
    new nn.Sequential([...activation, ...mixed(tau0, tau1, 1, 3)]),
    new nn.SphericalLayer({ L1: new nn.CovariantNorm({ tau: tau1, channels: 3 }), N, L2 }),
  ];
  const readouts = [tau0, tau1, tau2].map((tau) => new nn.Invariants({ tau, norms: true }));
  const features = [tau0, tau1, tau2].reduce((sum, tau, i) => sum + [1, 3, 2][i]! * tau.reduce((a, b) => a + b), 0);
  return new models.SphericalNetwork({ blocks, readouts, head: new nn.Linear(features, logits) });
}

function classifier(network: nn.Module, o: Partial<models.SignalInput> = {}, names: readonly string[] = classes): nn.Module {
  const input = { sampling: 'gl', bandlimit: 2 * L, L, form: 'coefficients', ...o } as const;
  return new models.Classifier({ network, input, classes: names });
}

const config: RunConfig = {
  clebsch: '0.1.0',
  plan: models.digitPlan('hybrid'),
  data: null,
  train: 'nr',
  limit: 40,
  seed: 3,
  epochs: 4,
  batch: 10,
  lr: 0.01,
  warmup: 0.05,
  weightDecay: 1e-4,
  maxNorm: null,
  averageDecay: 0.99,
  labelSmoothing: 0,
  copies: 1,
  strain: 0,
  dtype: 'float32',
  device: 'cpu',
  checkpointEvery: 10,
  metricsEvery: 1,
};

/** The folder of a run that was stopped in its second epoch. */
async function writeRun(name: string, model: nn.Module): Promise<string> {
  const files = runFiles(at(name));
  await writeConfig(at(name), config);
  await saveModel(model, files.model);
  for (let step = 1; step <= 8; step++) {
    const [epoch, seconds] = [Math.ceil(step / 4), step / 2];
    appendMetrics(files.metrics, { step, epoch, loss: 2 / step, accuracy: 1 - 1 / step, imagesPerSecond: 20, lr: 0.01, seconds });
    if (step % 4 === 0) appendMetrics(files.metrics, { step, epoch, validationLoss: 1 / epoch, validationAccuracy: 0.5, seconds });
  }
  return at(name);
}

async function report(run: string, ...more: string[]): Promise<{ found: Findings; page: string; folder: string }> {
  const { status, stdout, stderr } = await clebsch(['report', run, '--data', folder, '--json', ...more], {
    env: { XDG_CACHE_HOME: at('cache') },
  });
  expect([status, stderr]).toEqual([0, '']);
  const found = JSON.parse(stdout) as Findings;
  // Without the pictures' bytes, in which any word may occur.
  const page = readFileSync(found.report, 'utf8').replace(/(data:image\/png;base64,)[\w+/=]+/g, '$1');
  return { found, page, folder: path.dirname(found.report) };
}

async function failure(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await clebsch(['report', ...args, '--data', folder], { env: { XDG_CACHE_HOME: at('cache') } });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^clebsch: \[[^\n]+\n$/);
  return stderr;
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  writeDigits();
  random.seed(1);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the report of a run: curves, matrices, mistakes, activations and mixing sets, each as a file too', async () => {
  const run = await writeRun('hybrid', classifier(spherical(true)));
  appendFileSync(runFiles(run).metrics, '{"step": 9, "lo');
  const { found, page, folder: out } = await report(run);
  expect(found).toMatchObject({ report: path.join(run, 'report', 'index.html'), n: digits, parameters: expect.any(Number) });
  expect(found.differences).toHaveLength(2);
  expect(Math.min(...found.differences)).toBeGreaterThan(1e-3);
  expectBalanced(page.replace('<!doctype html>', '').replace(/<style>.*?<\/style>/s, ''));
  expect(page).not.toMatch(/<script|href=|src="(?!data:)|NaN|undefined/);
  expect(page).toContain('trained on unrotated digits for 2 of 4 epochs');
  expect(page).toMatch(/<td>hybrid<\/td>.*<td class="number">4\.0 s<\/td><td class="number">20<\/td>/);

  const files = readdirSync(out);
  const drawings = ['loss', 'accuracy', 'model-confusion-unrotated', 'model-confusion-rotated', 'mixing-1', 'mixing-2'].map(
    (name) => `${name}.svg`,
  );
  expect(files).toEqual(expect.arrayContaining([...drawings, 'block1-again.png', 'block2-difference.png', 'digit-0.png', 'mistake-1.png']));
  for (const file of files.filter((name) => name.endsWith('.svg'))) expectBalanced(readFileSync(path.join(out, file), 'utf8'));
  for (const file of files.filter((name) => name.endsWith('.png'))) {
    const { width, height, data } = decodePng(readFileSync(path.join(out, file)));
    expect(data).toHaveLength(4 * width * height);
  }
  // Steps 1 to 8 and two validations, but not the half line.
  expect(readFileSync(path.join(out, 'loss.svg'), 'utf8').match(/<circle/g)).toHaveLength(10);
});

test('a strict network turns exactly with its input, and a model file needs no run', async () => {
  await saveModel(classifier(spherical(false)), at('strict.safetensors'));
  const { found, page, folder: out } = await report(at('strict.safetensors'), '--out', at('elsewhere'), '--limit', '12', '--seed', '7');
  expect([found.n, out]).toEqual([12, at('elsewhere')]);
  expect(Math.max(...found.differences)).toBeLessThan(1e-5);
  expect(readdirSync(out)).not.toContain('loss.svg');
  expect(page).not.toMatch(/<h2>(Training|Settings)|NaN|undefined/);
  const again = await report(at('strict.safetensors'), '--out', at('again'), '--limit', '12', '--seed', '7');
  expect(readFileSync(path.join(again.folder, 'block1-turned.png'))).toEqual(readFileSync(path.join(out, 'block1-turned.png')));
  const other = await report(at('strict.safetensors'), '--out', at('again'), '--limit', '12', '--seed', '8');
  expect(readFileSync(path.join(other.folder, 'block1-turned.png'))).not.toEqual(readFileSync(path.join(out, 'block1-turned.png')));
});

test('a planar network has the parts that make sense', async () => {
  const side = 2 * L;
  const planar = models.planarCnn({ height: side, width: side, classes: 10, channels: [4], hidden: 8 });
  const run = await writeRun('planar', classifier(planar, { form: 'image' }));
  const { found, page, folder: out } = await report(run);
  expect(found.differences).toEqual([]);
  const { width, height } = decodePng(readFileSync(path.join(out, 'flat-0.png')));
  expect([width, height]).toEqual([240, 240]);
  expect(readdirSync(out).filter((name) => /^(block|mixing)/.test(name))).toEqual([]);
  expect(page).not.toMatch(/tensor products|turn with its input/);
});

test('degree 0 alone, and more classes than digits', async () => {
  const names = [...classes, '<ten>', '"11"'];
  await saveModel(classifier(spherical(true, 1, names.length), { L: 1, bandlimit: 1 }, names), at('one.safetensors'));
  const { found, page, folder: out } = await report(at('one.safetensors'), '--out', at('one'));
  expect(Math.max(...found.differences)).toBeLessThan(1e-5);
  expect(page).not.toMatch(/NaN|undefined|<ten>/);
  expect(readFileSync(path.join(out, 'model-confusion-rotated.svg'), 'utf8').match(/<rect/g)).toHaveLength(12 * 12 + 1);
});

test('one digit, which is right: no mistakes to show', async () => {
  const network = spherical(false) as models.SphericalNetwork;
  // All digits are zeros to it, as the first one is.
  network.head.stateDict()['bias']!.assign(tensor([1e4, ...new Array<number>(9).fill(0)]));
  await saveModel(classifier(network), at('zeros.safetensors'));
  const right = await report(at('zeros.safetensors'), '--limit', '1', '--out', at('zeros'));
  expect(right.found).toMatchObject({ n: 1, unrotated: 1, rotated: 1 });
  expect(right.page).not.toMatch(/NaN|undefined|mistakes/);
  const { page } = await report(at('zeros.safetensors'), '--limit', '2', '--out', at('zeros'));
  expect(page).toContain('Test digit 2: a 1, taken for 0 (0: 100.0 %, 1: below 0.1 %)');
});

test.each<[string, (run: string) => void, RegExp]>([
  ['garbage among its metrics', (run) => appendFileSync(runFiles(run).metrics, 'garbage\n{}\n'), /line 11 of metrics\.jsonl/],
  ['settings that are none', (run) => writeFileSync(runFiles(run).config, '{"plan"'), /config\.json/],
  ['a model that is none', (run) => writeFileSync(runFiles(run).model, 'model'), /safetensors/],
  ['no model yet', (run) => rmSync(runFiles(run).model), /model\.safetensors/],
  ['no metrics', (run) => rmSync(runFiles(run).metrics), /metrics\.jsonl/],
])('a run with %s is one line and status 1, and nothing is written', async (_, damage, message) => {
  const run = await writeRun(`damaged-${message.source.length}`, classifier(spherical(false)));
  damage(run);
  expect(await failure(run)).toMatch(message);
  expect(existsSync(path.join(run, 'report'))).toBe(false);
});

test('what is no digit classifier, no run, or no folder is one line and status 1', async () => {
  await saveModel(spherical(false), at('network.safetensors'));
  expect(await failure(at('network.safetensors'))).toMatch(/expected a classifier with a class for each of 0 to 9 .*got SphericalNetwork/);
  expect(await failure(at('nowhere'))).toMatch(/expected the folder of a run or a model file for RUN/);
  await saveModel(classifier(spherical(false)), at('sound.safetensors'));
  expect(await failure(at('sound.safetensors'), '--limit', '31')).toMatch(/at most 30/);
  expect(await failure(at('sound.safetensors'), '--out', at('sound.safetensors', 'x'))).toMatch(/expected a folder/);
  mkdirSync(at('empty'));
  const { status, stderr } = await clebsch(['report', at('sound.safetensors'), '--data', at('empty')]);
  expect([status, stderr]).toEqual([1, expect.stringMatching(/t10k-/)]);
});
