import {
  type S2Transform,
  type Sampling,
  abs,
  complex,
  contiguous,
  max,
  memory,
  mul,
  pad,
  random,
  real,
  reshape,
  s2Transform,
  s2Type,
  slice,
  sub,
  sum,
  tensor,
  tidy,
  toRealBasis,
  transpose,
  zerosLike,
} from '../../lib/index.js';
import { below } from '../support/matchers.js';
import { relativeError } from '../support/reference.js';
import { adjointError, methods, s2Cases, s2Error, s2Kinds, transformReference as reference } from '../support/reference_transforms.js';
import { adjointDefect, difference, normal } from '../support/signals.js';

const samplings: readonly Sampling[] = ['mw', 'mwss', 'dh', 'gl'];
const tolerance = { float64: 1e-12, float32: 2e-5 };

reference.describe('vectors of ssht and ducc', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    test.each(methods.flatMap((method) => s2Cases.map((one) => [...one, method] as const)))(
      `L = %d, %s, %s, ${dtype}`,
      (L, sampling, method) => {
        for (const kind of s2Kinds) expect([kind, s2Error(kind, L, sampling, dtype, method)]).toEqual([kind, below(tolerance[dtype])]);
      },
    );
  }

  test.each([8, 16])('adjoints, L = %d', (L) => {
    for (const sampling of ['mw', 'mwss'] as const) {
      for (const spin of [0, -2]) {
        const plan = s2Transform({ L, sampling, spin, dtype: 'float64' });
        expect(adjointError(plan, `L${L}_s${spin}_${sampling}`, 'flm')).toBeLessThan(1e-12);
      }
    }
  });

  test('nodes and weights', () => {
    const rules = reference.json<Record<string, Record<string, { theta: number[]; weight: number[] }>>>('quadrature.json');
    for (const [L, schemes] of Object.entries(rules)) {
      for (const sampling of samplings) {
        const plan = s2Transform({ L: Number(L), sampling, real: true });
        expect(relativeError(plan.theta, schemes[sampling]!.theta)).toBeLessThan(1e-15);
        expect(relativeError(plan.quadratureWeights, schemes[sampling]!.weight)).toBeLessThan(1e-14);
      }
    }
  });
});

/** Every grid with its smallest and a larger number of samples. */
function grids(L: number): Parameters<typeof s2Transform>[0][] {
  return [
    ...samplings.map((sampling) => ({ L, sampling })),
    { L, sampling: 'gl', width: 2 * L + 3 },
    { L, sampling: 'dh', width: 2 * L },
    { L, sampling: 'equiangular' },
    { L, sampling: 'equiangular', height: 2 * L + 3, width: 3 * L, phiOffset: 0.5 },
  ];
}

/** Every kind of signal: real, and complex of small and of the largest spins. */
function signals(L: number): { real: boolean; spin?: number }[] {
  const spins = [...new Set([0, 1, -2, L - 1, 1 - L])].filter((s) => Math.abs(s) < L);
  return [{ real: true }, ...spins.map((spin) => ({ real: false, spin }))];
}

describe.each([1, 2, 3, 4, 16, 33])('L = %d', (L) => {
  const batch = [2, 1, 3];

  const plans = grids(L).flatMap((grid) => signals(L).flatMap((signal) => methods.map((method) => ({ ...grid, ...signal, method }))));

  test.each(plans)('%p: round trip, adjoints', (options) => {
    random.seed(L);
    const plan = s2Transform({ ...options, dtype: 'float64' });
    const dtype = options.real ? 'float64' : 'complex128';
    const low = (options.spin ?? 0) ** 2;
    const full = normal([...batch, L * L - low, 3], dtype);
    const c = pad(full, [0, 0, 0, low, 0], [0, 0, 0, 0, 0]);
    const g = normal([...batch, plan.nTheta, plan.nPhi, 3], dtype);
    const f = plan.inverse(c);
    expect(difference(plan.forward(f), c)).toBeLessThan(1e-12);
    expect(adjointDefect(f, g, c, plan.inverseAdjoint(g))).toBeLessThan(1e-13);
    expect(adjointDefect(plan.forward(g), c, g, plan.forwardAdjoint(c))).toBeLessThan(1e-13);
  });

  test.each(grids(L))('%p: integral', (options) => {
    const plan = s2Transform({ ...options, real: true, dtype: 'float64' });
    const c = random.normal([...batch, L * L, 3], { dtype: 'float64' });
    const weights = tensor(plan.quadratureWeights, [plan.nTheta, 1, 1], { dtype: 'float64' });
    const integral = sum(mul(plan.inverse(c), weights), [-3, -2]);
    const mean = mul(slice(c, [0, 0, 0, 0, 0], [...batch, 1, 3]), Math.sqrt(4 * Math.PI));
    expect(max(abs(sub(integral, reshape(mean, integral.shape)))).dataSync()[0]!).toBeLessThan(1e-11);
  });
});

