import { setImmediate } from 'node:timers/promises';
import { add, exp, grad, memory, mul, ones, planCache, sin, sum, tidy, zeros } from '../../lib/index.js';

test('handles and bytes are counted, views by their own size', () => {
  const before = memory();
  const x = zeros([10, 10], { dtype: 'float64' });
  const y = x.slice([0, 0], [2, 10]);
  expect(memory()).toEqual({ tensors: before.tensors + 2, bytes: before.bytes + 800 + 160 });
  x.dispose();
  y.dispose();
  expect(memory()).toEqual(before);
});

test('tidy returns to the starting count', () => {
  const before = memory();
  tidy(() => {
    for (let i = 0; i < 100; i++) grad((x) => sum(mul(exp(x), sin(x))))(zeros([17]));
  });
  expect(memory()).toEqual(before);
});

test('a released reference that serves again is not the tensor that it was', () => {
  const x = zeros([3]);
  x.dispose();
  const before = memory();
  expect(() => add(zeros([2]), zeros([3]))).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  const y = add(ones([2]), ones([2]));
  expect(() => exp(x)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  expect([...y.dataSync()]).toEqual([2, 2]);
  x.dispose();
  expect([...y.dataSync()]).toEqual([2, 2]);
  y.dispose();
  expect(memory().tensors - before.tensors).toBe(4); // the operands, which nobody disposed of
});

test('undisposed tensors are collected: memory stays bounded in an asynchronous loop', async () => {
  const before = memory().bytes;
  let highest = 0;
  for (let i = 0; i < 1500; i++) {
    zeros([200_000]);
    highest = Math.max(highest, memory().bytes - before);
    await setImmediate();
  }
  expect(highest).toBeLessThan(500e6);
});

test('memory is used until the queued work is done', async () => {
  const x = zeros([300_000]);
  const results = Array.from({ length: 20 }, (_, i) => tidy(() => add(add(x, i), 1)));
  x.dispose();
  const values = await Promise.all(results.map((y) => y.data()));
  values.forEach((data, i) => expect([data[0], data[299_999]]).toEqual([i + 1, i + 1]));
  results.forEach((y) => y.dispose());
});

test('the plan cache has a limit in bytes', () => {
  const limit = planCache.limit;
  expect(limit).toBeGreaterThan(0);
  planCache.limit = 1 << 20;
  expect(planCache.limit).toBe(1 << 20);
  planCache.limit = limit;
  planCache.clear();
  expect(planCache.bytes()).toBe(0);
  expect(() => (planCache.limit = -1)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});
