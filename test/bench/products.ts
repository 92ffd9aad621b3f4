import {
  type MixingSet,
  type Tensor,
  fusedTensorProduct,
  generalizedConvolution,
  mixingSet,
  s2Type,
  tensorProduct,
  typeSize,
} from '../../lib/index.js';
import { type Entry, inputs } from './entry.js';
import type { PeerWork } from './peers/python_peer.js';

/** The square products of a network: batch 32, rule mst. */
export function productEntries(): Entry[] {
  const batch = 32;
  return [4, 8, 10, 16].flatMap((L) =>
    [1, 16, 32].map((channels): Entry => {
      const product = tensorProduct({ tau1: s2Type(L), edges: mixingSet('mst', L) });
      return {
        name: `tensorProduct mst L=${L} C=${channels}`,
        dtype: 'float32',
        inputs: inputs([batch, typeSize(s2Type(L)), channels]),
        make: () => (x) => product.apply(x),
        // Two products and a sum for each coupling
        flops: 3 * product.terms * batch * channels,
        backward: 3,
      };
    }),
  );
}

/** A square product and the uniform step to one fragment of each degree, as one operation and composed. */
export interface ProductLayer {
  readonly weightSize: number;
  /** In the unit of conventions.md: multiplies and multiply-adds of one sample and channel, forward. */
  readonly work: number;
  readonly fused: (x: Tensor, w: Tensor) => Tensor;
  readonly composed: (x: Tensor, w: Tensor) => Tensor;
}

export function productLayer(L: number, edges: MixingSet): ProductLayer {
  const o = { tau1: s2Type(L), edges, tauOut: s2Type(L) };
  const [product, fused] = [tensorProduct(o), fusedTensorProduct(o)];
  return {
    weightSize: fused.weightSize,
    // Two for each coupling, one for each component of a fragment times its weight
    work: 2 * product.terms + typeSize(product.tau),
    fused: (x, w) => fused.apply(x, w),
    composed: (x, w) => generalizedConvolution(product.apply(x), w, { kind: 'uniform', tauIn: product.tau, tauOut: o.tauOut }),
  };
}

/** e3nn in eager mode, torch with a matrix product for each pair of degrees, and JAX with an einsum for each path. */
export function peersOf(edges: MixingSet, what: 'forward' | 'backward' | 'double'): PeerWork[] {
  const options = { edges, what };
  const limited = { options, minutes: 10 };
  const large = edges.length >= 32;
  // XLA compiles for long (at L = 32 for seven minutes with 7 GB), and so does Python with the coefficients of high degrees
  const torch = large ? limited : { options };
  return [{ job: 'e3nn-square', ...torch }, { job: 'pair-square', ...torch }, ...(large ? [] : [{ job: 'jax-square', ...limited }])];
}

/** Products with the uniform step of 32 channels; in the unit of conventions.md, in which backward is twice forward. */
export function fusedEntries(): Entry[] {
  const channels = 32;
  const sizes = [
    [8, 64],
    [10, 64],
    [16, 64],
    [32, 4],
    [16, 1],
  ] as const;
  return sizes.flatMap(([L, batch]) => {
    const edges = mixingSet('mst', L);
    const layer = productLayer(L, edges);
    return (['fused', 'composed'] as const).map((way): Entry => {
      const flops = 2 * layer.work * batch * channels;
      const shapes = inputs([batch, L * L, channels], [layer.weightSize]);
      return {
        name: `product and uniform step, ${way}, mst L=${L} batch=${batch}`,
        dtype: 'float32',
        inputs: shapes,
        make: () => layer[way],
        flops,
        backward: 3,
        ...(way === 'fused' && { peers: peersOf(edges, 'forward'), backwardPeers: peersOf(edges, 'backward') }),
      };
    });
  });
}

/** Terms, time and memory of a product, forward, batch 1: over bandlimits for the mixing sets and pairings, and over channels. */
export function complexityEntries(): Entry[] {
  const product = (rule: 'full' | 'mst' | 'rmst', L: number, channels: number, pairing: 'channel' | 'full'): Entry => {
    const p = tensorProduct({ tau1: s2Type(L), edges: mixingSet(rule, L), pairing });
    const out = pairing === 'full' ? channels ** 2 : channels;
    const megabytes = (4 * typeSize(p.tau) * out) / 1e6;
    return {
      name: `complexity ${rule} ${pairing} L=${L} C=${channels}: ${p.terms} terms, ${megabytes.toPrecision(3)} MB`,
      dtype: 'float32',
      inputs: inputs([1, L * L, channels]),
      make: () => (x) => p.apply(x),
      flops: 3 * p.terms * out,
    };
  };
  return [
    ...(['full', 'mst', 'rmst'] as const).flatMap((rule) => [4, 8, 16, 32].map((L) => product(rule, L, 16, 'channel'))),
    ...[4, 8, 16, 32].map((L) => product('mst', L, 4, 'full')),
    ...[32, 64, 128].map((channels) => product('mst', 16, channels, 'channel')),
    ...[2, 8, 16].map((channels) => product('mst', 16, channels, 'full')),
  ];
}
