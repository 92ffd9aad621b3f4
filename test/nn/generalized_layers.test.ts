import {
  type MixingSet,
  type Tensor,
  concat,
  degree,
  grad,
  mean,
  mixingSet,
  mul,
  nn,
  random,
  s2Type,
  slice,
  square,
  sub,
  sum,
  tensor,
  tidy,
  typeSize,
  zeros,
} from '../../lib/index.js';
import { generator } from '../support/case.js';
import { expectClose } from '../support/close.js';
import { gradientError, randomLike, secondGradientError } from '../support/gradcheck.js';
import { relativeError } from '../support/reference.js';

const float64 = { dtype: 'float64' } as const;

function signal(shape: readonly number[], name = 'signal'): Tensor {
  return randomLike(zeros(shape, float64), generator(name));
}

/** The numbers of one fragment and channel of each sample: index [sample, order]. */
function fragments(x: Tensor, tau: readonly number[], l: number, t: number, c: number): number[][] {
  const part = degree(x, tau, l);
  const [batch, orders, count, channels] = part.shape as [number, number, number, number];
  const data = part.dataSync();
  return Array.from({ length: batch }, (_, b) =>
    Array.from({ length: orders }, (_, m) => data[((b * orders + m) * count + t) * channels + c]!),
  );
}

const length = (v: readonly number[]): number => Math.hypot(...v);
const close = (got: Tensor, want: readonly number[]): void =>
  expectClose(got, { shape: got.shape, values: want.map((re) => ({ re, im: 0 })) });

/** Largest and smallest mean square of a degree. */
function spread(x: Tensor, tau: readonly number[]): [number, number] {
  const variances = tau.flatMap((n, l) => (n > 0 ? [mean(square(degree(x, tau, l))).dataSync()[0]!] : []));
  return [Math.min(...variances), Math.max(...variances)];
}

beforeEach(() => random.seed(1));

describe('Invariants', () => {
  const tau = [2, 0, 1];

  test('values of degree 0, then the norms of the others', () => {
    const x = signal([3, typeSize(tau), 2]);
    const got = new nn.Invariants({ tau, norms: true }).forward(x);
    expect(got.shape).toEqual([3, 2 * 2 + 2]);
    const want = [0, 1, 2].flatMap((b) => [
      ...[0, 1].flatMap((t) => [0, 1].map((c) => fragments(x, tau, 0, t, c)[b]![0]!)),
      ...[0, 1].map((c) => length(fragments(x, tau, 2, 0, c)[b]!)),
    ]);
    close(got, want);
    close(
      new nn.Invariants({ tau }).forward(x),
      want.filter((_, i) => i % 6 < 4),
    );
  });

  test('any batch axes, complex signals', () => {
    const x = signal([2, 3, typeSize(tau), 2]);
    expect(new nn.Invariants({ tau, norms: true }).forward(x).shape).toEqual([2, 3, 6]);
    const z = tensor([3, 4, 0, 1, 1, 0, 0, 2], [1, 4, 1], { dtype: 'complex128' });
    close(new nn.Invariants({ tau: [1, 1], norms: true }).forward(z), [3, 4, Math.sqrt(6)]);
  });

  test('the gradient is right, and finite at 0', () => {
    const layer = new nn.Invariants({ tau, norms: true });
    const x = signal([2, typeSize(tau), 2]);
    expect(gradientError((y) => layer.forward(y), [x])).toBeLessThan(1e-6);
    expect(secondGradientError((y) => layer.forward(y), [x])).toBeLessThan(1e-5);
    const error = gradientError(
      (y) => layer.forward(y),
      [zeros([2, typeSize(tau), 2], float64)].map((y) => y.mul(0)),
    );
    expect(Number.isFinite(error)).toBe(true);
  });
});

describe('NormActivation', () => {
  const tau = [1, 2];

  test('keeps directions and applies fn to lengths', () => {
    const x = signal([2, typeSize(tau), 3]);
    const y = new nn.NormActivation({ tau, fn: 'tanh' }).forward(x);
    for (const [l, t] of [
      [0, 0],
      [1, 0],
      [1, 1],
    ] as const) {
      for (const c of [0, 1, 2]) {
        const [from, to] = [fragments(x, tau, l, t, c), fragments(y, tau, l, t, c)];
        from.forEach((v, b) => v.forEach((value, m) => expect(to[b]![m]).toBeCloseTo((value * Math.tanh(length(v))) / length(v), 13)));
      }
    }
  });

  test('0 stays 0; gradients', () => {
    const layer = new nn.NormActivation({ tau, fn: 'sigmoid' });
    expect(layer.forward(zeros([1, typeSize(tau), 1])).dataSync()).toEqual(new Float32Array(typeSize(tau)));
    expect(gradientError((x) => layer.forward(x), [signal([2, typeSize(tau), 3])])).toBeLessThan(1e-6);
  });
});

