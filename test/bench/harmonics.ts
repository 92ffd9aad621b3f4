import { mixingSet, s2Transform, s2Type, tensorProduct, typeSize } from '../../lib/index.js';
import { type Entry, type Precision, inputs } from './entry.js';

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

/** Real transforms of one signal and of 32 channels, sampling mw. */
export function transformEntries(): Entry[] {
  return [16, 32, 64, 128].flatMap((L) =>
    [1, 32].flatMap((channels) => (['float64', 'float32'] as const).flatMap((dtype) => transformPair(L, channels, dtype))),
  );
}

function transformPair(L: number, channels: number, dtype: Precision): Entry[] {
  const { nTheta, nPhi } = s2Transform({ L, real: true, dtype });
  // The table method: an L x nTheta matrix for each order, then a Fourier matrix for each ring
  const flops = 2 * channels * nTheta * (L * L + nPhi * (2 * L - 1));
  const common = (direction: 'inverse' | 'forward', shape: readonly number[]): Entry => ({
    name: `s2Transform ${direction} L=${L} C=${channels}`,
    dtype,
    inputs: inputs(shape),
    make: (device) => {
      const plan = s2Transform({ L, real: true, dtype, device });
      return (x) => plan[direction](x);
    },
    flops,
    backward: 2,
  });
  return [common('inverse', [L * L, channels]), common('forward', [nTheta, nPhi, channels])];
}
