import { add, complex, full, matmul, mixingSet, s2Type, sum, synchronize, tensorProduct, tidy, zeros } from '../../lib/index.js';
import { type ProfileRow, profile } from '../../lib/profile.js';
import { profileTable } from '../../lib/cli/profile_table.js';
import { native } from '../../lib/native.js';
import { testDevices } from '../support/devices.js';

const seconds = (row: ProfileRow): number => row.ms / 1000;
const flops = (row: ProfileRow): number => Math.round(row.gflops * 1e9 * seconds(row));
const bytes = (row: ProfileRow): number => Math.round(row.gbytesPerSecond * 1e9 * seconds(row));

describe.each(testDevices())('on %s', (device) => {
  async function profiled(f: () => void): Promise<ProfileRow[]> {
    await synchronize(device as 'cpu');
    profile.start();
    tidy(f);
    return profile.stop(device as 'cpu');
  }

  test('operations are counted with their floating-point operations and bytes', async () => {
    const rows = await profiled(() => {
      const [a, b] = [full([20, 30], 1, { device }), full([30, 40], 2, { device })];
      for (let i = 0; i < 3; i++) matmul(a, b);
      matmul(b.transpose(), a.transpose());
      add(a, full([30], 1, { device }));
      sum(complex(a, a), [0]);
    });
    const row = (op: string): ProfileRow => rows.find((r) => r.op === op)!;
    expect(row('einsum')).toMatchObject({ calls: 4, shapes: [{ calls: expect.any(Number) }, { calls: expect.any(Number) }] });
    expect(
      row('einsum')
        .shapes.map(({ shape, calls }) => `${calls} ${shape}`)
        .sort(),
    ).toEqual(['1 [40, 30] x [30, 20]', '3 [20, 30] x [30, 40]']);
    expect(flops(row('einsum'))).toBe(4 * 2 * 20 * 30 * 40);
    expect(bytes(row('einsum'))).toBe(4 * 4 * (20 * 30 + 30 * 40 + 20 * 40));
    expect([flops(row('add')), bytes(row('add'))]).toEqual([600, 4 * (600 + 30 + 600)]);
    expect(flops(row('sum'))).toBe(2 * 600);
    expect([row('fill').gflops, bytes(row('fill'))]).toEqual([0, 4 * (600 + 1200 + 30)]);
  });

  test('shares add up to one, the slowest comes first', async () => {
    const rows = await profiled(() => {
      const x = full([200, 200], 1, { device });
      add(matmul(x, x), 1);
    });
    expect(rows.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 12);
    expect(rows.map(({ ms }) => ms)).toEqual([...rows.map(({ ms }) => ms)].sort((a, b) => b - a));
  });

  test('a tensor product counts three operations for each term and channel', async () => {
    const product = tensorProduct({ tau1: s2Type(4), edges: mixingSet('mst', 4), device });
    const x = full([5, 16, 6], 1, { device });
    const [row] = (await profiled(() => product.apply(x))).filter(({ op }) => op === 'tensorProduct');
    expect(flops(row!)).toBe(3 * product.terms * 5 * 6);
    expect(row!.shapes[0]!.shape).toBe(`${product.terms} terms of [5, 6]`);
    x.dispose();
  });
});

test('the time of an operation is that of its work', async () => {
  profile.start();
  const large = tidy(() => matmul(full([1000, 1000], 1), full([1000, 1000], 1)));
  const start = performance.now();
  const rows = await profile.stop('cpu');
  const product = rows.find(({ op }) => op === 'einsum')!;
  expect(product.calls).toBe(1);
  expect(product.ms).toBeLessThan(performance.now() - start + 50);
  expect(product.gflops * product.ms * 1e6).toBeCloseTo(2e9, -3);
  large.dispose();
});

test('nothing is measured before start and after stop, and a start forgets', async () => {
  const operate = (): void => tidy(() => void add(zeros([3]), 1));
  operate();
  profile.start();
  operate();
  await synchronize('cpu');
  profile.start();
  expect(await profile.stop('cpu')).toEqual([]);
  operate();
  profile.start();
  expect(await profile.stop('cpu')).toEqual([]);
});

test('an error of the work ends the profile', async () => {
  profile.start();
  native.failTask(native.deviceCode('cpu'), 'on purpose');
  await expect(profile.stop('cpu')).rejects.toMatchObject({ code: 'ERR_DEVICE' });
  tidy(() => void add(zeros([3]), 1));
  expect(native.profile.stop()).toEqual([]);
});

test('the table has a line for each operation, its slowest shapes and the total', () => {
  const half = { calls: 2, ms: 5, share: 0.5, gflops: 3, gbytesPerSecond: 0 };
  const rows = [
    { op: 'contract', ...half, shapes: [{ shape: '[2, 3] x [3, 4]', ...half }] },
    { op: 'add', ...half, shapes: ['[1]', '[2]', '[3]'].map((shape) => ({ shape, ...half })) },
  ];
  expect(profileTable(rows, 2).split('\n')).toEqual([
    '  operation  calls    ms    share  GFLOP/s  GB/s',
    '  contract       2   5.0   50.0 %     3.00     -',
    '  add            2   5.0   50.0 %     3.00     -',
    '    [1]          2   5.0   50.0 %     3.00     -',
    '    [2]          2   5.0   50.0 %     3.00     -',
    '  total          4  10.0  100.0 %     3.00     -',
  ]);
  expect(profileTable([]).split('\n')).toHaveLength(2);
});
