import {
  type Tensor,
  type WeightedTensorProductOptions,
  fusedTensorProduct,
  grads,
  info,
  mixingSet,
  random,
  s2Type,
  setThreads,
  tensorProduct,
  tidy,
  typeSize,
  weightedTensorProduct,
} from '../../../lib/index.js';
import { bits } from '../../support/close.js';
import { gradientError, secondGradientError } from '../../support/gradcheck.js';
import { relativeError } from '../../support/reference.js';
import { productLayer } from '../../bench/products.js';
import type { Report } from '../report.js';

const float64 = { dtype: 'float64' } as const;
type Layer = (...inputs: Tensor[]) => Tensor;

/** Every product on degrees below L, with inputs for it. */
function variants(L: number, channels: number): readonly (readonly [name: string, layer: Layer, inputs: Tensor[]])[] {
  const tau = s2Type(L);
  const signal = (): Tensor => random.normal([2, L * L, channels], float64);
  const weights = (size: number): Tensor => random.normal([size], float64);
  const [shared, different] = [
    { tau1: tau, edges: mixingSet('mst', L, { loops: 'even' }), tauOut: tau },
    { tau1: tau, tau2: tau, edges: mixingSet('full', L, { ordered: true }), tauOut: tau },
  ];
  const paths: WeightedTensorProductOptions['paths'] = [
    { l1: L - 1, l2: 1, l: L - 1, mode: 'uvw' },
    { l1: 1, l2: 1, l: 0, mode: 'uuu' },
    { l1: 1, l2: L - 1, l: L - 2, mode: 'uvu' },
  ];
  const [square, product] = [fusedTensorProduct(shared), fusedTensorProduct(different)];
  const weighted = weightedTensorProduct({ tau1: tau, tau2: tau, tauOut: tau, paths });
  const [plain, two] = [tensorProduct(shared), tensorProduct(different)];
  const everyPair = tensorProduct({ ...different, pairing: 'full' });
  return [
    ['product-shared', (x) => plain.apply(x), [signal()]],
    ['product-different', (x, y) => two.apply(x, y), [signal(), signal()]],
    ['product-pairing-full', (x, y) => everyPair.apply(x, y), [signal(), random.normal([2, L * L, 2], float64)]],
    ['fused-shared', (x, w) => square.apply(x, w), [signal(), weights(square.weightSize)]],
    ['fused-different', (x, w, y) => product.apply(x, w, y), [signal(), weights(product.weightSize), signal()]],
    ['weighted', (x, y, w) => weighted.apply(x, y, w), [signal(), signal(), weights(weighted.weightSize)]],
  ];
}

function finiteDifferences(report: Report): void {
  const worst = new Map<string, [number, number]>();
  for (const [L, channels] of [
    [3, 33],
    [4, 5],
    [6, 1],
  ] as const) {
    for (const [name, layer, inputs] of variants(L, channels)) {
      const [first, second] = worst.get(name) ?? [0, 0];
      const errors = [gradientError(layer, inputs), secondGradientError(layer, inputs)] as const;
      worst.set(name, [Math.max(first, errors[0]), Math.max(second, errors[1])]);
    }
  }
  for (const [name, [first, second]] of worst) {
    report.atMost(`gradients.${name}-first`, first, 1e-8);
    report.atMost(`gradients.${name}-second`, second, 1e-7);
  }
}

/** The network's sizes, against the composed operations. */
function fullSize(report: Report, L: number, batch: number): void {
  tidy(() => {
    const layer = productLayer(L, mixingSet('mst', L));
    const [x, w] = [random.normal([batch, typeSize(s2Type(L)), 32], float64), random.normal([layer.weightSize], float64)];
    const g = random.normal(x.shape, float64);
    const results = (f: Layer): Tensor[] => [f(x, w), ...grads(f)([x, w], g)];
    const wanted = results(layer.composed);
    const errors = results(layer.fused).map((result, i) => relativeError(result.dataSync(), wanted[i]!.dataSync()));
    report.atMost(`gradients.fused-against-composed-L${L}`, Math.max(...errors), 1e-12);
  });
}

function sameBits(report: Report): void {
  const threads = info().cpu.threads;
  for (const batch of [1, 37]) {
    for (const [name, layer, inputs] of variants(6, 5).slice(3)) {
      const dy = layer(...inputs);
      const runs = [1, 2].map((n) => {
        setThreads(n);
        return tidy(() => Buffer.concat([layer(...inputs), ...grads(layer)(inputs, dy)].map(bits)));
      });
      report.equal(`threads.same-bits-${name}-batch-${batch}`, runs[0]!.equals(runs[1]!), true);
    }
  }
  setThreads(threads);
}

export function measure(report: Report): Promise<void> {
  random.seed(0);
  finiteDifferences(report);
  fullSize(report, 8, 64);
  fullSize(report, 16, 64);
  fullSize(report, 32, 4);
  sameBits(report);
  return Promise.resolve();
}
