import { type Tensor, interop, random, real, reshape, s2Type, so3Type, tensor, toRealBasis, typeSize } from '../../lib/index.js';
import { transformReference as reference } from '../support/reference_transforms.js';
import { difference, normal } from '../support/signals.js';

const L = 5;

test('there and back, with batch and channels', () => {
  random.seed(3);
  const c = normal([2, L * L, 3], 'float64');
  const flm = normal([2, L * L, 3], 'complex128');
  expect(difference(interop.fromHealpy(interop.toHealpy(c, { L }), { L }), c)).toBeLessThan(1e-15);
  expect(difference(interop.fromTorchHarmonics(interop.toTorchHarmonics(c, { L }), { L }), c)).toBeLessThan(1e-15);
  expect(difference(interop.fromS2fft(interop.toS2fft(flm, { L }), { L }), flm)).toBe(0);
  const group = normal([2, (L * (4 * L * L - 1)) / 3, 3], 'complex128');
  expect(difference(interop.toS2cnn(interop.fromS2cnn(group, { L }), { L }), group)).toBeLessThan(1e-15);
  const onGroup = normal([2, typeSize(so3Type(L, 3)), 3], 'float64');
  expect(difference(interop.fromSO3Real(interop.toSO3Real(onGroup, { L, N: 3 }), { L, N: 3 }), onGroup)).toBeLessThan(1e-15);
  for (const spin of [1, 2, -1, -2]) {
    const { E, B } = interop.toHealpySpin(flm, { L, spin });
    expect(difference(interop.fromHealpySpin(E, B, { L, spin }), flm)).toBeLessThan(1e-15);
  }
});

test('places of single coefficients', () => {
  // a_21 = 1 + 2i in healpy's order: c_21 = sqrt(2) (-1) Re, c_2-1 = -sqrt(2) (-1) Im
  const values = new Float64Array(12);
  values.set([1, 2], 2 * 4);
  const c = interop.fromHealpy(tensor(values, [6, 1], { dtype: 'complex128' }), { L: 3 }).dataSync();
  expect(Array.from(c, (x) => x + 0)).toEqual([0, 0, 0, 0, 0, 2 * Math.SQRT2, 0, -Math.SQRT2, 0]);
  const matrix = interop.toS2fft(tensor([0, 0, 1, 0, 2, 0, 3, 0], [4, 1], { dtype: 'complex128' }), { L: 2 }).dataSync();
  expect(Array.from(matrix).filter((_, i) => i % 2 === 0)).toEqual([0, 0, 0, 1, 2, 3]);
});

test.each([
  [() => interop.fromHealpy(normal([14, 1], 'complex128'), { L }), 'ERR_SHAPE'],
  [() => interop.fromHealpy(normal([15, 1], 'float64'), { L }), 'ERR_DTYPE'],
  [() => interop.fromHealpy(normal([15, 1], 'complex128'), { L: 0 }), 'ERR_VALUE'],
  [() => interop.toHealpySpin(normal([25, 1], 'complex128'), { L, spin: 0 }), 'ERR_VALUE'],
])('bad input %#', (f, code) => {
  expect(f).toThrow(expect.objectContaining({ code }));
});

reference.describe('vectors of healpy', () => {
  test('real maps have the coefficients of the real basis', () => {
    const oneChannel = (x: Tensor): Tensor => reshape(x, [...x.shape, 1]);
    const flm = oneChannel(reference.load('healpix/nside4_real_flm.npy'));
    const c = real(toRealBasis(flm, s2Type(8)));
    const alm = interop.toHealpy(c, { L: 8 }).dataSync();
    const stored = flm.dataSync();
    for (const [l, m] of [
      [3, 0],
      [5, 2],
      [7, 7],
    ] as const) {
      const at = 2 * ((m * (15 - m)) / 2 + l);
      expect(alm[at]).toBeCloseTo(stored[2 * (l * l + l + m)]!, 12);
      expect(alm[at + 1]).toBeCloseTo(stored[2 * (l * l + l + m) + 1]!, 12);
    }
  });
});