describe('S2Activation', () => {
  test('of a constant signal', () => {
    const y00 = Math.sqrt(1 / (4 * Math.PI));
    const x = tensor([2, ...new Array<number>(15).fill(0)], [1, 16, 1], float64);
    const got = new nn.S2Activation({ L: 4, fn: 'tanh' }).forward(x);
    close(got, [Math.tanh(2 * y00) / y00, ...new Array<number>(15).fill(0)]);
  });

  test('relu(x) - relu(-x) is x', () => {
    const layer = new nn.S2Activation({ L: 5, fn: 'relu', oversampling: 1.5 });
    const x = signal([2, 3, 25, 2]);
    expectClose(sub(layer.forward(x), layer.forward(x.neg())), {
      shape: x.shape,
      values: Array.from(x.dataSync(), (re) => ({ re, im: 0 })),
    });
  });

  test('the gradient', () => {
    const layer = new nn.S2Activation({ L: 3, fn: 'silu' });
    expect(gradientError((x) => layer.forward(x), [signal([2, 9, 2])])).toBeLessThan(1e-6);
  });
});

describe('CovariantNorm', () => {
  const tau = [2, 1, 1];

  test('one statistic per sample', () => {
    const norm = new nn.CovariantNorm({ tau, channels: 2, perSample: true, ...float64 });
    expect(Object.keys(norm.stateDict())).toEqual(['scale']);
    const x = signal([3, 2, typeSize(tau), 2]);
    const y = norm.forward(x).reshape([6, typeSize(tau), 2]);
    for (const [l, t] of [
      [0, 1],
      [2, 0],
    ] as const) {
      for (const v of fragments(y, tau, l, t, 1)) expect(length(v) / Math.sqrt(2 * l + 1)).toBeCloseTo(1, 12);
    }
    expect(gradientError((z) => norm.forward(z), [x])).toBeLessThan(1e-6);
    norm.dispose();
  });

  test('a batch has root mean square 1, or the scale', () => {
    const norm = new nn.CovariantNorm({ tau, channels: 2, ...float64 });
    norm.loadStateDict({ ...norm.stateDict(), scale: tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2], float64) });
    const y = norm.forward(signal([5, typeSize(tau), 2]));
    expect(Math.sqrt(mean(square(tensor(fragments(y, tau, 2, 0, 1).flat(), undefined, float64))).dataSync()[0]!)).toBeCloseTo(8, 12);
    norm.dispose();
  });
});

describe.each<[string, (o: object) => nn.CovariantNorm | nn.SignalNorm]>([
  ['CovariantNorm', (o) => new nn.CovariantNorm({ tau: s2Type(3), channels: 4, ...float64, ...o })],
  ['SignalNorm', (o) => new nn.SignalNorm({ L: 3, channels: 4, shift: 0.5, ...float64, ...o })],
])('%s of normalized samples', (_, make) => {
  const shape = [6, typeSize(s2Type(3)), 4];

  test('does not see how strong a sample is, in training and evaluation', () => {
    const norm = make({ normalizeSamples: true, momentum: 1 });
    const x = signal(shape);
    const strengths = tensor(Float64Array.of(0.01, 0.5, 1, 3, 100, 7), [6, 1, 1], float64);
    const y = norm.forward(x).dataSync();
    expect(relativeError(norm.forward(mul(x, strengths)).dataSync(), y)).toBeLessThan(1e-13);
    norm.eval();
    expect(relativeError(norm.forward(mul(x, strengths)).dataSync(), y)).toBeLessThan(1e-13);
    norm.dispose();
  });

  test('is the plain one where all samples are equally strong', () => {
    const [norm, plain] = [make({ normalizeSamples: true }), make({})];
    const sample = signal([1, ...shape.slice(1)]);
    const x = concat([sample, mul(sample, -1), sample]);
    expect(relativeError(norm.forward(x).dataSync(), plain.forward(x).dataSync())).toBeLessThan(1e-13);
  });

  test('has gradients, and leaves silence and no samples alone', () => {
    const norm = make({ normalizeSamples: true });
    expect(gradientError((x) => norm.forward(x), [signal(shape)])).toBeLessThan(1e-6);
    norm.forward(zeros([0, ...shape.slice(1)], float64));
    norm.forward(zeros(shape, float64));
    expect([...norm.running!.dataSync()].every(Number.isFinite)).toBe(true);
    const slope = grad((x) => sum(norm.forward(x)))(zeros(shape, float64));
    expect([...slope.dataSync()].every(Number.isFinite)).toBe(true);
  });
});

