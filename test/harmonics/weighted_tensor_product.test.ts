import {
  type Tensor,
  type WeightedTensorProductOptions,
  clebschGordan,
  generalizedConvolution,
  random,
  setThreads,
  info,
  tensor,
  tensorProduct,
  typeSize,
  weightedTensorProduct,
} from '../../lib/index.js';
import { degreeOffset } from '../../lib/harmonics/irreps.js';
import { bits } from '../support/close.js';
import { gradientError, secondGradientError } from '../support/gradcheck.js';
import { relativeError } from '../support/reference.js';

const options: WeightedTensorProductOptions = {
  tau1: [2, 3, 1],
  tau2: [2, 1, 1],
  tauOut: [2, 3, 2],
  paths: [
    { l1: 1, l2: 1, l: 1, mode: 'uvu' },
    { l1: 0, l2: 0, l: 0, mode: 'uuu' },
    { l1: 2, l2: 0, l: 2, mode: 'uvw' },
    { l1: 0, l2: 1, l: 1, mode: 'uvw' },
    { l1: 1, l2: 0, l: 1, mode: 'uvu' },
    { l1: 2, l2: 2, l: 1, mode: 'uvw' },
    { l1: 0, l2: 0, l: 0, mode: 'uvu' },
  ],
};

/** The definition, fragment by fragment. */
function plain({ tau1, tau2, tauOut, paths }: WeightedTensorProductOptions, x: Tensor, y: Tensor, w: Tensor): Float64Array {
  const [batch, , channels] = x.shape as [number, number, number];
  const out = new Float64Array(batch * typeSize(tauOut) * channels);
  const [a, b, weights] = [x.dataSync(), y.dataSync(), w.dataSync()];
  const at = (tau: readonly number[], sample: number, l: number, m: number, t: number, c: number): number =>
    (sample * typeSize(tau) + degreeOffset(tau, l) + m * tau[l]! + t) * channels + c;
  let next = 0;
  for (const { l1, l2, l, mode } of paths) {
    const table = clebschGordan(l1, l2, l, { basis: 'real' });
    for (let u = 0; u < tau1[l1]!; u++) {
      for (let v = 0; v < tau2[l2]!; v++) {
        if (mode === 'uuu' && v !== u) continue;
        for (let k = mode === 'uvw' ? 0 : u; k < (mode === 'uvw' ? tauOut[l]! : u + 1); k++) {
          const weight = weights[next++]!;
          table.forEach((value, i) => {
            const [m1, m2, m] = [Math.floor(i / ((2 * l2 + 1) * (2 * l + 1))), Math.floor(i / (2 * l + 1)) % (2 * l2 + 1), i % (2 * l + 1)];
            for (let s = 0; s < batch; s++)
              for (let c = 0; c < channels; c++)
                out[at(tauOut, s, l, m, k, c)]! += weight * value * a[at(tau1, s, l1, m1, u, c)]! * b[at(tau2, s, l2, m2, v, c)]!;
          });
        }
      }
    }
  }
  return out;
}

function inputs(batch: number, channels: number, dtype: 'float32' | 'float64' = 'float64'): [Tensor, Tensor, Tensor] {
  const { weightSize } = weightedTensorProduct(options);
  const signal = (tau: readonly number[]): Tensor => random.normal([batch, typeSize(tau), channels], { dtype });
  return [signal(options.tau1), signal(options.tau2), random.normal([weightSize], { dtype })];
}

test('the number of weights', () => {
  expect(weightedTensorProduct(options).weightSize).toBe(3 + 2 + 4 + 6 + 6 + 3 + 4);
});

