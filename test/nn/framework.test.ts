import {
  type Tensor,
  type TensorProduct,
  tensorProduct,
  clebschGordan,
  mixingSet,
  nn,
  random,
  s2Correlation,
  s2Type,
  so3Correlation,
  so3Type,
  tensor,
  tidy,
  typeSize,
  zonalConvolution,
} from '../../lib/index.js';
import { difference, normal } from '../support/signals.js';

// Other networks' layers are generalized layers (Cobb et al. 2021): the same numbers with the weights carried over.

const [L, batch, C, K] = [4, 2, 3, 2];
const dtype = 'float64';
const degrees = Array.from({ length: L }, (_, l) => l);
const at = (l: number, m: number): number => l * l + l + m;

class Identity extends nn.Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** The square with every pair of channels. */
class FullSquare extends nn.Module {
  constructor(private readonly product: TensorProduct) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.product.apply(x, x);
  }
}

/** A full convolution whose weights [tauIn_l, C, tauOut_l, K] are weight(l, t, c, u, k). */
function convolution(
  tauIn: readonly number[],
  tauOut: readonly number[],
  weight: (l: number, t: number, c: number, u: number, k: number) => number,
  [channelsIn, channelsOut] = [C, K],
): nn.GeneralizedConvolution {
  const layer = new nn.GeneralizedConvolution({ tauIn, tauOut, channelsIn, channelsOut, bias: false, dtype });
  const values: number[] = [];
  for (const l of degrees)
    for (let t = 0; t < tauIn[l]!; t++)
      for (let c = 0; c < channelsIn; c++)
        for (let u = 0; u < tauOut[l]!; u++) for (let k = 0; k < channelsOut; k++) values.push(weight(l, t, c, u, k));
  layer.loadStateDict({ 'weights.0': tensor(values, [values.length], { dtype }) });
  return layer;
}

beforeEach(() => random.seed(11));

test.each([1, 2, L])("Cohen's layer on the sphere, N = %d", (N) => {
  const [f, psi] = [normal([batch, L * L, C], dtype), normal([L * L, C, K], dtype)];
  const values = psi.dataSync();
  const L1 = convolution(s2Type(L), so3Type(L, N), (l, _, c, u, k) => {
    const n = u - Math.min(l, N - 1);
    return ((8 * Math.PI ** 2) / (2 * l + 1)) * values[(at(l, n) * C + c) * K + k]!;
  });
  const activation = new nn.SO3Activation({ L, N, fn: 'relu', oversampling: 1.5 });
  const layer = new nn.SphericalLayer({ L1, N: activation, L2: new Identity() });
  const wanted = activation.forward(s2Correlation(f, psi, { L, N, basis: 'real' }));
  expect(difference(layer.forward(f), wanted)).toBeLessThan(1e-12);
});

test("Cohen's layer on SO(3)", () => {
  const tau = so3Type(L);
  const rows = typeSize(tau);
  const [f, psi] = [normal([batch, rows, C], dtype), normal([rows, C, K], dtype)];
  const values = psi.dataSync();
  const start = degrees.map((l) => tau.slice(0, l).reduce((sum, n, i) => sum + (2 * i + 1) * n, 0));
  // out_lmu = sum over t of f_lmt psi_lut
  const L1 = convolution(tau, tau, (l, t, c, u, k) => values[((start[l]! + u * tau[l]! + t) * C + c) * K + k]!);
  const activation = new nn.SO3Activation({ L, N: L, fn: 'relu', oversampling: 1 });
  const layer = new nn.SphericalLayer({ L1, N: activation, L2: new Identity() });
  const wanted = activation.forward(so3Correlation(f, psi, { L, N: L, basis: 'real' }));
  expect(difference(layer.forward(f), wanted)).toBeLessThan(1e-12);
});

