import {
  type Basis,
  type Dtype,
  type FusedTensorProductOptions,
  type Tensor,
  add,
  complex,
  fusedTensorProduct,
  generalizedConvolution,
  mixingSet,
  mul,
  random,
  real,
  s2Type,
  setThreads,
  info,
  sum,
  tensorProduct,
  tidy,
  typeSize,
} from '../../lib/index.js';
import { isComplex } from '../../lib/dtype.js';
import { differentiate } from '../../lib/tape.js';
import { bits } from '../support/close.js';
import { relativeError } from '../support/reference.js';

function precision(dtype: Dtype): 'float32' | 'float64' {
  return dtype === 'float32' || dtype === 'complex64' ? 'float32' : 'float64';
}

function normal(shape: readonly number[], dtype: Dtype): Tensor {
  const part = (): Tensor => random.normal([...shape], { dtype: precision(dtype) });
  return isComplex(dtype) ? complex(part(), part()) : part();
}

type Layer = (x: Tensor, w: Tensor, y?: Tensor) => Tensor;

/** Value, gradients and, by random directions, second gradients of a layer. */
function derivatives(layer: Layer, args: readonly Tensor[], g: Tensor, directions: readonly Tensor[]): Tensor[] {
  const value = (): Tensor => layer(args[0]!, args[1]!, args[2]);
  const inner = (a: Tensor, b: Tensor): Tensor => {
    const total = sum(mul(a, b));
    return isComplex(total.dtype) ? real(total) : total;
  };
  const gradients = (): Tensor[] => differentiate(args, () => inner(value(), g)).grads;
  const along = (): Tensor =>
    gradients()
      .map((gradient, i) => inner(gradient, directions[i]!))
      .reduce((a, b) => add(a, b));
  return [value(), ...gradients(), ...differentiate([...args, g], along).grads];
}

/** The largest relative difference between the fused layer and the composed one. */
function difference(o: FusedTensorProductOptions, dtype: Dtype, batch: readonly number[], channels: number): number {
  return tidy(() => {
    const [product, fused] = [tensorProduct(o), fusedTensorProduct(o)];
    const signal = (tau: readonly number[]): Tensor => normal([...batch, typeSize(tau), channels], dtype);
    const args = [signal(o.tau1), normal([fused.weightSize], dtype), ...(o.tau2 ? [signal(o.tau2)] : [])];
    const [g, directions] = [signal(o.tauOut), args.map((x) => normal(x.shape, dtype))];
    const composed: Layer = (x, w, y) =>
      generalizedConvolution(product.apply(x, y), w, { kind: 'uniform', tauIn: product.tau, tauOut: o.tauOut });
    const [ours, theirs] = [(x: Tensor, w: Tensor, y?: Tensor) => fused.apply(x, w, y), composed].map((layer) =>
      derivatives(layer, args, g, directions),
    );
    return Math.max(...ours!.map((x, i) => relativeError(x.dataSync(), theirs![i]!.dataSync())));
  });
}

const bases: readonly (readonly [Dtype, Basis])[] = [
  ['float32', 'real'],
  ['float64', 'real'],
  ['complex64', 'real'],
  ['complex128', 'complex'],
];

describe.each(bases)('the same as the product and the uniform step, %s, %s basis', (dtype, basis) => {
  const limit = precision(dtype) === 'float64' ? 1e-13 : 5e-6;
  const odd = (L: number): number[] => s2Type(L).map((_, l) => 1 + (l % 2));
  test.each([1, 5, 33])('%i channels', (channels) => {
    const error = (o: FusedTensorProductOptions, batch: readonly number[]): number => difference({ ...o, basis }, dtype, batch, channels);
    expect(error({ tau1: s2Type(4), edges: mixingSet('full', 4), tauOut: odd(4) }, [3])).toBeLessThan(limit);
    expect(error({ tau1: s2Type(6), edges: mixingSet('mst', 6, { loops: 'even' }), tauOut: s2Type(6) }, [2])).toBeLessThan(limit);
    expect(error({ tau1: [2, 1, 3], edges: mixingSet('full', 3, { lOut: 5 }), tauOut: [2, 0, 3, 1, 1] }, [])).toBeLessThan(limit);
    const ordered = mixingSet('full', 3, { ordered: true });
    expect(error({ tau1: [2, 1, 0, 3], tau2: [1, 2, 2], edges: ordered, tauOut: [2, 1, 3] }, [2, 2])).toBeLessThan(limit);
    expect(error({ tau1: [1, 2], tau2: [1, 2], edges: [[], [[1, 0]], [[1, 1]]], tauOut: [2, 1, 1] }, [2])).toBeLessThan(limit);
    for (const L of [1, 2]) {
      expect(error({ tau1: s2Type(L), edges: mixingSet('mst', L), tauOut: odd(L) }, [2])).toBeLessThan(limit);
      expect(
        error(
          {
            tau1: [2, 1],
            tau2: [1],
            edges: mixingSet('full', L, { ordered: true }).map((e) => e.filter(([, l2]) => l2 === 0)),
            tauOut: odd(L),
          },
          [4],
        ),
      ).toBeLessThan(limit);
    }
  });
});

