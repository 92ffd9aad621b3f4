import { type Tensor, memory, random, tidy } from '../lib/index.js';

const numbers = (x: Tensor): number[] => [...x.dataSync()];
const mean = (x: number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

test('the same seed gives the same numbers, whatever the pieces', () => {
  random.seed(7);
  const whole = numbers(random.normal([10], { dtype: 'float64' }));
  random.seed(7);
  const pieces = [3, 1, 6].flatMap((n) => numbers(random.normal([n], { dtype: 'float64' })));
  expect(pieces).toEqual(whole);
  random.seed(8);
  expect(numbers(random.normal([10], { dtype: 'float64' }))).not.toEqual(whole);
});

test('a state goes on where it was taken', () => {
  random.seed(7);
  random.uniform([5]);
  const state = random.state();
  const next = numbers(random.uniform([4]));
  random.restore(JSON.parse(JSON.stringify(state)) as typeof state);
  expect(numbers(random.uniform([4]))).toEqual(next);
  expect(() => random.seed(-1)).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});

test.each(['float32', 'float64'] as const)('moments, %s', (dtype) => {
  random.seed(3);
  const n = 100_000;
  const x = numbers(random.normal([n], { dtype, mean: 1, deviation: 2 }));
  const m = mean(x);
  const central = [2, 3, 4].map((p) => mean(x.map((v) => ((v - m) / 2) ** p)));
  expect(m).toBeCloseTo(1, 1);
  expect(central[0]).toBeCloseTo(1, 1);
  expect(Math.abs(central[1]!)).toBeLessThan(0.05);
  expect(Math.abs(central[2]! - 3)).toBeLessThan(0.1);
  const u = numbers(random.uniform([n], { dtype, low: -1, high: 3 }));
  expect(Math.min(...u.slice(0, 50_000))).toBeGreaterThanOrEqual(-1);
  expect(u.every((v) => v < 3)).toBe(true);
  expect(mean(u)).toBeCloseTo(1, 1);
  expect(mean(u.map((v) => (v - 1) ** 2))).toBeCloseTo(16 / 12, 1);
});

test('rotations are spread evenly over SO(3)', () => {
  const before = memory().tensors;
  tidy(() => {
    random.seed(5);
    const n = 20_000;
    const angles = random.rotations(n);
    expect([angles.shape, angles.dtype]).toEqual([[n, 3], 'float64']);
    const data = numbers(angles);
    const column = (i: number): number[] => data.filter((_, k) => k % 3 === i);
    // Haar: alpha and gamma uniform, cos(beta) uniform on [-1, 1].
    expect(mean(column(0).map(Math.cos))).toBeCloseTo(0, 1);
    expect(mean(column(2).map(Math.sin))).toBeCloseTo(0, 1);
    const z = column(1).map(Math.cos);
    expect(Math.abs(mean(z))).toBeLessThan(0.02);
    expect(Math.abs(mean(z.map((v) => v * v)) - 1 / 3)).toBeLessThan(0.01);
    expect(column(1).every((b) => b >= 0 && b <= Math.PI)).toBe(true);
  });
  expect(memory().tensors).toBe(before);
});
