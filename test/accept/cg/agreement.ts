import {
  type PathMode,
  type Tensor,
  type WeightedTensorProductOptions,
  abs,
  generalizedConvolution,
  interop,
  irreps,
  max,
  mixingSet,
  random,
  reshape,
  s2Type,
  tensorProduct,
  tidy,
  typeSize,
  weightedTensorProduct,
} from '../../../lib/index.js';
import { type PeerWork, PythonPeer } from '../../bench/peers/python_peer.js';
import { peersOf, productLayer } from '../../bench/products.js';
import type { Report } from '../report.js';

const L = 7;
const batch = 3;
const normal = (...shape: number[]): Tensor => random.normal(shape, { dtype: 'float64' });

/** Work of ours, to be compared with that of others. */
interface Case {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly works: readonly PeerWork[];
}

/** The square product and the uniform step. */
function square(rule: 'mst' | 'full'): Case {
  const edges = mixingSet(rule, L);
  const layer = productLayer(L, edges);
  const inputs = [normal(batch, L * L, 32), normal(layer.weightSize)] as const;
  return { name: rule, inputs, output: layer.fused(...inputs), works: peersOf(edges, 'forward') };
}

/** e3nn's notation of a type, all degrees even so that every coupling is allowed. */
const even = (tau: readonly number[], channels = 1): string => tau.map((n, l) => `${n * channels}x${l}e`).join('+');

/** Every fragment and channel of x with every one of y. */
function fullTensorProduct(): Case {
  const tau = s2Type(L);
  const [channels1, channels2] = [2, 3];
  const product = tensorProduct({ tau1: tau, tau2: tau, edges: mixingSet('full', L, { ordered: true }), pairing: 'full' });
  const inputs = [normal(batch, L * L, channels1), normal(batch, L * L, channels2)] as const;
  const [irreps1, irreps2] = [even(tau, channels1), even(tau, channels2)];
  const pairs = channels1 * channels2;
  const work: PeerWork = {
    job: 'e3nn-full-tensor-product',
    options: { irreps1, irreps2, lmax: L - 1 },
    given: ([x, y]) => [
      interop.toE3nn(x!, { irreps: irreps1, channels: channels1 }),
      interop.toE3nn(y!, { irreps: irreps2, channels: channels2 }),
    ],
    made: (z) => interop.toE3nn(z, { irreps: even(product.tau, pairs), channels: pairs }),
  };
  return { name: 'full-tensor-product', inputs, output: product.apply(...inputs), works: [work] };
}

/** All paths in one mode, with e3nn's normalization. */
function weighted(mode: PathMode, normalization: interop.E3nnNormalization): Case {
  const type = (uuu: number, other: number): number[] => new Array<number>(L).fill(mode === 'uuu' ? uuu : other);
  const [tau1, tau2, tauOut] = [type(3, 2), type(3, 4), mode === 'uvw' ? type(3, 3) : type(3, 2)];
  const paths = mixingSet('full', L, { ordered: true }).flatMap((pairs, l) => pairs.map(([l1, l2]) => ({ l1, l2, l, mode })));
  const options: WeightedTensorProductOptions = { tau1, tau2, tauOut, paths };
  const product = weightedTensorProduct(options);
  const inputs = [normal(batch, typeSize(tau1), 1), normal(batch, typeSize(tau2), 1), normal(product.weightSize)] as const;
  const { irrepNormalization = 'component', pathNormalization = 'element' } = normalization;
  const work: PeerWork = {
    job: 'e3nn-tensor-product',
    options: {
      irreps: [even(tau1), even(tau2), even(tauOut)],
      paths: paths.map(({ l1, l2, l }) => [l1, l2, l, mode]),
      normalization: { irrep_normalization: irrepNormalization, path_normalization: pathNormalization },
    },
    given: ([x, y, w]) => [
      interop.toE3nn(x!, { irreps: even(tau1) }),
      interop.toE3nn(y!, { irreps: even(tau2) }),
      interop.toE3nnWeights(w!, options, normalization),
    ],
    made: (z) => interop.toE3nn(z, { irreps: even(tauOut) }),
  };
  return {
    name: `tensor-product-${mode}-${irrepNormalization}-${pathNormalization}`,
    inputs,
    output: product.apply(...inputs),
    works: [work],
  };
}

/** Several blocks of some degrees, out of order, with the parities of the harmonics; a bias for each scalar. */
function linear(pathNormalization: 'element' | 'path'): Case {
  const irrepsIn = '2x3o+4x0e+3x1o+5x2e+2x0e+1x4e+6x1o+2x5o+3x6e';
  const irrepsOut = '3x0e+2x6e+4x1o+2x2e+1x3o+2x0e+3x4e+2x1o+1x5o';
  const [{ tau: tauIn }, { tau: tauOut }] = [irreps(irrepsIn), irreps(irrepsOut)];
  const weights = tauIn.reduce((total, n, l) => total + n * tauOut[l]!, 0);
  const inputs = [normal(batch, typeSize(tauIn), 1), normal(weights), normal(tauOut[0]!)] as const;
  const [x, w, bias] = inputs;
  const work: PeerWork = {
    job: 'e3nn-linear',
    options: { irreps_in: irrepsIn, irreps_out: irrepsOut, normalization: pathNormalization },
    given: () => [
      interop.toE3nn(x, { irreps: irrepsIn }),
      interop.toE3nnLinearWeights(w, { irrepsIn, irrepsOut, pathNormalization }),
      bias,
    ],
    made: (y) => interop.toE3nn(y, { irreps: irrepsOut }),
  };
  const output = generalizedConvolution(x, w, { kind: 'full', tauIn, tauOut, bias: reshape(bias, [tauOut[0]!, 1]) });
  return { name: `linear-${pathNormalization}`, inputs, output, works: [work] };
}

const cases: readonly (() => Case)[] = [
  () => square('mst'),
  () => square('full'),
  fullTensorProduct,
  () => weighted('uuu', {}),
  () => weighted('uvu', { irrepNormalization: 'norm', pathNormalization: 'path' }),
  () => weighted('uvw', {}),
  () => linear('element'),
  () => linear('path'),
];

/** The numbers of e3nn, torch and JAX beside ours: float64, degrees up to 6. */
export async function measure(report: Report): Promise<void> {
  const peer = PythonPeer.start(2);
  if (peer === undefined) return report.skip('agreement', PythonPeer.missing);
  for (const make of cases) {
    await tidy(async () => {
      const { name, inputs, output, works } = make();
      const scale = max(abs(output)).dataSync()[0]!;
      for (const work of works) {
        const job = await peer.prepare(work, inputs, output);
        const line = `agreement.${name}-${job.name.replaceAll(' ', '-')}`;
        if ('missing' in job) report.skip(line, job.missing);
        else report.atMost(line, job.maxDiff / scale, 1e-12);
      }
    });
  }
  peer.stop();
}