test.each(['mw', 'mwss'] as const)(
  '%s: both methods are one matrix, also for signals of no bandlimit and in blocks of columns',
  (sampling) => {
    random.seed(2);
    for (const spin of [0, -2]) {
      const [table, recursion] = methods.map((method) => s2Transform({ L: 20, sampling, spin, method, dtype: 'float64' })) as [
        S2Transform,
        S2Transform,
      ];
      const f = normal([2, table.nTheta, table.nPhi, 50], 'complex128');
      const c = normal([2, 400, 50], 'complex128');
      expect(difference(recursion.forward(f), table.forward(f))).toBeLessThan(1e-12);
      expect(difference(recursion.forwardAdjoint(c), table.forwardAdjoint(c))).toBeLessThan(1e-12);
    }
  },
);

test('lmin: lower degrees are ignored, and zero in results', () => {
  const options = { L: 6, real: true, dtype: 'float64' } as const;
  const [whole, plan] = [s2Transform(options), s2Transform({ ...options, lmin: 3 })];
  const c = random.normal([2, 36, 2], { dtype: 'float64' });
  const high = pad(slice(c, [0, 9, 0], [2, 27, 2]), [0, 9, 0], [0, 0, 0]);
  expect(difference(plan.inverse(c), whole.inverse(high))).toBe(0);
  expect(difference(plan.forward(whole.inverse(c)), high)).toBeLessThan(1e-13);
});

test('a constant, one harmonic, an empty batch, a strided view, no channels', () => {
  const plan = s2Transform({ L: 5, real: true, dtype: 'float64' });
  const flat = new Float64Array(25);
  flat[0] = Math.sqrt(4 * Math.PI);
  expect(relativeError(plan.inverse(tensor(flat, [25, 1])).dataSync(), new Float64Array(45).fill(1))).toBeLessThan(1e-14);
  const z = new Float64Array(25);
  z[2] = Math.sqrt((4 * Math.PI) / 3);
  const cosines = Array.from(plan.theta).flatMap((theta) => new Array<number>(9).fill(Math.cos(theta)));
  expect(relativeError(plan.inverse(tensor(z, [25, 1])).dataSync(), cosines)).toBeLessThan(1e-14);
  expect(plan.inverse(tensor(new Float64Array(0), [0, 25, 2])).shape).toEqual([0, 5, 9, 2]);
  expect(plan.forward(tensor(new Float64Array(0), [5, 9, 0])).shape).toEqual([25, 0]);
  const wide = random.normal([3, 25], { dtype: 'float64' });
  const strided = transpose(wide);
  expect(difference(plan.inverse(strided), plan.inverse(contiguous(strided)))).toBe(0);
});

test('complex signals: real ones are a special case, gradients follow A^H g', () => {
  const options = { L: 6, dtype: 'float64' } as const;
  const c = random.normal([2, 36, 2], { dtype: 'float64' });
  const f = s2Transform({ ...options, real: true }).inverse(c);
  const flm = s2Transform(options).forward(complex(f, zerosLike(f)));
  expect(difference(real(toRealBasis(flm, s2Type(6))), c)).toBeLessThan(1e-13);
});

test('a plan outlives its place among the latest ones, and keeps no tensors', () => {
  const plan = s2Transform({ L: 3, real: true });
  const c = random.normal([9, 1]);
  const first = plan.inverse(c).dataSync();
  const before = memory().tensors;
  for (let L = 40; L < 56; L++) s2Transform({ L, real: true });
  for (let i = 0; i < 3; i++) tidy(() => void plan.forward(plan.inverse(random.normal([9, 1]))));
  expect(memory().tensors).toBeLessThanOrEqual(before);
  expect(plan.inverse(c).dataSync()).toEqual(first);
  expect(s2Transform({ L: 3, real: true })).not.toBe(plan);
});

test.each([
  [{ L: 0 }, 'ERR_VALUE'],
  [{ L: 2.5 }, 'ERR_VALUE'],
  [{ L: NaN }, 'ERR_VALUE'],
  [{ L: 4, sampling: 'gl', width: 6 }, 'ERR_VALUE'],
  [{ L: 4, sampling: 'equiangular', height: 7 }, 'ERR_VALUE'],
  [{ L: 4, sampling: 'mw', width: 9 }, 'ERR_VALUE'],
  [{ L: 4, sampling: 'nope' }, 'ERR_VALUE'],
  [{ L: 4, dtype: 'int32' }, 'ERR_DTYPE'],
  [{ L: 4, sampling: 'gl', phiOffset: 0.5 }, 'ERR_VALUE'],
  [{ L: 4, spin: 4 }, 'ERR_VALUE'],
  [{ L: 4, spin: 1, real: true }, 'ERR_VALUE'],
  [{ L: 4, lmin: 4 }, 'ERR_VALUE'],
])('wrong options %p: %s', (options, code) => {
  expect(() => s2Transform(options as never)).toThrow(expect.objectContaining({ code }));
});

test('wrong inputs are refused before any work', () => {
  const plan = s2Transform({ L: 4, real: true, dtype: 'float64' });
  tidy(() => {
    expect(() => plan.inverse(random.normal([15, 1], { dtype: 'float64' }))).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(() => plan.inverse(random.normal([16, 1]))).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
    expect(() => plan.forward(random.normal([4, 6, 1], { dtype: 'float64' }))).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });
});
