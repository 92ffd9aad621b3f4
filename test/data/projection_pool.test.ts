import { projectDigits } from '../../lib/data/projection.js';
import * as sources from '../../lib/data/projection_pool.js';
import { bars } from '../support/digits.js';

// Threads run the built code only; the sources project on their own thread.
const built = jest.requireActual<typeof sources>('../../dist/cjs/data/projection_pool.js');

const grid = { theta: [1.8, 2.3, 2.9], nPhi: 5 };
const points = 15;
const n = 600;
const { images } = bars(n);
const angles = Float64Array.from({ length: 3 * n }, (_, i) => i % 7);

async function collect(batches: AsyncIterable<Float32Array>): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe.each([
  ['in threads', built],
  ['on this thread', sources],
])('%s', (_, { projectBatches }) => {
  test.each([undefined, angles])('batches in order, the numbers of projectDigits (angles %#)', async (turns) => {
    const batches = await collect(projectBatches(images, grid, { batch: 70, angles: turns }));
    expect(batches.map(({ length }) => length)).toEqual([...new Array<number>(8).fill(70 * points), 40 * points]);
    expect(Float32Array.from(batches.flatMap((batch) => [...batch]))).toEqual(await projectDigits(images, grid, { angles: turns }));
  });

  test('few digits, one digit, none', async () => {
    for (const count of [0, 1, 3]) {
      const some = images.subarray(0, 784 * count);
      const batches = await collect(projectBatches(some, grid, { batch: 2 }));
      expect(batches.map(({ length }) => length)).toEqual([[0], [points], [2 * points, points]][Math.min(count, 2)]);
    }
  });

  test('stops by signal, or when nobody listens any more', async () => {
    const stop = new AbortController();
    const batches = projectBatches(images, grid, { batch: 10, signal: stop.signal });
    await batches.next();
    stop.abort();
    await expect(batches.next()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    for await (const batch of projectBatches(images, grid, { batch: 10 })) {
      expect(batch.length).toBe(10 * points);
      break;
    }
  });

  test('refuses other shapes', async () => {
    await expect(projectBatches(new Uint8Array(100), grid, { batch: 1 }).next()).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(projectBatches(images, grid, { batch: 1, angles: new Float64Array(3) }).next()).rejects.toMatchObject({
      code: 'ERR_SHAPE',
    });
  });
});

test('this thread is free while others project', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const fine = { theta: Array.from({ length: 60 }, (_, t) => (t * Math.PI) / 60), nPhi: 120 };
  const [batch] = await collect(built.projectBatches(images, fine, { batch: n, angles }));
  clearInterval(timer);
  expect(batch!.length).toBe(n * 7200);
  expect(ticks).toBeGreaterThan(20);
});
