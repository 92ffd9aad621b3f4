import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ClebschError,
  type Tensor,
  loadModel,
  memory,
  mixingSet,
  models,
  nn,
  random,
  s2Type,
  saveModel,
  tensor,
  tidy,
} from '../../lib/index.js';
import type { HostArray } from '../../lib/formats/host_array.js';
import { parse, serialize } from '../../lib/formats/safetensors.js';
import { stateShapes } from '../../lib/models/build.js';
import { testDevices } from '../support/devices.js';
import { relativeError } from '../support/reference.js';
import { randomStream } from './damage.js';

const input: models.SignalInput = { sampling: 'gl', bandlimit: 8, L: 4, form: 'coefficients' };
const [nTheta, nPhi] = [8, 15];
const classes = ['zero', 'one', 'two'];

function spherical(dtype: 'float32' | 'float64' = 'float32'): models.Classifier {
  const blocks = [
    { L: 3, channels: 3 },
    { L: 2, channels: 4 },
  ];
  const network = models.sphericalNetwork({ L: 4, blocks, classes: classes.length, hidden: 8, dtype });
  return new models.Classifier({ network, input, classes });
}

function planar(): models.Classifier {
  const network = models.planarCnn({ height: 8, width: 8, channels: [3, 4], classes: classes.length, hidden: 8 });
  return new models.Classifier({ network, input: { ...input, form: 'image' }, classes });
}

/** Digits of random ink. */
function digits(n: number): Uint8Array {
  const next = randomStream(3);
  return Uint8Array.from({ length: n * 28 * 28 }, () => next(256));
}

const modules: [string, () => nn.Module][] = [
  ['spherical network', spherical],
  ['planar network', planar],
  ['linear', () => new nn.Linear(3, 2, { bias: false })],
  [
    'images',
    () =>
      new nn.Sequential([
        new nn.Conv2d({ channelsIn: 2, channelsOut: 3, kernel: [3, 1], stride: 2, padding: 1 }),
        new nn.BatchNorm({ channels: 3 }),
        new nn.MeanPool2d({ kernel: 2, stride: 1 }),
      ]),
  ],
  [
    'group convolutions',
    () =>
      new nn.Sequential([
        new nn.ZonalConvolution({ L: 4, channelsIn: 1, channelsOut: 2, bias: false }),
        new nn.S2Convolution({ L: 4, LOut: 3, N: 2, channelsIn: 2, channelsOut: 3, knots: 2 }),
        new nn.SignalNorm({ L: 3, N: 2, channels: 3 }),
        new nn.SO3Activation({ L: 3, N: 2, fn: 'silu' }),
        new nn.SO3Convolution({ L: 3, N: 2, NOut: 1, channelsIn: 3, channelsOut: 2 }),
      ]),
  ],
  [
    'spherical layer',
    () =>
      new nn.SphericalLayer({
        L1: new nn.GeneralizedConvolution({ tauIn: s2Type(3), tauOut: s2Type(3), channelsIn: 2, channelsOut: 2, bias: false }),
        N: new nn.Sequential([
          new nn.S2Activation({ L: 3, fn: 'relu', oversampling: 1.5 }),
          new nn.NormActivation({ tau: s2Type(3), fn: 'silu' }),
        ]),
        L2: new nn.CovariantNorm({ tau: s2Type(3), channels: 2, perSample: true }),
      }),
  ],
];

