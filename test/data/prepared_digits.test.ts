import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../lib/data/input_cache.js';
import { preparedDigits } from '../../lib/data/prepared_digits.js';
import { digitRotations } from '../../lib/data/random_poses.js';
import { sphericalDigits } from '../../lib/data/spherical_digits.js';
import { random } from '../../lib/index.js';
import type { SignalInput } from '../../lib/data/signal_input.js';
import { bars } from '../support/digits.js';

const n = 20;
const { images } = bars(n);
const input: SignalInput = { sampling: 'gl', bandlimit: 6, L: 4, form: 'coefficients' };

let cache: string;
beforeEach(() => (cache = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
afterEach(() => rmSync(cache, { recursive: true }));

/** The numbers, and whether digits had to be projected for them. */
async function prepare(options: Parameters<typeof preparedDigits>[2] = {}, wanted = input): Promise<[ArrayLike<number>, boolean]> {
  let made = false;
  const inputs = await preparedDigits(images, wanted, { cache, onDigits: () => (made = true), ...options });
  return [await inputs.data(), made];
}

test('prepared digits are made once, and the same numbers come from the cache', async () => {
  const plain = await (await sphericalDigits(images, input)).data();
  expect(await prepare()).toEqual([plain, true]);
  expect(await prepare()).toEqual([plain, false]);
  expect(readdirSync(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.safetensors$/)]);
});

test('whatever matters makes another entry', async () => {
  const [plain] = await prepare();
  const angles = await digitRotations(n, 3);
  const [turned, made] = await prepare({ angles });
  expect([made, turned]).not.toEqual([true, plain]);
  expect(turned).toEqual(await (await sphericalDigits(images, input, { angles })).data());
  expect((await prepare({}, { ...input, L: 3 }))[1]).toBe(true);
  expect((await prepare({}, { ...input, form: 'image' }))[1]).toBe(true);
  expect((await prepare({}, { ...input, sampling: 'mw' }))[1]).toBe(true);
  const other = await preparedDigits(
    images.map((pixel) => pixel >> 1),
    input,
    { cache },
  );
  expect(await other.data()).not.toEqual(plain);
  expect(readdirSync(cache).length).toBe(6);
});

test('a damaged entry is made again', async () => {
  const [plain] = await prepare();
  const file = path.join(cache, readdirSync(cache)[0]!);
  const bytes = readFileSync(file);
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 3]! ^= 1;
  for (const damaged of [Buffer.alloc(0), bytes.subarray(0, 100), bytes.subarray(0, -1), flipped, Buffer.from('no entry')]) {
    writeFileSync(file, damaged);
    expect(await prepare()).toEqual([plain, true]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  }
});

test('what a killed process left half written goes, as does the oldest where there is too much', async () => {
  const entry = (name: string, age: number, bytes: number): void => {
    const file = path.join(cache, name);
    writeFileSync(file, '');
    truncateSync(file, bytes); // takes no room on the disk
    utimesSync(file, Date.now() / 1000 - age, Date.now() / 1000 - age);
  };
  const [older, newer] = ['a', 'b'].map((letter) => `${letter.repeat(64)}.safetensors`) as [string, string];
  entry(older, 900, 2 ** 31);
  entry(newer, 800, 2 ** 31);
  entry('.clebsch-0123456789ab.tmp', 7200, 1);
  entry('.clebsch-ba9876543210.tmp', 60, 1);
  entry('notes', 10_000, 1);
  await prepare();
  const left = readdirSync(cache);
  expect(left.length).toBe(4);
  expect(left).toEqual(expect.arrayContaining([newer, '.clebsch-ba9876543210.tmp', 'notes']));
});

test('a folder that cannot be written costs the cache, not the result', async () => {
  const [plain] = await prepare();
  const blocked = path.join(cache, 'file');
  writeFileSync(blocked, '');
  expect(await prepare({ cache: blocked })).toEqual([plain, true]);
  expect(await prepare({ cache: path.join(blocked, 'below') })).toEqual([plain, true]);
});

test('an error is no cached result', async () => {
  await expect(preparedDigits(images, input, { cache, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  await expect(preparedDigits(images.subarray(1), input, { cache })).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  expect(readdirSync(cache)).toEqual([]);
});

test('the folder is that of XDG_CACHE_HOME, or in the working folder', () => {
  const before = process.env['XDG_CACHE_HOME'];
  process.env['XDG_CACHE_HOME'] = '/somewhere';
  expect(cacheFolder()).toBe('/somewhere/clebsch');
  process.env['XDG_CACHE_HOME'] = '';
  expect(cacheFolder()).toBe('.cache/clebsch');
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
});

test('rotations are those of the seed; the generator stays where it was', async () => {
  random.seed(9);
  const before = random.state();
  const angles = await digitRotations(4, 5);
  expect(random.state()).toEqual(before);
  random.seed(5);
  expect(angles).toEqual(await random.rotations(4).data());
  expect(await digitRotations(4, 6)).not.toEqual(angles);
});
