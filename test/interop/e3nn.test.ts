import { generalizedConvolution, interop, random, reshape, rotate, tensor, typeSize } from '../../lib/index.js';
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

describe('weights of Linear', () => {
  const o = { irrepsIn: '1x1o+2x0e+1x0e+2x1o', irrepsOut: '2x0e+1x1o+1x0e+1x2e' };
  const numbers = (values: readonly number[]) => tensor([...values], [values.length], { dtype: 'float64' });
  // Printed by e3nn 0.6.0: o3.Linear(irrepsIn, irrepsOut, biases=True, path_normalization=...) of x, w = 1, 2, ... and bias
  const x = numbers([0.25, -0.5, 0.75, -1, 1.25, -1.5, 1.75, -2, 2.25, -2.5, 2.75, -3]);
  const w = numbers([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const bias = numbers([0.5, -1, 2]);
  const printed = {
    element: [-4.696152422706632, -6.917840259193664, -6.062177826491071, 6.062177826491071, -6.06217782649107, -5.072540797572915],
    path: [-6.485281374238571, -8.920941546018392, -5.1982233047033635, 5.146446609406726, -5.0946699141100895, -7.231601717798213],
  };

  test.each(['element', 'path'] as const)('give what e3nn gives, normalization %s', (pathNormalization) => {
    const ours = generalizedConvolution(
      interop.fromE3nn(x, { irreps: o.irrepsIn }),
      interop.fromE3nnLinearWeights(w, { ...o, pathNormalization }),
      { kind: 'full', tauIn: [3, 3, 0], tauOut: [3, 1, 1], bias: reshape(bias, [3, 1]) },
    );
    const got = interop.toE3nn(ours, { irreps: o.irrepsOut });
    expect(difference(got, numbers([...printed[pathNormalization], 0, 0, 0, 0, 0]))).toBeLessThan(1e-13);
  });

  test('of one block per degree lie alike, whatever the channels', () => {
    const one = { irrepsIn: '4x0e+2x1o', irrepsOut: '2x0e+6x1o' };
    const ones = numbers(new Array<number>(20).fill(1));
    const channels = generalizedConvolution(
      interop.fromE3nn(normal([10], 'float64'), { irreps: one.irrepsIn, channels: 2 }),
      interop.fromE3nnLinearWeights(ones, one),
      { kind: 'full', tauIn: [2, 1], tauOut: [1, 3], channelsOut: 2 },
    );
    expect(channels.shape).toEqual([10, 2]);
    const want = [...new Array<number>(8).fill(0.5), ...new Array<number>(12).fill(Math.SQRT1_2)];
    expect(difference(interop.fromE3nnLinearWeights(ones, one), numbers(want))).toBeLessThan(1e-15);
  });

  test('there and back', () => {
    for (const pathNormalization of ['element', 'path'] as const) {
      const options = { ...o, pathNormalization };
      expect(difference(interop.toE3nnLinearWeights(interop.fromE3nnLinearWeights(w, options), options), w)).toBeLessThan(1e-14);
    }
  });

  test.each([
    [() => interop.fromE3nnLinearWeights(normal([11], 'float64'), o), 'ERR_SHAPE'],
    [() => interop.toE3nnLinearWeights(normal([12], 'complex128'), o), 'ERR_DTYPE'],
    [() => interop.fromE3nnLinearWeights(w, { ...o, irrepsOut: '1x1e' }), 'ERR_VALUE'],
    [() => interop.fromE3nnLinearWeights(w, { ...o, irrepsOut: 'scalars' }), 'ERR_VALUE'],
    [() => interop.toE3nnLinearWeights(w, { ...o, pathNormalization: 'none' as 'path' }), 'ERR_VALUE'],
  ])('bad input %#', (f, code) => {
    expect(f).toThrow(expect.objectContaining({ code }));
  });
});