test("Esteves' zonal layer", () => {
  const [f, h] = [normal([batch, L * L, C], dtype), normal([L, C, K], dtype)];
  const values = h.dataSync();
  const L1 = convolution(s2Type(L), s2Type(L), (l, _, c, __, k) => Math.sqrt((4 * Math.PI) / (2 * l + 1)) * values[(l * C + c) * K + k]!);
  const activation = new nn.S2Activation({ L, fn: 'relu', oversampling: 2 });
  const layer = new nn.SphericalLayer({ L1, N: activation, L2: new Identity() });
  expect(difference(layer.forward(f), activation.forward(zonalConvolution(f, h, { L })))).toBeLessThan(1e-12);
});

/** Kondor et al. 2018 in plain sums: every pair of degrees and of channels, then a matrix over the fragments of each degree. */
function kondor(f: Float64Array, weight: (l: number, fragment: number, k: number) => number): Float64Array {
  const out = new Float64Array(batch * L * L * K);
  for (const l of degrees) {
    let first = 0;
    for (const [l1, l2] of mixingSet('full', L, { ordered: true })[l]!) {
      const coefficients = clebschGordan(l1, l2, l, { basis: 'real' });
      for (let i = 0; i < coefficients.length; i++) {
        const m = i % (2 * l + 1);
        const m2 = Math.floor(i / (2 * l + 1)) % (2 * l2 + 1);
        const m1 = Math.floor(i / (2 * l + 1) / (2 * l2 + 1));
        for (let b = 0; b < batch; b++) {
          for (let pair = 0; pair < C * C; pair++) {
            const x = f[(b * L * L + l1 * l1 + m1) * C + Math.floor(pair / C)]!;
            const y = f[(b * L * L + l2 * l2 + m2) * C + (pair % C)]!;
            for (let k = 0; k < K; k++)
              out[(b * L * L + l * l + m) * K + k]! += coefficients[i]! * x * y * weight(l, first * C * C + pair, k);
          }
        }
      }
      first++;
    }
  }
  return out;
}

test("Kondor's layer", () => {
  const f = normal([batch, L * L, C], dtype);
  const edges = mixingSet('full', L, { ordered: true });
  const product = tensorProduct({ tau1: s2Type(L), tau2: s2Type(L), edges, pairing: 'full' });
  const weight = (l: number, fragment: number, k: number): number => Math.sin(1 + l + 2 * fragment + 5 * k);
  const L2 = convolution(product.tau, s2Type(L), (l, t, c, _, k) => weight(l, t * C * C + c, k), [C * C, K]);
  const layer = new nn.SphericalLayer({ L1: new Identity(), N: new FullSquare(product), L2 });
  const wanted = kondor(f.dataSync() as Float64Array, weight);
  expect(difference(layer.forward(f), tensor(wanted, [batch, L * L, K], { dtype }))).toBeLessThan(1e-12);
});

/** Variance of every degree, over batch, orders, fragments and channels. */
function variances(x: Tensor, tau: readonly number[]): number[] {
  const [n, rows, channels] = x.shape as [number, number, number];
  const values = x.dataSync();
  let first = 0;
  return tau.map((fragments, l) => {
    const size = (2 * l + 1) * fragments;
    let total = 0;
    for (let b = 0; b < n; b++)
      for (let i = first * channels; i < (first + size) * channels; i++) total += values[b * rows * channels + i]! ** 2;
    first += size;
    return total / (n * size * channels);
  });
}

test.each([true, false])('weights keep the variance of every degree through five convolutions, constrained: %p', (constrained) => {
  const [tau, channels, bandlimit] = [new Array<number>(6).fill(4), 24, 6];
  tidy(() => {
    const options = { tauIn: tau, tauOut: tau, channelsIn: channels, channelsOut: channels, constrained };
    let x: Tensor = random.normal([16, 4 * bandlimit ** 2, channels]);
    for (let i = 0; i < 5; i++) {
      x = new nn.GeneralizedConvolution(options).forward(x);
      for (const variance of variances(x, tau)) {
        expect(variance).toBeGreaterThan(0.5);
        expect(variance).toBeLessThan(2);
      }
    }
  });
});