describe('variance', () => {
  const tau = [3, 2, 2, 1, 1];

  test.each([false, true])('of every degree stays near 1 through five convolutions, constrained: %s', (constrained) => {
    tidy(() => {
      let x: Tensor = random.normal([64, typeSize(tau), 16]);
      for (let i = 0; i < 5; i++) {
        x = new nn.GeneralizedConvolution({ tauIn: tau, tauOut: tau, channelsIn: 16, channelsOut: 16, constrained }).forward(x);
        const [least, most] = spread(x, tau);
        expect(least).toBeGreaterThan(0.5);
        expect(most).toBeLessThan(2);
      }
    });
  });

  test('of degrees above 0 stays near 1 through a product and a constrained convolution', () => {
    tidy(() => {
      const L = 6;
      const product = new nn.TensorProductActivation({ tau: s2Type(L), edges: mixingSet('mst', L) });
      const sizes = { tauIn: product.tau, tauOut: s2Type(L), channelsIn: 16, channelsOut: 16, constrained: true };
      const y = new nn.GeneralizedConvolution(sizes).forward(product.forward(random.normal([64, L * L, 16])));
      const [least, most] = spread(slice(y, [0, 1, 0], [64, L * L - 1, 16]), [0, ...s2Type(L).slice(1)]);
      expect(least).toBeGreaterThan(0.5);
      expect(most).toBeLessThan(2);
    });
  });
});

describe('layers together', () => {
  const edges: MixingSet = mixingSet('full', 3);
  const sizes = { channelsIn: 2, channelsOut: 2 };
  const product = new nn.TensorProductActivation({ tau: s2Type(3), edges });
  const layer = (): nn.SphericalLayer =>
    new nn.SphericalLayer({
      L1: new nn.GeneralizedConvolution({ tauIn: s2Type(3), tauOut: s2Type(3), ...sizes, ...float64 }),
      N: product,
      L2: new nn.GeneralizedConvolution({ tauIn: product.tau, tauOut: [2, 1, 0], ...sizes, constrained: true, ...float64 }),
    });

  test('SphericalLayer is L2(N(L1(x))) and names what it holds', () => {
    const spherical = layer();
    const x = signal([2, 4, 9, 2]);
    const { L1, N, L2 } = spherical;
    // In another order of sums: the product and the first step of L2 are one operation
    expect(relativeError(spherical.forward(x).dataSync(), L2.forward(N.forward(L1.forward(x))).dataSync())).toBeLessThan(1e-14);
    expect(spherical.forward(x).shape).toEqual([2, 4, 5, 2]);
    expect(Object.keys(spherical.parameters())).toEqual([
      'L1.weights.0',
      'L1.bias',
      'L2.weights.0',
      'L2.weights.1',
      'L2.weights.2',
      'L2.bias',
    ]);
    expect(gradientError((y) => spherical.forward(y), [x])).toBeLessThan(1e-6);
    spherical.dispose();
  });

  const wrong: [string, () => unknown][] = [
    ['types of different length', () => new nn.GeneralizedConvolution({ tauIn: [1, 1], tauOut: [1], ...sizes })],
    ['a negative number of fragments', () => new nn.GeneralizedConvolution({ tauIn: [1, -1], tauOut: [1, 1], ...sizes })],
    ['no channels', () => new nn.GeneralizedConvolution({ tauIn: [1], tauOut: [1], channelsIn: 0, channelsOut: 1 })],
    ['an edge outside of the triangle', () => new nn.TensorProductActivation({ tau: [1, 1], edges: [[[0, 1]]] })],
    ['momentum', () => new nn.CovariantNorm({ tau: [1], channels: 1, momentum: 2 })],
    ['eps', () => new nn.CovariantNorm({ tau: [1], channels: 1, eps: 0 })],
    ['normalizeSamples', () => new nn.CovariantNorm({ tau: [1], channels: 1, perSample: true, normalizeSamples: true })],
    ['an empty type', () => new nn.Invariants({ tau: [] })],
    ['undersampling', () => new nn.S2Activation({ L: 4, fn: 'relu', oversampling: 0.5 })],
  ];
  test.each(wrong)('%s: ERR_VALUE', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
  });

  test('a signal of another type: ERR_SHAPE', () => {
    const x = zeros([1, 8, 2]);
    for (const module of [new nn.Invariants({ tau: s2Type(3) }), new nn.S2Activation({ L: 3, fn: 'relu' }), product]) {
      expect(() => module.forward(x)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    }
  });
});
