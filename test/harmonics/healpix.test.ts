import { random, s2Transform, tidy } from '../../lib/index.js';
import { below } from '../support/matchers.js';
import { healpixErrors, transformReference as reference } from '../support/reference_transforms.js';
import { adjointDefect, difference, normal } from '../support/signals.js';

reference.describe('vectors of healpy', () => {
  for (const [dtype, limit] of [
    ['float64', 1e-12],
    ['float32', 2e-5],
  ] as const) {
    test.each([4, 8])(`nside = %d, ${dtype}`, (nside) => {
      const errors = tidy(() => healpixErrors(nside, dtype));
      for (const what of Object.keys(errors)) expect([what, errors[what]]).toEqual([what, below(limit)]);
    });
  }
});

describe.each([
  [1, 1],
  [1, 2],
  [2, 5],
  [3, 6],
  [8, 25],
])('nside = %d, L = %d', (nside, L) => {
  const spins = [0, 2, -2].filter((s) => Math.abs(s) < L);
  const kinds = [{ real: true }, ...spins.map((spin) => ({ real: false, spin }))];

  test.each(kinds.flatMap((kind) => [0, 3].map((iterations) => ({ ...kind, iterations }))))('%p: adjoints', (options) => {
    random.seed(nside);
    const plan = s2Transform({ L, sampling: 'healpix', nside, ...options, dtype: 'float64' });
    const dtype = options.real ? 'float64' : 'complex128';
    const c = normal([2, 1, L * L, 3], dtype);
    const g = normal([2, 1, 12 * nside ** 2, 3], dtype);
    expect(adjointDefect(plan.inverse(c), g, c, plan.inverseAdjoint(g))).toBeLessThan(1e-13);
    expect(adjointDefect(plan.forward(g), c, g, plan.forwardAdjoint(c))).toBeLessThan(1e-13);
  });
});

test('iterations come closer to the coefficients, and lower degrees are left out', () => {
  random.seed(5);
  const options = { L: 16, sampling: 'healpix', nside: 8, real: true, dtype: 'float64' } as const;
  const c = normal([256, 1], 'float64');
  const errors = [0, 1, 3, 10].map((iterations) => {
    const plan = s2Transform({ ...options, iterations });
    return difference(plan.forward(plan.inverse(c)), c);
  });
  for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1]! / 2);
  const high = s2Transform({ ...options, lmin: 3 });
  const low = high.forward(high.inverse(c)).dataSync().slice(0, 9);
  expect(Array.from(low)).toEqual(new Array(9).fill(0));
});

test('an empty batch, and the quadrature of a constant', () => {
  const plan = s2Transform({ L: 4, sampling: 'healpix', nside: 2, real: true });
  expect(plan.inverse(normal([0, 16, 1], 'float32')).shape).toEqual([0, 48, 1]);
  expect(plan.forward(normal([0, 48, 2], 'float32')).shape).toEqual([0, 16, 2]);
  expect(plan.quadratureWeights.length).toBe(7);
  expect(plan.quadratureWeights[0]).toBeCloseTo((4 * Math.PI) / 48, 15);
  expect([plan.nTheta, plan.theta.length, plan.phi.length]).toEqual([7, 7, 48]);
});

test('options that do not belong together', () => {
  const healpix = { L: 4, sampling: 'healpix', nside: 2 } as const;
  expect(() => s2Transform({ ...healpix, method: 'table' })).toThrow(/expected 'auto' or 'recursion' for healpix/);
  expect(() => s2Transform({ ...healpix, width: 9 })).toThrow(/expected no value for healpix for width, got 9/);
  expect(() => s2Transform({ L: 4, nside: 2 })).toThrow(/expected no value for mw for nside, got 2/);
  expect(() => s2Transform({ L: 4, sampling: 'healpix', nside: 0 })).toThrow(/1..8192/);
});
