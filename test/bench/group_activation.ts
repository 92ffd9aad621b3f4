import { nn, so3Type, typeSize } from '../../lib/index.js';
import { type Entry, inputs } from './entry.js';

/** Floating-point operations of one map between the coefficients of a channel on SO(3) and the angles of a grid, cosines and sines by folding. */
function groupMapFlops(L: number, N: number, oversampling: number): number {
  const [rings, turns] = [Math.ceil(oversampling * L), 2 * Math.ceil(oversampling * N) - 1];
  const angles = 2 * rings - 1;
  let beta = 0;
  for (let m = 0; m < L; m++) for (let n = 0; n < N; n++) beta += (m > 0 && n > 0 ? 8 : m + n > 0 ? 2 : 1) * (L - Math.max(m, n));
  return 2 * rings * (beta + (2 * N - 1) * angles * (L - 0.5 + turns));
}

/** Activations on SO(3) as the hybrid network has them: batch 64, oversampling 1.5; back and forth, and three maps for the derivative. */
export function groupActivationEntries(): Entry[] {
  const [batch, oversampling] = [64, 1.5];
  return (
    [
      [16, 2, 16],
      [10, 2, 24],
      [8, 3, 16],
    ] as const
  ).map(([L, N, channels]): Entry => {
    const activation = new nn.SO3Activation({ L, N, fn: 'silu', oversampling });
    return {
      name: `SO3Activation silu L=${L} N=${N} C=${channels}`,
      dtype: 'float32',
      inputs: inputs([batch, typeSize(so3Type(L, N)), channels]),
      make: () => (x) => activation.forward(x),
      flops: 2 * batch * channels * groupMapFlops(L, N, oversampling),
      backward: 2,
    };
  });
}