test('an empty batch has no results and zeros for the gradient of the weights', () => {
  const o = { tau1: s2Type(4), edges: mixingSet('mst', 4), tauOut: s2Type(4) };
  const [square, pair] = [fusedTensorProduct(o), fusedTensorProduct({ ...o, tau2: s2Type(4) })];
  for (const layer of [(x: Tensor, w: Tensor) => square.apply(x, w), (x: Tensor, w: Tensor) => pair.apply(x, w, x)]) {
    const [x, w] = [random.normal([0, 16, 3]), random.normal([square.weightSize])];
    const [value, ...rest] = derivatives(layer, [x, w], random.normal([0, 16, 3]), [x, w]);
    expect(value!.shape).toEqual([0, 16, 3]);
    expect(rest.map(({ size }) => size)).toEqual([0, square.weightSize, 0, square.weightSize, 0]);
    for (const gradient of rest) expect(gradient.dataSync().every((value) => value === 0)).toBe(true);
  }
});

test('an output without fragments', () => {
  const fused = fusedTensorProduct({ tau1: [1, 1], edges: mixingSet('full', 2), tauOut: [0, 0] });
  const [x, w] = [random.normal([2, 4, 3]), random.normal([0])];
  const [value, gradient] = derivatives((a, b) => fused.apply(a, b), [x, w], random.normal([2, 0, 3]), [x, w]);
  expect(value!.shape).toEqual([2, 0, 3]);
  expect(gradient!.dataSync().every((g) => g === 0)).toBe(true);
});

test('the terms and weights are those of the product', () => {
  const o = { tau1: s2Type(8), edges: mixingSet('mst', 8, { loops: 'even' }), tauOut: s2Type(8) };
  const [product, fused] = [tensorProduct(o), fusedTensorProduct(o)];
  expect(fused.terms).toBe(product.terms);
  expect(fused.weightSize).toBe(product.tau.reduce((a, b) => a + b));
});

test('the same bits with one thread and with two, at any batch', () => {
  const threads = info().cpu.threads;
  const o = { tau1: s2Type(8), edges: mixingSet('mst', 8), tauOut: s2Type(8) };
  const fused = fusedTensorProduct(o);
  for (const [batch, channels] of [
    [1, 32],
    [37, 3],
  ] as const) {
    const [x, w, g] = [random.normal([batch, 64, channels]), random.normal([fused.weightSize]), random.normal([batch, 64, channels])];
    const [one, two] = [1, 2].map((n) => {
      setThreads(n);
      return derivatives((a, b) => fused.apply(a, b), [x, w], g, [x, w]).map(bits);
    });
    setThreads(threads);
    one!.forEach((expected, i) => expect(two![i]!.equals(expected)).toBe(true));
  }
});

test('wrong options and inputs throw', () => {
  const o = { tau1: [1, 1], edges: [[[0, 0]], [[0, 1]]] as const, tauOut: [1, 1] };
  const code = (value: string): Error => expect.objectContaining({ code: value, op: 'fusedTensorProduct' }) as Error;
  expect(() => fusedTensorProduct({ ...o, tauOut: [1] })).toThrow(code('ERR_VALUE'));
  expect(() => fusedTensorProduct({ ...o, edges: [[], [[0, 2]]] })).toThrow(code('ERR_VALUE'));
  expect(() => fusedTensorProduct({ ...o, tau1: [1, -1] })).toThrow(code('ERR_VALUE'));
  const fused = fusedTensorProduct({ ...o, dtype: 'float32' });
  const [x, w] = [random.normal([2, 4, 3]), random.normal([2])];
  expect(fused.apply(x, w).shape).toEqual([2, 4, 3]);
  expect(() => fused.apply(x, random.normal([3]))).toThrow(code('ERR_SHAPE'));
  expect(() => fused.apply(random.normal([2, 5, 3]), w)).toThrow(code('ERR_SHAPE'));
  expect(() => fused.apply(x, w, x)).toThrow(code('ERR_VALUE'));
  expect(() => fused.apply(random.normal([2, 4, 3], { dtype: 'float64' }), w)).toThrow(code('ERR_DTYPE'));
  expect(() => fused.apply(x, random.normal([2], { dtype: 'float64' }))).toThrow(code('ERR_DTYPE'));
  const pair = fusedTensorProduct({ ...o, tau2: [1, 1] });
  expect(() => pair.apply(x, w)).toThrow(code('ERR_VALUE'));
  expect(() => pair.apply(x, w, random.normal([2, 4, 2]))).toThrow(code('ERR_SHAPE'));
});
