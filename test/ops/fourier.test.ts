import { planCache, tensor, tidy, zeros } from '../../lib/index.js';
import { type FourierOptions, fourierAnalysis, fourierSynthesis } from '../../lib/ops/fourier.js';

const waves = (shape: number[] = [2, 1, 5, 3]) => zeros(shape);
const good: FourierOptions = { orders: 3, points: 6 };

test.each<[string, Partial<FourierOptions>, string, string]>([
  ['no orders', { orders: 0 }, 'ERR_VALUE', 'for orders, got 0'],
  ['a fraction of an order', { orders: 2.5 }, 'ERR_VALUE', 'for orders, got 2.5'],
  ['orders of another shape', { orders: 4 }, 'ERR_SHAPE', 'expected [outer, 1, 7, inner] for x, got [2, 1, 5, 3]'],
  ['more rings than there are', { rings: 2 }, 'ERR_SHAPE', 'expected [outer, 2, 5, inner] for x'],
  ['no points', { points: 0 }, 'ERR_VALUE', 'for points, got 0'],
  ['a list without rings', { points: new Int32Array(0) }, 'ERR_VALUE', 'at least one ring'],
  ['lists of unequal lengths', { points: Int32Array.of(4, 4), offset: Float64Array.of(0) }, 'ERR_VALUE', 'expected 2 rings for offset'],
  ['rings beside a list of another length', { points: Int32Array.of(4, 4), rings: 3 }, 'ERR_VALUE', 'for rings, got 3'],
  ['a list of another type', { points: [4] as unknown as Int32Array }, 'ERR_VALUE', 'an Int32Array for points'],
  ['an offset that is no number', { offset: NaN }, 'ERR_VALUE', 'for offset'],
  ['a scale that is not finite', { scale: Infinity }, 'ERR_VALUE', 'for scale'],
  ['another sign', { sign: 2 as 1 }, 'ERR_VALUE', 'for sign, got 2'],
])('%s is an error', (_, options, code, text) => {
  const call = () => fourierSynthesis(waves(), { ...good, ...options });
  expect(call).toThrow(expect.objectContaining({ code, op: 'fourierSynthesis' }));
  expect(call).toThrow(text);
});

test('tensors of another kind are errors', () => {
  expect(() => fourierSynthesis(tensor([1], [1, 1, 1, 1], { dtype: 'int32' }), { orders: 1, points: 2 })).toThrow(
    expect.objectContaining({ code: 'ERR_DTYPE' }),
  );
  expect(() => fourierAnalysis(waves([2, 5, 1]), good)).toThrow('[fourierAnalysis] expected [outer, 6, inner] for f, got [2, 5, 1]');
});

test.each([32768, 32767, 2 ** 16 + 1, 46337])('one wave on %i points', (points) => {
  tidy(() => {
    const m = 1234;
    const x = new Float64Array(2 * 2000 - 1);
    x[2 * m - 1] = 1;
    const f = fourierSynthesis(tensor(x, [1, 1, x.length, 1], { dtype: 'float64' }), { orders: 2000, points });
    const error = f.dataSync().map((value, p) => Math.abs(value - Math.SQRT2 * Math.cos((2 * Math.PI * ((m * p) % points)) / points)));
    expect(Math.max(...error)).toBeLessThan(2e-13);
    const back = fourierAnalysis(f, { orders: 2000, points, scale: 1 / points }).dataSync();
    expect(Math.max(...back.map((value, i) => Math.abs(value - x[i]!)))).toBeLessThan(1e-13);
  });
});

test('plans stay within the budget of the plan cache', () => {
  const { limit } = planCache;
  try {
    planCache.limit = 1000;
    expect(() => fourierSynthesis(waves([1, 1, 5, 1]), { orders: 3, points: 999 })).toThrow(
      expect.objectContaining({ code: 'ERR_MEMORY' }),
    );
  } finally {
    planCache.limit = limit;
  }
});
