import {
  type Sampling,
  type Tensor,
  abs,
  complex,
  contiguous,
  max,
  memory,
  mul,
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
import { relativeError } from '../support/reference.js';
import { s2Cases, s2Error, transformReference as reference } from '../support/reference_transforms.js';

const samplings: readonly Sampling[] = ['mw', 'mwss', 'dh', 'gl'];
const tolerance = { float64: 1e-12, float32: 2e-5 };

/** [...] as [..., 1]: one channel. */
const oneChannel = (x: Tensor): Tensor => reshape(x, [...x.shape, 1]);
const difference = (a: Tensor, b: Tensor): number => relativeError(a.dataSync(), b.dataSync());

reference.describe('vectors of ssht and ducc', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    test.each(s2Cases)(`L = %d, %s, ${dtype}`, (L, sampling) => {
      expect(s2Error('real', L, sampling, dtype)).toBeLessThan(tolerance[dtype]);
      expect(s2Error('complex', L, sampling, dtype)).toBeLessThan(tolerance[dtype]);
    });
  }

  test.each([8, 16])('adjoints, L = %d', (L) => {
    for (const sampling of ['mw', 'mwss'] as const) {
      const plan = s2Transform({ L, sampling, dtype: 'float64' });
      const load = (role: string): Tensor => oneChannel(reference.load(`adjoint/L${L}_s0_${sampling}_${role}.npy`));
      expect(difference(plan.inverseAdjoint(load('g')), load('adjinv_flm'))).toBeLessThan(1e-12);
      expect(difference(plan.forwardAdjoint(load('x')), load('adjfwd_f'))).toBeLessThan(1e-12);
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

describe.each([1, 2, 3, 4, 16, 33])('L = %d', (L) => {
  const batch = [2, 1, 3];

  test.each(grids(L))('%p: round trip, adjoints, integral', (options) => {
    random.seed(L);
    const plan = s2Transform({ ...options, real: true, dtype: 'float64' });
    const c = random.normal([...batch, L * L, 3], { dtype: 'float64' });
    const g = random.normal([...batch, plan.nTheta, plan.nPhi, 3], { dtype: 'float64' });
    const f = plan.inverse(c);
    expect(difference(plan.forward(f), c)).toBeLessThan(1e-12);
    const dot = (a: Tensor, b: Tensor): number => sum(mul(a, b)).dataSync()[0]!;
    const size = (a: Tensor): number => Math.sqrt(dot(a, a));
    expect(Math.abs(dot(f, g) - dot(c, plan.inverseAdjoint(g))) / (size(f) * size(g))).toBeLessThan(1e-13);
    const forward = plan.forward(g);
    expect(Math.abs(dot(forward, c) - dot(g, plan.forwardAdjoint(c))) / (size(forward) * size(c))).toBeLessThan(1e-13);
    const weights = tensor(plan.quadratureWeights, [plan.nTheta, 1, 1], { dtype: 'float64' });
    const integral = sum(mul(f, weights), [-3, -2]);
    const mean = mul(slice(c, [0, 0, 0, 0, 0], [...batch, 1, 3]), Math.sqrt(4 * Math.PI));
    expect(max(abs(sub(integral, reshape(mean, integral.shape)))).dataSync()[0]!).toBeLessThan(1e-11);
  });
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

test('a plan outlives its place among the latest ones, and frees what it kept', () => {
  const plan = s2Transform({ L: 3, real: true });
  const c = random.normal([9, 1]);
  const first = plan.inverse(c).dataSync();
  const before = memory().tensors;
  for (let L = 40; L < 56; L++) s2Transform({ L, real: true });
  expect(memory().tensors).toBeLessThan(before);
  expect(plan.inverse(c).dataSync()).toEqual(first);
  expect(s2Transform({ L: 3, real: true })).not.toBe(plan);
});

test('a plan keeps one tensor per direction, whatever the scope', () => {
  const plan = s2Transform({ L: 7, real: true });
  const before = memory().tensors;
  for (let i = 0; i < 3; i++) tidy(() => void plan.forward(plan.inverse(random.normal([49, 1]))));
  expect(memory().tensors).toBeLessThanOrEqual(before + 2);
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
