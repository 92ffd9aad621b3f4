import { Tensor, abs, complex, concat, max, planCache, random, setThreads, sub, tensor, tidy, zeros } from '../../lib/index.js';
import { type Dtype, dtypeCode, isComplex } from '../../lib/dtype.js';
import { native } from '../../lib/native.js';
import { type LegendreOptions, legendreSums } from '../../lib/ops/legendre.js';
import { bits } from '../support/close.js';

const threads = native.info().cpu.threads;

afterEach(() => {
  setThreads(threads);
});

const rings = (sampling: string, L: number): Float64Array => Float64Array.from(native.math.nodes(sampling, L, 0));

/** Coefficients [1, L*L, 1] of deviation 1, zero below |spin|. There are millions: drawn on the device. */
function coefficients(L: number, dtype: Dtype, spin = 0): Tensor {
  const real = isComplex(dtype) ? (dtype === 'complex64' ? 'float32' : 'float64') : (dtype as 'float32' | 'float64');
  random.seed(L);
  const draw = (): Tensor =>
    concat([zeros([1, spin * spin, 1], { dtype: real }), random.normal([1, L * L - spin * spin, 1], { dtype: real })], 1);
  return isComplex(dtype) ? complex(draw(), draw()) : draw();
}

function largestDifference(a: Tensor, b: Tensor): number {
  return Number(max(abs(sub(a, b))).dataSync()[0]);
}

/** Analysis with Gauss weights undoes synthesis, order by order. */
function roundTripError(L: number, dtype: Dtype, spin = 0): number {
  return tidy(() => {
    const theta = rings('gl', L);
    const weights = Float64Array.from(native.math.quadratureWeights('gl', L, L, 1));
    const x = coefficients(L, dtype, spin);
    return largestDifference(x, legendreSums({ L, theta, weights, spin }).analysis(legendreSums({ L, theta, spin }).synthesis(x)));
  });
}

test.each([
  [128, 'float64', 0, 1e-12],
  [128, 'complex128', 0, 1e-12],
  [128, 'complex128', -3, 1e-12],
  [128, 'complex128', 127, 1e-12],
  [128, 'float32', 0, 1e-5],
  [128, 'complex64', 2, 1e-5],
  [512, 'float64', 0, 1e-12],
  [512, 'complex128', 2, 1e-12],
  [512, 'complex128', -200, 1e-12],
  [2048, 'float64', 0, 1e-11],
] as const)('round trip, L = %i, %s, spin %i', (L, dtype, spin, tolerance) => {
  expect(roundTripError(L, dtype, spin)).toBeLessThan(tolerance);
});

test.each(['gl', 'mw', 'mwss', 'dh'])('the numbers of the table, L = 128, %s', (sampling) => {
  tidy(() => {
    const L = 128;
    const theta = rings(sampling, L);
    const x = coefficients(L, 'float64');
    const table = Tensor.fromNative(
      native.math.sphereTable(true, true, sampling, L, theta.length, 0, dtypeCode('test', 'float64'), 0),
    ).dataSync();
    const got = legendreSums({ L, theta }).synthesis(x).dataSync();
    const values = x.dataSync();
    let [at, worst, largest] = [0, 0, 0];
    for (let m = 0; m < L; m++) {
      for (let t = 0; t < theta.length; t++) {
        for (const sign of m === 0 ? [1] : [1, -1]) {
          let want = 0;
          for (let l = m; l < L; l++) want += table[at + l - m]! * values[l * l + l + sign * m]!;
          worst = Math.max(worst, Math.abs(got[t * (2 * L - 1) + Math.max(0, 2 * m - (sign > 0 ? 1 : 0))]! - want));
          largest = Math.max(largest, Math.abs(want));
        }
        at += L - m;
      }
    }
    expect(worst).toBeLessThan(1e-13 * largest);
  });
});

/** Unequal lanes: next to a pole where only low orders matter, with rings of the equator in the same vector. */
test('far rings in one vector, L = 1500', () => {
  tidy(() => {
    const L = 1500;
    const x = coefficients(L, 'float64');
    const theta = Float64Array.of(0.5, 1.5, 0.02, 3, 1.1);
    const all = legendreSums({ L, theta }).synthesis(x).dataSync();
    theta.forEach((angle, t) => {
      const alone = legendreSums({ L, theta: Float64Array.of(angle) })
        .synthesis(x)
        .dataSync() as Float64Array;
      const size = 2 * L - 1;
      const difference = alone.reduce((most, value, i) => Math.max(most, Math.abs(value - all[t * size + i]!)), 0);
      expect(difference).toBeLessThan(1e-10);
    });
  });
});