describe.each([1, 5, 33])('%i channels', (channels) => {
  const product = weightedTensorProduct(options);

  test('is the sum over paths and fragments', () => {
    const [x, y, w] = inputs(3, channels);
    expect(relativeError(product.apply(x, y, w).dataSync(), plain(options, x, y, w))).toBeLessThan(1e-14);
  });

  test('gradients and second gradients', () => {
    const f = (x: Tensor, y: Tensor, w: Tensor): Tensor => product.apply(x, y, w);
    expect(gradientError(f, inputs(2, channels))).toBeLessThan(1e-6);
    expect(secondGradientError(f, inputs(2, channels))).toBeLessThan(1e-5);
    const [x] = inputs(2, channels);
    const same = weightedTensorProduct({
      ...options,
      tau2: options.tau1,
      paths: [
        { l1: 1, l2: 1, l: 1, mode: 'uuu' },
        { l1: 2, l2: 1, l: 2, mode: 'uvw' },
      ],
    });
    const weights = random.normal([same.weightSize], { dtype: 'float64' });
    expect(gradientError((a, w) => same.apply(a, a, w), [x, weights])).toBeLessThan(1e-6);
    expect(secondGradientError((a, w) => same.apply(a, a, w), [x, weights])).toBeLessThan(1e-5);
  });

  test('the same bits with one thread and with two', () => {
    const threads = info().cpu.threads;
    const [x, y, w] = inputs(19, channels, 'float32');
    const [one, two] = [1, 2].map((n) => {
      setThreads(n);
      return bits(product.apply(x, y, w));
    });
    setThreads(threads);
    expect(two!.equals(one!)).toBe(true);
  });
});

test('uvw is the product of all fragments and a uniform step', () => {
  const { tau1, tau2 } = options;
  const [x, y] = inputs(2, 4);
  const product = tensorProduct({ tau1, tau2, edges: [[], [], [[1, 1]]] });
  const weighted = weightedTensorProduct({ tau1, tau2, tauOut: [0, 0, 2], paths: [{ l1: 1, l2: 1, l: 2, mode: 'uvw' }] });
  const w = random.normal([weighted.weightSize], { dtype: 'float64' });
  const wanted = generalizedConvolution(product.apply(x, y), w, { kind: 'uniform', tauIn: product.tau, tauOut: [0, 0, 2] });
  expect(relativeError(weighted.apply(x, y, w).dataSync(), wanted.dataSync())).toBeLessThan(1e-14);
});

test('an empty batch, and no paths', () => {
  const [x, y, w] = inputs(0, 3);
  expect(weightedTensorProduct(options).apply(x, y, w).shape).toEqual([0, typeSize(options.tauOut), 3]);
  const [a, b] = inputs(2, 3);
  const empty = weightedTensorProduct({ ...options, paths: [] });
  expect(empty.weightSize).toBe(0);
  expect(
    empty
      .apply(a, b, tensor([], [0], { dtype: 'float64' }))
      .dataSync()
      .every((value) => value === 0),
  ).toBe(true);
});

test('wrong paths and inputs throw', () => {
  const code = (value: string): Error => expect.objectContaining({ code: value, op: 'weightedTensorProduct' }) as Error;
  const paths = (path: object): unknown => weightedTensorProduct({ ...options, paths: [path as WeightedTensorProductOptions['paths'][0]] });
  expect(() => paths({ l1: 0, l2: 0, l: 1, mode: 'uvw' })).toThrow(code('ERR_VALUE'));
  expect(() => paths({ l1: 3, l2: 0, l: 2, mode: 'uvw' })).toThrow(code('ERR_VALUE'));
  expect(() => paths({ l1: 0.5, l2: 0.5, l: 1, mode: 'uvw' })).toThrow(code('ERR_VALUE'));
  expect(() => paths({ l1: 1, l2: 1, l: 0, mode: 'uvu' })).toThrow(code('ERR_VALUE'));
  expect(() => paths({ l1: 1, l2: 1, l: 1, mode: 'uuu' })).toThrow(code('ERR_VALUE'));
  expect(() => paths({ l1: 0, l2: 0, l: 0, mode: 'uvv' })).toThrow(code('ERR_VALUE'));
  const product = weightedTensorProduct({ ...options, dtype: 'float64' });
  const [x, y, w] = inputs(2, 3);
  expect(() => product.apply(y, x, w)).toThrow(code('ERR_SHAPE'));
  expect(() => product.apply(x, y, random.normal([3], { dtype: 'float64' }))).toThrow(code('ERR_SHAPE'));
  expect(() => product.apply(...inputs(2, 3, 'float32'))).toThrow(code('ERR_DTYPE'));
});
