import { type S2TransformOptions, type Tensor, s2Transform } from '../../lib/index.js';
import { type Entry, type Precision, inputs } from './entry.js';
import type { PeerWork } from './peers/python_peer.js';

interface Work {
  /** Words that tell it from others. */
  readonly title: string;
  readonly plan: S2TransformOptions & { readonly L: number; readonly dtype: Precision };
  readonly batch?: number;
  readonly channels?: number;
  readonly peers?: (inverse: boolean) => readonly PeerWork[];
}

/** A multiply-add for each coefficient and ring, of which spin 0 has one for each pair of rings; and fast transforms of the rings. */
function flopsOf({ nTheta, nPhi }: { nTheta: number; nPhi: number }, { L, real, spin = 0 }: S2TransformOptions): number {
  const degrees = (spin === 0 ? 1 : 2) * nTheta * L * L;
  return (real ? 1 : 2) * (degrees + 2.5 * nTheta * nPhi * Math.log2(nPhi));
}

/** The inverse and the forward transform. */
function pairOf({ title, plan: options, batch = 1, channels = 1, peers }: Work): Entry[] {
  const plan = s2Transform(options);
  const { L, real, dtype, sampling } = options;
  const points = sampling === 'healpix' ? [12 * options.nside! ** 2] : [plan.nTheta, plan.nPhi];
  const common = {
    dtype: real ? dtype : ({ float32: 'complex64', float64: 'complex128' } as const)[dtype],
    flops: batch * channels * flopsOf(plan, options),
  };
  // Of signals that are not of bandlimit L, libraries give different coefficients
  const bandlimited = ([f]: readonly Tensor[]): Tensor[] => [plan.inverse(plan.forward(f!))];
  return (['inverse', 'forward'] as const).map((direction) => ({
    ...common,
    name: `s2Transform ${title} ${direction}`,
    inputs: inputs([batch, ...(direction === 'inverse' ? [L * L] : points), channels]),
    make: (device) => {
      const own = s2Transform({ ...options, device });
      return (x) => own[direction](x);
    },
    ...(peers && {
      peers: peers(direction === 'inverse').map((work) => (direction === 'inverse' ? work : { ...work, given: bandlimited })),
    }),
  }));
}

const sizes = [64, 128, 256, 512, 1024];

/** One real map in float64: on gl with 2L longitudes, and on mw. A group for each size: peers are asked in turn with ours. */
export function sphereEntries(): (() => Entry[])[] {
  return sizes.map((L) => () => {
    const width = 2 * L;
    const common = { real: true, dtype: 'float64', L } as const;
    const gl = (inverse: boolean): PeerWork[] => [
      { job: 'shtns', options: { L, width, inverse } },
      { job: 'ducc', options: { L, sampling: 'gl', inverse } },
    ];
    const mw = (inverse: boolean): PeerWork[] => [{ job: 'ducc', options: { L, sampling: 'mw', inverse } }];
    return [
      ...pairOf({ title: `gl L=${L}`, plan: { ...common, sampling: 'gl', width }, peers: gl }),
      ...pairOf({ title: `mw L=${L}`, plan: common, peers: mw }),
    ];
  });
}

/** 32 real maps on gl with 2L longitudes: one after another, or as channels. */
export function batchEntries(): Entry[] {
  return [64, 128, 256].flatMap((L) =>
    (['float64', 'float32'] as const).flatMap((dtype) => {
      const width = 2 * L;
      const plan = { L, sampling: 'gl', width, real: true, dtype } as const;
      const double = (inverse: boolean): PeerWork[] => (dtype === 'float64' ? [{ job: 'shtns', options: { L, width, inverse } }] : []);
      const peers = (inverse: boolean): PeerWork[] => [...double(inverse), { job: 'ducc', options: { L, sampling: 'gl', inverse } }];
      return [
        ...pairOf({ title: `gl L=${L} batch=32`, plan, batch: 32, peers }),
        ...pairOf({ title: `gl L=${L} channels=32`, plan, channels: 32 }),
      ];
    }),
  );
}

/** One complex map, of spin 0 and 2, in float64. */
export function complexEntries(): Entry[] {
  return [64, 128, 256].flatMap((L) =>
    (['gl', 'mw'] as const).flatMap((sampling) =>
      [0, 2].flatMap((spin) => {
        const width = sampling === 'gl' ? { width: 2 * L } : {};
        const peers = (inverse: boolean): PeerWork[] => [{ job: 'ducc', options: { L, sampling, inverse, spin } }];
        return pairOf({ title: `${sampling} spin=${spin} L=${L}`, plan: { L, sampling, spin, dtype: 'float64', ...width }, peers });
      }),
    ),
  );
}

export function healpixEntries(): Entry[] {
  const [L, nside] = [257, 128];
  const peers = (inverse: boolean): PeerWork[] => (inverse ? [{ job: 'healpix', options: { L, nside } }] : []);
  return pairOf({ title: `healpix nside=${nside} L=${L}`, plan: { L, sampling: 'healpix', nside, real: true, dtype: 'float64' }, peers });
}

/** Both methods of the sums over degrees, for harmonics/choose_polar_step.ts. */
export function polarEntries(): Entry[] {
  return [32, 64, 128].flatMap((L) =>
    [1, 64].flatMap((channels) =>
      (['gl', 'mw'] as const).flatMap((sampling) =>
        (['table', 'recursion'] as const).flatMap((method) =>
          pairOf({
            title: `polar ${method} ${sampling} L=${L} channels=${channels}`,
            plan: { L, sampling, method, real: true, dtype: 'float64' },
            channels,
          }),
        ),
      ),
    ),
  );
}
