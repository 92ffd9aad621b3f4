import {
  type Tensor,
  interop,
  random,
  real,
  reshape,
  s2Transform,
  s2Type,
  so3Type,
  tensor,
  toRealBasis,
  typeSize,
  complex,
  zerosLike,
} from '../../lib/index.js';
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

/** Values [row, column, re, im] that a program printed, beside those of our signal [rows, columns, 1]. */
function expectPrinted(f: Tensor, printed: readonly (readonly [number, number, number, number])[]): void {
  const values = f.dataSync();
  for (const [row, column, re, im] of printed) {
    const at = 2 * (row * f.shape[1]! + column);
    expect(values[at]).toBeCloseTo(re, 13);
    expect(values[at + 1]).toBeCloseTo(im, 13);
  }
}

describe('values that the programs print', () => {
  test('s2fft 1.5.0: inverse(flm, L=3, spin=1, sampling="mw"), flm[l, m + 2] = l + 1 + i m / 2', () => {
    const flm = new Float64Array(2 * 3 * 5);
    for (let l = 1; l < 3; l++) for (let m = -l; m <= l; m++) flm.set([l + 1, m / 2], 2 * (5 * l + m + 2));
    const own = interop.fromS2fft(tensor(flm, [3, 5, 1], { dtype: 'complex128' }), { L: 3 });
    expectPrinted(s2Transform({ L: 3, spin: 1, dtype: 'float64' }).inverse(own), [
      [0, 0, -1.8997549284327149, 0.6658702428631595],
      [0, 3, 3.2510190575585396, 0.12527634199152404],
      [1, 1, -0.5644844503752257, -1.2728653232437046],
      [1, 4, -0.6258603307388314, 0.09783672433624402],
    ]);
  });

  test('torch-harmonics 0.9.3: InverseRealSHT(3, 6, 3, 3, grid="legendre-gauss"), c[l, m] = l + 1 + i m / 2', () => {
    const half = new Float64Array(2 * 9);
    for (let l = 0; l < 3; l++) for (let m = 0; m <= l; m++) half.set([l + 1, m / 2], 2 * (3 * l + m));
    const own = interop.fromTorchHarmonics(tensor(half, [3, 3, 1], { dtype: 'complex128' }), { L: 3 });
    const f = s2Transform({ L: 3, sampling: 'gl', width: 6, real: true, dtype: 'float64' }).inverse(own);
    expectPrinted(complex(f, zerosLike(f)), [
      [0, 0, -0.42182562445017835, 0],
      [0, 3, 5.867890404133437, 0],
      [1, 1, -2.883730642252136, 0],
      [2, 5, 0.923104219467318, 0],
    ]);
  });

  test('ducc0 0.42.0: synthesis_2d(spin=2, geometry="GL", ntheta=3, nphi=5), E_2m = 2 + i m, B_2m = m - 2 + 2i, both real for m = 0', () => {
    const alm = (value: (m: number) => [number, number]): Tensor => {
      const values = new Float64Array(2 * 6);
      for (let m = 0; m < 3; m++) values.set(value(m), 2 * ((m * (5 - m)) / 2 + 2));
      return tensor(values, [6, 1], { dtype: 'complex128' });
    };
    const [E, B] = [alm((m) => [2, m]), alm((m) => [m - 2, m === 0 ? 0 : 2])];
    const own = interop.fromHealpySpin(E, B, { L: 3, spin: 2 });
    expectPrinted(s2Transform({ L: 3, spin: 2, sampling: 'gl', dtype: 'float64' }).inverse(own), [
      [0, 0, -3.7114006782724256, 1.9941860274443766],
      [1, 2, -0.17598795158038485, 0.4038537680783786],
      [2, 4, -1.0174132295736205, 0.9375016542582846],
    ]);
  });
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
