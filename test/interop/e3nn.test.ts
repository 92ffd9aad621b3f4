import { interop, random, rotate, tensor, typeSize } from '../../lib/index.js';
import { difference, normal } from '../support/signals.js';

const irreps = '4x0e+2x1o+2x0e+6x2e';

test.each([1, 2])('features there and back, %i channels', (channels) => {
  for (const axes of ['renamed', 'same'] as const) {
    const features = normal([3, 2, 6 + 6 + 30], 'float64');
    const o = { irreps, channels, axes };
    const ours = interop.fromE3nn(features, o);
    expect(ours.shape).toEqual([3, 2, typeSize([6 / channels, 2 / channels, 6 / channels]), channels]);
    expect(difference(interop.toE3nn(ours, o), features)).toBeLessThan(1e-14);
  }
});

test('places of single numbers', () => {
  const features = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 8]);
  const o = { irreps: '1x0e+2x1o+1x0e' };
  // Degree 0 has the fragments 1 and 8; degree 1 is order by order
  expect([...interop.fromE3nn(features, o).dataSync()]).toEqual([1, 8, 2, 5, 3, 6, 4, 7]);
  expect([...interop.fromE3nn(tensor([1, 2, 3, 4, 5, 6], [6]), { irreps: '2x1o', channels: 2 }).dataSync()]).toEqual([1, 4, 2, 5, 3, 6]);
  // The same axes: e = (x, y, z) of our (y, z, x)
  expect([...interop.toE3nn(tensor([1, 2, 3], [3, 1]), { irreps: '1x1o', axes: 'same' }).dataSync()].map(Math.round)).toEqual([3, 1, 2]);
});

test('with the same axes vectors turn as points do', () => {
  const x = normal([3, 1], 'float64');
  const angles = { alpha: 0.3, beta: 1.1, gamma: -0.4 };
  const [a, b, g] = [0.3, 1.1, -0.4];
  const turn = (angle: number, [u, v]: [number, number]): [number, number] => [
    Math.cos(angle) * u - Math.sin(angle) * v,
    Math.sin(angle) * u + Math.cos(angle) * v,
  ];
  const o = { irreps: '1x1o', axes: 'same' } as const;
  let [px, py, pz] = interop.toE3nn(x, o).dataSync() as unknown as [number, number, number];
  [px, py] = turn(g, [px, py]);
  [pz, px] = turn(b, [pz, px]);
  [px, py] = turn(a, [px, py]);
  const got = interop.toE3nn(rotate(x, angles, { tau: [0, 1], basis: 'real' }), o).dataSync();
  [px, py, pz].forEach((value, i) => expect(got[i]).toBeCloseTo(value, 13));
});

describe('weights', () => {
  const mode = 'uvw';
  const product = {
    tau1: [2, 2, 1],
    tau2: [1, 1],
    tauOut: [3, 2],
    paths: [
      { l1: 0, l2: 0, l: 0, mode },
      { l1: 0, l2: 1, l: 1, mode },
      { l1: 1, l2: 0, l: 1, mode },
      { l1: 1, l2: 1, l: 0, mode },
      { l1: 2, l2: 1, l: 1, mode },
    ],
  } as const;

  test('have the normalization and signs of e3nn', () => {
    const size = 6 + 4 + 4 + 6 + 2;
    const ones = tensor(new Array<number>(size).fill(1), [size], { dtype: 'float64' });
    const at = [0, 6, 10, 14, 20];
    const factors = (o: interop.E3nnNormalization): number[] => at.map((i) => interop.fromE3nnWeights(ones, product, o).dataSync()[i]!);
    const close = (got: number[], want: number[]): void => got.forEach((x, i) => expect(x).toBeCloseTo(want[i]!, 14));
    // Coefficients 0.5 and sqrt(3/5) = 0.7745966692414834 of the stored product uvw_a
    const element = Math.sqrt(1 / 5);
    close(factors({}), [0.5, element, element, -0.5, -element]);
    close(factors({ pathNormalization: 'path' }), [0.5, Math.sqrt(1 / 6), Math.sqrt(1 / 6), -0.5, -Math.sqrt(1 / 3)]);
    close(factors({ irrepNormalization: 'norm', pathNormalization: 'none' }), [1, 1, 1, -3, -Math.sqrt(5)]);
  });

  test('there and back', () => {
    const w = random.normal([22], { dtype: 'float64' });
    expect(difference(interop.toE3nnWeights(interop.fromE3nnWeights(w, product), product), w)).toBeLessThan(1e-15);
  });

  test.each([
    [() => interop.fromE3nn(normal([5, 7], 'float64'), { irreps }), 'ERR_SHAPE'],
    [() => interop.toE3nn(normal([7, 1], 'float64'), { irreps }), 'ERR_SHAPE'],
    [() => interop.fromE3nn(normal([5, 42], 'float64'), { irreps, channels: 4 }), 'ERR_VALUE'],
    [() => interop.fromE3nn(normal([5, 42], 'float64'), { irreps, axes: 'other' as 'same' }), 'ERR_VALUE'],
    [() => interop.fromE3nn(normal([5, 2], 'float64'), { irreps: '1x0e+1x0o' }), 'ERR_VALUE'],
    [() => interop.fromE3nnWeights(normal([5], 'float64'), product), 'ERR_SHAPE'],
    [() => interop.fromE3nnWeights(normal([22], 'complex128'), product), 'ERR_DTYPE'],
    [() => interop.fromE3nnWeights(normal([22], 'float64'), product, { pathNormalization: 'all' as 'none' }), 'ERR_VALUE'],
  ])('bad input %#', (f, code) => {
    expect(f).toThrow(expect.objectContaining({ code }));
  });
});
