import { type Tensor, cast, groupToComplexBasis, so3Transform, so3Type, typeSize } from '../../lib/index.js';
import { type Entry, inputs } from './entry.js';
import type { PeerWork } from './peers/python_peer.js';

const batch = 8;

/** Eight signals on SO(3), float64, mw; s2fft takes a minute to make each of its tables where L = N = 64. */
export function rotationGroupEntries(): Entry[] {
  return [
    [16, 16],
    [32, 32],
    [64, 64],
    [64, 4],
  ].flatMap(([L, N]) => [false, true].flatMap((real) => pairOf(L!, N!, real)));
}

/** A multiply-add for each coefficient and ring (complex signals: two), then fast transforms over alpha and gamma. */
function flopsOf(L: number, N: number, real: boolean): number {
  const points = (2 * L - 1) * L * (2 * N - 1);
  const coefficients = typeSize(so3Type(L, N));
  return batch * (real ? 1 : 2) * (2 * L * coefficients + 2.5 * points * (Math.log2(2 * L - 1) + Math.log2(2 * N - 1)));
}

function pairOf(L: number, N: number, real: boolean): Entry[] {
  const plan = so3Transform({ L, N, real, dtype: 'float64' });
  const coefficients = real ? [typeSize(so3Type(L, N))] : [2 * N - 1, L * L];
  const toComplex = (x: Tensor): Tensor => (real ? groupToComplexBasis(cast(x, 'complex128'), { L, N }) : x);
  const work = (inverse: boolean): PeerWork => ({
    job: 's2fft-wigner',
    options: { L, N, inverse, real },
    given: ([x]: readonly Tensor[]) => [inverse ? toComplex(x!) : plan.inverse(plan.forward(x!))],
    ...(!inverse && { made: toComplex }),
  });
  return (['inverse', 'forward'] as const).map((direction) => {
    const inverse = direction === 'inverse';
    return {
      name: `so3Transform ${real ? 'real' : 'complex'} L=${L} N=${N} batch=${batch} ${direction}`,
      dtype: real ? 'float64' : 'complex128',
      inputs: inputs([batch, ...(inverse ? coefficients : [plan.nGamma, plan.nBeta, plan.nAlpha]), 1]),
      make: (device) => {
        const own = so3Transform({ L, N, real, dtype: 'float64', device });
        return (x) => own[direction](x);
      },
      flops: flopsOf(L, N, real),
      peers: [work(inverse)],
    };
  });
}