let folder: string;
let file: string;
beforeEach(() => {
  random.seed(4);
  folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  file = path.join(folder, 'model.safetensors');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The file at hand with other tensors or metadata. */
function rewrite(change: (archive: { tensors: Map<string, HostArray>; metadata: Record<string, string> }) => void): void {
  const { tensors, metadata } = parse(readFileSync(file));
  const archive = { tensors: new Map(tensors), metadata: { ...metadata } };
  change(archive);
  writeFileSync(file, Buffer.concat(serialize(archive.tensors, archive.metadata)));
}

/** Puts `value`, or what it makes of the old value, at a dotted path of the config. */
function edit(place: string, value: unknown): void {
  rewrite(({ metadata }) => {
    const config = JSON.parse(metadata['clebsch.config']!) as Record<string, unknown>;
    const path = place.split('.');
    const last = path.pop()!;
    const owner = path.reduce((object, key) => object[key] as Record<string, unknown>, config);
    owner[last] = typeof value === 'function' ? (value as (old: unknown) => unknown)(owner[last]) : value;
    metadata['clebsch.config'] = JSON.stringify(config);
  });
}

const nested = (levels: number) => (old: unknown) =>
  Array.from({ length: levels }).reduce((inner) => ({ layer: 'Sequential', modules: [inner] }), old);
const appended = (item: unknown) => (old: unknown) => [...(old as unknown[]), item];

describe('model files', () => {
  test.each(modules)('%s: description, shapes and values come back', async (_, make) => {
    const module = make();
    const config = models.describeModule(module);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    const own = Object.entries(module.stateDict()).map(([name, t]) => [name, t.shape]);
    expect([...stateShapes(config)].sort()).toEqual(own.sort());
    await saveModel(module, file);
    const generator = random.state();
    const model = await loadModel(file);
    expect(random.state()).toEqual(generator);
    expect(models.describeModule(model.module)).toEqual(config);
    expect(model.module.training).toBe(false);
    for (const [name, t] of Object.entries(module.stateDict())) expect(model.module.stateDict()[name]!.dataSync()).toEqual(t.dataSync());
  });

  test('every class of nn can be stored', () => {
    const made = new Set<string>();
    const collect = (config: unknown): void => {
      if (typeof config !== 'object' || config === null) return;
      if ('layer' in config) made.add(String(config.layer));
      Object.values(config).forEach(collect);
    };
    modules.forEach(([, make]) => collect(models.describeModule(make())));
    const known = Object.entries(nn).flatMap(([name, value]) =>
      'prototype' in value && value.prototype instanceof nn.Module ? [name] : [],
    );
    expect(known.filter((name) => !made.has(name))).toEqual([]);
  });

  test.each(modules.slice(0, 2))('%s: the same bits are predicted after a round trip', async (_, make) => {
    const classifier = make() as models.Classifier;
    const images = digits(5);
    classifier.train();
    for (let i = 0; i < 3; i++) {
      const samples = await models.digitSignals(images, classifier.options.input);
      tidy(() => classifier.forward(models.prepareSignals(tensor(samples, [5, nTheta, nPhi]), classifier.options.input)));
    }
    await saveModel(classifier, file, { metadata: { note: 'three steps' } });
    const model = await loadModel(file);
    const samples = await models.digitSignals(images, classifier.options.input);
    const want = classifier
      .eval()
      .forward(models.prepareSignals(tensor(samples, [5, nTheta, nPhi]), classifier.options.input))
      .dataSync();
    const predicted = async (x: Tensor | Uint8Array | Float32Array, batch = 5): Promise<unknown> =>
      (await model.predict(x, { batch })).dataSync();
    expect(await predicted(images)).toEqual(want);
    expect(await predicted(tensor(images, [5, 28, 28]))).toEqual(want);
    expect(await predicted(tensor(Float32Array.from(images), [5, 28, 28]))).toEqual(want);
    expect(await predicted(samples)).toEqual(want);
    expect(await predicted(tensor(samples, [5, nTheta, nPhi]))).toEqual(want);
    expect((await model.predict(new Uint8Array(0))).shape).toEqual([0, classes.length]);
    expect(model.config).toMatchObject({ architecture: { classes, input: classifier.options.input } });
    expect(parse(readFileSync(file)).metadata['note']).toBe('three steps');
    model.dispose();
  });

  test('the edge lists are in the file', async () => {
    await saveModel(spherical(), file);
    const { metadata } = parse(readFileSync(file));
    expect(metadata['clebsch.config']).toContain(JSON.stringify(mixingSet('full', 4, { lOut: 3 })));
    expect(metadata).toMatchObject({ format: 'clebsch', 'clebsch.version': '1' });
  });

  test('loads in another precision', async () => {
    await saveModel(spherical('float64'), file);
    const [exact, rounded] = [await loadModel(file), await loadModel(file, { dtype: 'float32' })];
    const x = random.uniform([2, nTheta, nPhi]);
    const [a, b] = [await exact.predict(x), await rounded.predict(x)];
    expect([a.dtype, b.dtype]).toEqual(['float64', 'float32']);
    a.dataSync().forEach((value, i) => expect(b.dataSync()[i]).toBeCloseTo(value, 4));
  });

  test.each(testDevices())('loads onto %s', async (device) => {
    await saveModel(spherical(), file);
    const x = random.uniform([2, nTheta, nPhi]);
    const want = (await (await loadModel(file)).predict(x)).dataSync();
    const got = await (await loadModel(file, { device })).predict(x);
    expect(relativeError(got.dataSync(), want)).toBeLessThan(1e-4);
  });

  test("a model without input preparation takes its module's input", async () => {
    await saveModel(new nn.Linear(3, 2), file);
    const model = await loadModel(file);
    const x = random.normal([7, 3]);
    expect((await model.predict(x, { batch: 3 })).dataSync()).toEqual(model.module.forward(x).dataSync());
    await expect(model.predict(new Float32Array(3))).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });

  test('prediction stops at its signal, leaves the event loop free and frees what it made', async () => {
    await saveModel(spherical(), file);
    const model = await loadModel(file);
    const images = digits(64);
    const wrong = tensor(images, [64, 784]);
    // garbage of other tests may be collected at any time
    const before = memory().tensors;
    await expect(model.predict(images, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const abort = new AbortController();
    setImmediate(() => abort.abort());
    await expect(model.predict(images, { batch: 1, signal: abort.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(memory().tensors).toBeLessThanOrEqual(before);
    await expect(model.predict(wrong)).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(model.predict(images, { batch: 0 })).rejects.toMatchObject({ code: 'ERR_VALUE' });
    (await model.predict(images)).dispose();
    expect(memory().tensors).toBeLessThanOrEqual(before);
    model.dispose();
    await expect(model.predict(images)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
  });

  test('what cannot be stored', async () => {
    class Own extends nn.Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const shared = new nn.Linear(2, 2);
    const mixed = [new nn.Linear(2, 2), new nn.Linear(2, 2, { dtype: 'float64' })];
    await expect(saveModel(new nn.Sequential([new Own()]), file)).rejects.toMatchObject({ code: 'ERR_VALUE', message: /Own/ });
    await expect(saveModel(new nn.Sequential([shared, shared]), file)).rejects.toMatchObject({ code: 'ERR_VALUE' });
    await expect(saveModel(new nn.Sequential(mixed), file)).rejects.toMatchObject({ code: 'ERR_DTYPE' });
    await expect(saveModel(shared, file, { metadata: { 'clebsch.config': '' } })).rejects.toMatchObject({ code: 'ERR_VALUE' });
  });
});

describe('strict loading', () => {
  beforeEach(() => saveModel(spherical(), file));

  const bias = 'network.head.modules.4.bias';
  const broken: [string, RegExp, () => void][] = [
    ['another format', /format in the metadata, got pt/, () => rewrite(({ metadata }) => (metadata['format'] = 'pt'))],
    ['a newer version', /later release.*clebsch\.version, got 2/, () => rewrite(({ metadata }) => (metadata['clebsch.version'] = '2'))],
    ['no version', /clebsch\.version/, () => rewrite(({ metadata }) => delete metadata['clebsch.version'])],
    ['no config', /JSON for clebsch\.config/, () => rewrite(({ metadata }) => delete metadata['clebsch.config'])],
    ['a config that is a list', /an object for clebsch\.config/, () => rewrite(({ metadata }) => (metadata['clebsch.config'] = '[]'))],
    ['a missing tensor', /'network\.head\.modules\.4\.bias', got none/, () => rewrite(({ tensors }) => tensors.delete(bias))],
    ['an extra tensor', /also 'spare'/, () => rewrite(({ tensors }) => tensors.set('spare', tensors.get(bias)!))],
    [
      'a tensor of another shape',
      /\[3\] for the shape of tensor 'network\.head\.modules\.4\.bias', got \[2\]/,
      () => rewrite(({ tensors }) => tensors.set(bias, { dtype: 'float32', shape: [2], data: new Float32Array(2) })),
    ],
    [
      'a tensor of another dtype',
      /float32 for the dtype of tensor 'network\.head\.modules\.4\.bias', got float64/,
      () => rewrite(({ tensors }) => tensors.set(bias, { dtype: 'float64', shape: [3], data: new Float64Array(3) })),
    ],
    ['an unknown dtype', /dtype, got bfloat16/, () => edit('dtype', 'bfloat16')],
    ['an unknown layer', /a known layer for architecture\.layer, got Transformer/, () => edit('architecture.layer', 'Transformer')],
    ['a layer named like a method', /a known layer/, () => edit('architecture.network.layer', 'toString')],
    ['a layer that is a number', /architecture\.network\.head/, () => edit('architecture.network.head', 3)],
    ['an unknown option', /architecture, got extra/, () => edit('architecture.extra', 1)],
    ['a huge layer', /the shape of tensor/, () => edit('architecture.network.head.modules.1.nIn', 2 ** 20)],
    ['an absurd size', /modules\.1\.nOut/, () => edit('architecture.network.head.modules.1.nOut', 1e300)],
    ['a negative size', /modules\.1\.nOut, got -1/, () => edit('architecture.network.head.modules.1.nOut', -1)],
    ['not a number', /modules\.3\.p, got null/, () => edit('architecture.network.head.modules.3.p', NaN)],
    ['a huge type', /blocks\.0\.modules\.2\.tau\.1/, () => edit('architecture.network.blocks.0.modules.2.tau.1', 2 ** 40)],
    ['a product with huge tables', /couplings/, () => edit('architecture.network.blocks.0.modules.2.tau', [60000, 60000, 1, 1])],
    [
      'an edge outside of the triangle',
      /architecture\.network\.blocks\.0\.modules\.2.*edges/,
      () => edit('architecture.network.blocks.0.modules.2.edges.0', appended([0, 3])),
    ],
    [
      'edges that do not fit the weights',
      /layers that fit together/,
      () => edit('architecture.network.blocks.0.modules.2.edges.1', appended([1, 2])),
    ],
    ['layers that do not fit together', /layers that fit together/, () => edit('architecture.input.L', 5)],
    ['an input beyond its grid', /input\.L/, () => edit('architecture.input.L', 9)],
    ['other classes than logits', /one per class/, () => edit('architecture.classes', appended('three'))],
    ['deep nesting', /at most 32 levels/, () => edit('architecture', nested(20))],
    ['endless nesting', /clebsch\.config, got a value nested too deeply/, () => edit('architecture', nested(100))],
    ['an endless config', /at most 4000000 characters/, () => edit('dtype', 'x'.repeat(4_000_001))],
    ['a key that stands twice', /twice/, () => rewrite(({ metadata }) => (metadata['clebsch.config'] = '{"dtype":1,"dtype":2}'))],
  ];

  test.each(broken)('%s', async (_, message, spoil) => {
    spoil();
    const before = memory().tensors;
    const error: unknown = await loadModel(file).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ClebschError);
    expect(error).toMatchObject({ code: 'ERR_FORMAT', message: expect.stringMatching(message) });
    expect(memory().tensors).toBeLessThanOrEqual(before);
  });

  test('a missing file is ERR_IO, an unknown device ERR_DEVICE', async () => {
    await expect(loadModel(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'ERR_IO' });
    await expect(loadModel(file, { device: 'cuda:77' })).rejects.toMatchObject({ code: 'ERR_DEVICE' });
  });
});