/** The numbers from which the sums start take more bytes here than the rest of the plan. */
test.each([
  ['float64', 0, 1],
  ['complex128', -2, 1],
  ['float64', 0, 7],
] as const)('without room for a table of starts, %s, spin %i, %i maps', (dtype, spin, maps) => {
  const L = 192;
  const theta = Float64Array.from({ length: 2000 }, (_, t) => (Math.PI * (t + 0.5)) / 2000);
  const { limit } = planCache;
  tidy(() => {
    const x = concat(
      Array.from({ length: maps }, () => coefficients(L, dtype, spin)),
      0,
    );
    const run = (bytes: number): [Tensor, Tensor, number] => {
      planCache.limit = bytes;
      planCache.clear();
      const sums = legendreSums({ L, theta, spin });
      const f = sums.synthesis(x);
      return [f, sums.analysis(f), planCache.bytes()];
    };
    try {
      const [f, y, bytes] = run(limit);
      const [seededF, seededY, fewer] = run((bytes * 3) / 5);
      expect(fewer).toBeLessThan(bytes / 2);
      expect(largestDifference(f, seededF)).toBeLessThan(1e-12);
      expect(largestDifference(y, seededY)).toBeLessThan(1e-12 * theta.length);
    } finally {
      planCache.limit = limit;
    }
  });
});

test.each([
  ['float64', 0, 1, 1],
  ['float32', 0, 3, 5],
  ['complex128', 2, 2, 9],
] as const)('the same bits for any number of threads, %s, spin %i, %i x %i', (dtype, spin, outer, inner) => {
  tidy(() => {
    const L = 96;
    const theta = rings('mwss', L);
    const size = outer * L * L * inner * (isComplex(dtype) ? 2 : 1);
    const values = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i));
    const x = tensor(values, [outer, L * L, inner], { dtype });
    const results = [1, 2, 3, 8].map((n) => {
      setThreads(n);
      const f = legendreSums({ L, theta, spin }).synthesis(x);
      return [bits(f), bits(legendreSums({ L, theta, spin }).analysis(f))];
    });
    results.forEach((result) => expect(result.map((part, i) => part.equals(results[0]![i]!))).toEqual([true, true]));
  });
});

describe('what cannot be is refused before any work', () => {
  const theta = Float64Array.of(0.3, 1);
  const real = (rows: number): Tensor => tensor(new Float64Array(rows), [1, rows, 1], { dtype: 'float64' });
  const good: LegendreOptions = { L: 3, theta };

  test.each<[string, LegendreOptions, string]>([
    ['no ring', { ...good, theta: new Float64Array() }, 'ERR_VALUE'],
    ['an angle out of range', { ...good, theta: Float64Array.of(1, 3.2) }, 'ERR_VALUE'],
    ['an angle that is no number', { ...good, theta: Float64Array.of(NaN) }, 'ERR_VALUE'],
    ['angles in a list', { ...good, theta: [1, 2] as unknown as Float64Array }, 'ERR_VALUE'],
    ['too few weights', { ...good, weights: Float64Array.of(1) }, 'ERR_VALUE'],
    ['no weight', { ...good, weights: new Float64Array() }, 'ERR_VALUE'],
    ['L = 0', { ...good, L: 0 }, 'ERR_VALUE'],
    ['a spin beyond L', { ...good, spin: 3 }, 'ERR_VALUE'],
    ['a spin of a real signal', { ...good, spin: 1 }, 'ERR_DTYPE'],
    ['another L', { ...good, L: 4 }, 'ERR_SHAPE'],
  ])('%s', (_, options, code) => {
    expect(() => legendreSums(options).synthesis(real(9))).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('rings of another shape', () => {
    const f = tensor(new Float64Array(15), [1, 3, 5, 1], { dtype: 'float64' });
    expect(() => legendreSums(good).analysis(f)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }) as Error);
  });
});
