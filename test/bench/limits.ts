import { type Dtype, realDtype } from '../../lib/dtype.js';
import { matmul, ones } from '../../lib/index.js';
import { sgdInPlace } from '../../lib/ops/optimizer.js';
import { type Entry, inputs } from './entry.js';

/** What the machine gives at best: operations per second in both precisions, bytes per second from memory. */
export interface Limits {
  readonly float32: number;
  readonly float64: number;
  readonly bandwidth: number;
}

const order = 1024;
const numbers = 2 ** 24;

const gemm = (name: string, dtype: Dtype): Entry => ({
  name,
  dtype,
  inputs: inputs([order, order], [order, order]),
  make: () => matmul,
  flops: 2 * order ** 3,
  peers: [{ job: 'matmul' }],
});

/** Large products; and an update of far more numbers than caches hold, which reads two arrays, writes one and allocates nothing. */
export const limitEntries: Readonly<Record<keyof Limits, Entry>> = {
  float32: gemm(`limit sgemm ${order}`, 'float32'),
  float64: gemm(`limit dgemm ${order}`, 'float64'),
  bandwidth: {
    name: `limit p -= lr g, ${numbers} numbers`,
    dtype: 'float32',
    inputs: [],
    make: (device) => {
      const [p, g] = [ones([numbers], { device }), ones([numbers], { device })];
      return () => {
        sgdInPlace(p, g, null, 1e-3, 0, 0, false);
        return p;
      };
    },
    flops: 2 * numbers,
    bytes: 3 * 4 * numbers,
  },
};

/** Milliseconds that this much work takes at the machine's limits. */
export function limitMs(limits: Limits, dtype: Dtype, work: { readonly flops: number; readonly bytes: number }): number {
  const rate = realDtype(dtype) === 'float64' ? limits.float64 : limits.float32;
  return 1000 * Math.max(work.flops / rate, work.bytes / limits.bandwidth);
}
