import {
  type MixingSet,
  type Tensor,
  complex,
  degree,
  equivarianceError,
  mixingSet,
  random,
  reshape,
  s2Type,
  slice,
  tensorProduct,
  typeSize,
} from '../../lib/index.js';
import { relativeError } from '../support/reference.js';

const float64 = { dtype: 'float64' } as const;
const difference = (a: Tensor, b: Tensor): number => relativeError(a.dataSync(), b.dataSync());
const channel = (x: Tensor, c: number): Tensor => slice(x, [0, 0, c], [x.shape[0]!, x.shape[1]!, 1]);

describe('all pairs of channels', () => {
  const [tau1, tau2, edges] = [[2, 1, 1], [1, 2, 1], mixingSet('full', 3, { ordered: true })];
  const x = random.normal([2, typeSize(tau1), 3], float64);

  test('two inputs: channel c1*C2 + c2 is the product of channel c1 of x and c2 of y', () => {
    const y = random.normal([2, typeSize(tau2), 5], float64);
    const all = tensorProduct({ tau1, tau2, edges, pairing: 'full' }).apply(x, y);
    expect(all.shape[2]).toBe(15);
    const single = tensorProduct({ tau1, tau2, edges });
    for (let c = 0; c < 15; c++) {
      const want = single.apply(channel(x, Math.floor(c / 5)), channel(y, c % 5));
      expect(difference(channel(all, c), want)).toBeLessThan(1e-15);
    }
  });

  test('one input: the pairs (c, c) are the products of each channel with itself', () => {
    const all = tensorProduct({ tau1, edges, pairing: 'full' }).apply(x);
    const single = tensorProduct({ tau1, edges }).apply(x);
    for (let c = 0; c < 3; c++) expect(difference(channel(all, 4 * c), channel(single, c))).toBeLessThan(1e-15);
  });
});

test('output degrees other than those of the input, an edge list of one pair, a degree without edges', () => {
  const edges: MixingSet = [[], [], [[1, 1]], [], [[2, 2]]];
  const product = tensorProduct({ tau1: [1, 1, 1], edges });
  expect(product.tau).toEqual([0, 0, 1, 0, 1]);
  const z = product.apply(random.normal([2, 9, 1], float64));
  expect(z.shape).toEqual([2, 5 + 9, 1]);
  expect(degree(z, product.tau, 4).shape).toEqual([2, 9, 1, 1]);
});

test.each(['real', 'complex'] as const)('is equivariant, %s basis', async (basis) => {
  const L = 5;
  const product = tensorProduct({ tau1: s2Type(L), edges: mixingSet('full', L), basis });
  const error = await equivarianceError((x) => product.apply(x), {
    tauIn: s2Type(L),
    tauOut: product.tau,
    channels: 2,
    basis,
    dtype: 'float64',
  });
  expect(error.max).toBeLessThan(1e-14);
});

test('any batch axes, none, and an empty batch', () => {
  const product = tensorProduct({ tau1: s2Type(4), edges: mixingSet('mst', 4) });
  const x = random.normal([2, 3, 16, 33]);
  const rows = typeSize(product.tau);
  expect(difference(reshape(product.apply(x), [6, rows, 33]), product.apply(reshape(x, [6, 16, 33])))).toBe(0);
  expect(product.apply(random.normal([16, 1])).shape).toEqual([rows, 1]);
  expect(product.apply(random.normal([0, 16, 5])).shape).toEqual([0, rows, 5]);
});

test.each([
  [() => tensorProduct({ tau1: [1, 1], edges: [[[0, 1]]] }), 'ERR_VALUE'],
  [() => tensorProduct({ tau1: [1, -1], edges: [] }), 'ERR_VALUE'],
  [() => tensorProduct({ tau1: [1, 1], edges: [[[0, 5]]] }), 'ERR_VALUE'],
  [() => tensorProduct({ tau1: [1], edges: [[[0, 0]]], pairing: 'some' as never }), 'ERR_VALUE'],
  [() => tensorProduct({ tau1: [1], edges: [[[0, 0]]] }).apply(random.normal([2, 1])), 'ERR_SHAPE'],
  [() => tensorProduct({ tau1: [1], edges: [[[0, 0]]], basis: 'complex' }).apply(random.normal([1, 1])), 'ERR_DTYPE'],
  [() => tensorProduct({ tau1: [1], tau2: [1], edges: [[[0, 0]]] }).apply(random.normal([1, 1])), 'ERR_VALUE'],
  [() => tensorProduct({ tau1: [1], edges: [[[0, 0]]], dtype: 'float64' }).apply(random.normal([1, 1])), 'ERR_DTYPE'],
])('bad input %#: %s', (call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});

test('complex signals in the real basis', () => {
  const product = tensorProduct({ tau1: s2Type(3), edges: mixingSet('full', 3) });
  const x = random.normal([1, 9, 2], float64);
  const zero = random.normal([1, 9, 2], { dtype: 'float64', deviation: 0 });
  const z = product.apply(complex(x, zero)).dataSync();
  const real = product.apply(x).dataSync();
  expect(
    relativeError(
      z.filter((_, i) => i % 2 === 0),
      real,
    ),
  ).toBeLessThan(1e-15);
});
