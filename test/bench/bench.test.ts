import { ops } from '../../lib/op.js';
import { native } from '../../lib/native.js';
import { groups } from './groups.js';
import { matmulEntries } from './linear.js';
import { choices, operationEntries } from './operations.js';
import { type Bench, measureRows } from './row.js';

test('every operation has a benchmark, and every choice an operation', () => {
  expect(Object.keys(choices).filter((op) => !ops.has(op))).toEqual([]);
  expect(operationEntries().map(({ name }) => name)).toEqual([...ops.keys()].map((op) => `op ${op}`));
});

test('names tell rows apart', () => {
  const keys = groups.flatMap((group) => group()).map(({ name, dtype }) => `${name} ${dtype}`);
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});

test('rows have the fields of the format', async () => {
  const bench: Bench = {
    device: 'cpu',
    deviceCode: native.deviceCode('cpu'),
    threads: 1,
    effort: { seconds: 0, most: 1 },
    peer: 'missing',
  };
  const limits = { float32: 1e9, float64: 1e9, bandwidth: 1e9 };
  const small = { ...matmulEntries()[0]!, inputs: [{ shape: [4, 4] }, { shape: [4, 4] }], flops: 128, backward: 3 } as const;
  const [forward, both] = await measureRows([small], bench, limits);
  expect(forward).toEqual({
    name: small.name,
    device: 'cpu',
    dtype: 'float32',
    threads: 1,
    shape: [
      [4, 4],
      [4, 4],
    ],
    layout: 'row-major',
    ms: { median: expect.any(Number), min: expect.any(Number), spread: expect.any(Number) },
    flops: 128,
    bytes: 192,
    limitShare: 192 / 1e6 / forward!.ms.median,
    peer: { name: 'matmul', missing: expect.stringContaining('numpy') },
    peers: [{ name: 'matmul', missing: expect.stringContaining('numpy') }],
  });
  expect(both).toMatchObject({ name: `${small.name}, forward + backward`, flops: 3 * 128, bytes: 192 + 64 + 256 });
});
