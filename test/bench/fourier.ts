import { fourierAnalysis, fourierSynthesis } from '../../lib/ops/fourier.js';
import { isComplex } from '../../lib/dtype.js';
import { type Entry, inputs } from './entry.js';
import type { PeerWork } from './peers/python_peer.js';

/** 1024 transforms as samples, one number after another, or as 32 rings of 32 channels; M is the largest whose orders do not alias. */
export function fourierEntries(): Entry[] {
  return [63, 127, 128, 255, 256, 511].flatMap((points) =>
    ([1, 32] as const).flatMap((inner) =>
      (['float64', 'float32', 'complex128', 'complex64'] as const).flatMap((dtype) => pairOf(points, inner, dtype)),
    ),
  );
}

function pairOf(points: number, inner: number, dtype: Entry['dtype']): Entry[] {
  const [outer, rings] = inner === 1 ? [1024, 1] : [1, 1024 / inner];
  const orders = Math.floor((points + 1) / 2);
  const each = isComplex(dtype) ? 5 : 2.5;
  const peers = (synthesis: boolean): PeerWork[] => (isComplex(dtype) ? [{ job: 'fourier', options: { points, synthesis } }] : []);
  const common = { dtype, flops: each * 1024 * points * Math.log2(points) };
  return [
    {
      ...common,
      name: `fourierSynthesis n=${points} inner=${inner}`,
      inputs: inputs([outer, rings, 2 * orders - 1, inner]),
      make: () => (x) => fourierSynthesis(x, { orders, points, rings }),
      peers: peers(true),
    },
    {
      ...common,
      name: `fourierAnalysis n=${points} inner=${inner}`,
      inputs: inputs([outer, rings * points, inner]),
      make: () => (f) => fourierAnalysis(f, { orders, points, rings }),
      peers: peers(false),
    },
  ];
}
