import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Digits, readDigits } from '../../lib/data/mnist.js';
import * as npyFormat from '../../lib/formats/npy.js';
import { serialize } from '../../lib/formats/npz.js';
import { packZip } from '../../lib/formats/zip.js';
import { type Model, type Tensor, loadModel, models, npy, npz, random, saveModel } from '../../lib/index.js';
import { randomStream, readDamaged } from './damage.js';
import { arrays, byNumpy } from './numpy_archives.js';

/** A kind of files from outside: a sound one, and how a program reads files of this kind. */
interface Kind<T> {
  readonly bytes: Uint8Array;
  /** How many bytes at the beginning say how the others are read; all, where it is left out. */
  readonly headerBytes?: number;
  /** Puts damaged bytes into a sound wrapping, which brings them to the reader behind it. */
  readonly wrap?: (damaged: Uint8Array) => Uint8Array;
  readonly load: (file: string) => Promise<T>;
  /** Throws where what was loaded contradicts itself. */
  readonly sound: (loaded: T) => Promise<void>;
}

type MakeKind = (folder: string) => Promise<(count: number) => Promise<number>>;

/** Files of a kind in a folder. */
function kind<T>(make: (folder: string) => Promise<Kind<T>> | Kind<T>): MakeKind {
  return async (folder) => {
    const { bytes, headerBytes = bytes.length, wrap = (damaged) => damaged, load, sound } = await make(folder);
    const file = path.join(folder, 'damaged');
    const read = (damaged: Uint8Array): Promise<T> => {
      writeFileSync(file, wrap(damaged));
      return load(file);
    };
    return (count) => readDamaged(bytes, headerBytes, count, read, sound);
  };
}

function randomBytes(count: number): Uint8Array {
  const next = randomStream(3);
  return Uint8Array.from({ length: count }, () => next(256));
}

const images = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]), randomBytes(2 * 784)]);
const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 2]);

function digits(folder: string): Pick<Kind<Digits>, 'load' | 'sound'> {
  const labelsFile = path.join(folder, 'labels');
  writeFileSync(labelsFile, labels);
  return {
    load: (file) => readDigits(file, labelsFile),
    sound: ({ images, labels }) => Promise.resolve(assert.equal(images.length, 784 * labels.length)),
  };
}

/** A tensor comes back the same from a file of ours. */
async function soundTensor(x: Tensor, folder: string): Promise<void> {
  const copy = path.join(folder, 'copy.npy');
  await npy.save(copy, x);
  const again = await npy.load(copy);
  assert.deepEqual([again.dtype, again.shape, await again.data()], [x.dtype, x.shape, await x.data()]);
  [x, again].forEach((t) => t.dispose());
}

function array(folder: string): Pick<Kind<Tensor>, 'load' | 'sound'> {
  return { load: (file) => npy.load(file), sound: (x) => soundTensor(x, folder) };
}

function archive(folder: string): Pick<Kind<Record<string, Tensor>>, 'load' | 'sound'> {
  const sound = async (tensors: Record<string, Tensor>): Promise<void> => {
    for (const x of Object.values(tensors)) await soundTensor(x, folder);
  };
  return { load: (file) => npz.load(file), sound };
}

const floats = Buffer.concat(npyFormat.serialize({ dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, NaN, -0) }));

async function model(folder: string): Promise<Kind<Model>> {
  random.seed(4);
  const input: models.SignalInput = { sampling: 'gl', bandlimit: 8, L: 4, form: 'coefficients' };
  const blocks = [
    { L: 3, channels: 3 },
    { L: 2, channels: 4 },
  ];
  const classes = ['zero', 'one', 'two'];
  const network = models.sphericalNetwork({ L: input.L, blocks, classes: classes.length, hidden: 8 });
  const file = path.join(folder, 'model.safetensors');
  await saveModel(new models.Classifier({ network, input, classes }), file);
  const bytes = readFileSync(file);
  const x = random.uniform([1, 8, 15]);
  const sound = async (loaded: Model): Promise<void> => {
    const logits = await loaded.predict(x);
    assert.deepEqual(logits.shape, [1, (loaded.module as models.Classifier).options.classes.length]);
    logits.dispose();
    loaded.dispose();
  };
  return { bytes, headerBytes: 8 + Number(bytes.readBigUInt64LE()), load: (damaged) => loadModel(damaged), sound };
}

/**
 * Kinds of files from outside. Of each, any number of damaged ones can be made in a folder and read as a program reads them: every one must
 * load or throw a ClebschError of a file's kind. Resolves to the number of those that were refused, and rejects at the first fault.
 */
export const mutations: Readonly<Record<string, MakeKind>> = {
  idx: kind((folder) => ({ bytes: images, headerBytes: 16, ...digits(folder) })),
  'idx, gzip': kind((folder) => ({ bytes: gzipSync(images), ...digits(folder) })),
  'idx in sound gzip': kind((folder) => ({ bytes: images, headerBytes: 16, wrap: gzipSync, ...digits(folder) })),
  npy: kind((folder) => ({ bytes: floats, headerBytes: 80, ...array(folder) })),
  'npz, stored': kind((folder) => ({ bytes: Buffer.concat(serialize(arrays)), ...archive(folder) })),
  'npz, deflated with descriptors': kind((folder) => ({
    bytes: Buffer.from(byNumpy['savez_compressed into a stream, with data descriptors'], 'base64'),
    ...archive(folder),
  })),
  'npy in sound npz': kind((folder) => ({
    bytes: floats,
    headerBytes: 80,
    wrap: (damaged) => Buffer.concat(packZip(new Map([['x.npy', [damaged]]]))),
    ...archive(folder),
  })),
  model: kind(model),
};
