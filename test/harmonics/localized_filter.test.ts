import {
  equatorialGrid,
  localizedFilter,
  nearIdentityGrid,
  random,
  reshape,
  s2Correlation,
  s2Transform,
  so3Transform,
  tensor,
} from '../../lib/index.js';
import { innerProduct, normal } from '../support/signals.js';

const L = 6;

test('grids', () => {
  expect(nearIdentityGrid({ nBeta: 2, nAlpha: 3, maxBeta: 0.4 }).map(([beta]) => beta)).toEqual([0.2, 0.2, 0.2, 0.4, 0.4, 0.4]);
  expect(nearIdentityGrid({ nBeta: 1, nAlpha: 4, nGamma: 2, maxBeta: 0.4 })).toHaveLength(8);
  expect(equatorialGrid({ nBeta: 1, nAlpha: 5, maxBeta: 0 }).every(([beta]) => beta === Math.PI / 2)).toBe(true);
  expect(() => nearIdentityGrid({ nBeta: 1, nAlpha: 1, maxBeta: 4 })).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
});

test('a peak takes the value of a band-limited signal at its point', () => {
  random.seed(2);
  for (const real of [true, false]) {
    const plan = s2Transform({ L, real, dtype: 'float64' });
    const c = normal([L * L, 1], real ? 'float64' : 'complex128');
    const [t, p] = [2, 3];
    const one = real ? tensor([1], [1, 1], { dtype: 'float64' }) : tensor([1, 0], [1, 1], { dtype: 'complex128' });
    const psi = localizedFilter(one, [[plan.theta[t]!, plan.phi[p]!]], { L, basis: real ? 'real' : 'complex' });
    const value = plan.inverse(c).dataSync()[(t * plan.nPhi + p) * (real ? 1 : 2)]!;
    expect(innerProduct(psi, c)).toBeCloseTo(value, 11);
  }
});

test('on SO(3): both bases are peaks', () => {
  for (const real of [true, false]) {
    const plan = so3Transform({ L, N: 3, real, dtype: 'float64' });
    const one = real ? tensor([1], [1, 1], { dtype: 'float64' }) : tensor([1, 0], [1, 1], { dtype: 'complex128' });
    const [g, b, a] = [1, 3, 4];
    const psi = localizedFilter(one, [[plan.alpha[a]!, plan.beta[b]!, plan.gamma[g]!]], { L, N: 3, basis: real ? 'real' : 'complex' });
    const values = plan.inverse(psi).dataSync();
    const at = (i: number): number => values[i * (real ? 1 : 2)]!;
    const peak = (g * plan.nBeta + b) * plan.nAlpha + a;
    for (let i = 0; i < plan.nGamma * plan.nBeta * plan.nAlpha; i++) expect(at(i)).toBeLessThanOrEqual(at(peak) + 1e-9);
  }
});

test('the filter of a correlation', () => {
  const points = nearIdentityGrid({ nBeta: 2, nAlpha: 4, maxBeta: 0.5 });
  const psi = localizedFilter(normal([points.length, 3, 2], 'float64'), points, { L, basis: 'real' });
  expect(psi.shape).toEqual([L * L, 3, 2]);
  expect(s2Correlation(normal([2, L * L, 3], 'float64'), psi, { L, N: 2, basis: 'real' }).shape.at(-1)).toBe(2);
  expect(() => localizedFilter(reshape(psi, [36, 6]), points, { L, basis: 'real' })).toThrow(
    expect.objectContaining({ code: 'ERR_SHAPE' }),
  );
});
