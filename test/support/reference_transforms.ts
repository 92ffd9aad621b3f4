import {
  type Sampling,
  type Tensor,
  cast,
  real,
  reshape,
  rotate,
  s2Transform,
  s2Type,
  toRealBasis,
  wignerSmallD,
} from '../../lib/index.js';
import { ReferenceSet, relativeError } from './reference.js';

export const transformReference = new ReferenceSet('transforms');

/** Bandlimits and samplings of the set that the library has. */
export const s2Cases = [4, 8, 16, 32, 64].flatMap((L) =>
  (['mw', 'mwss', 'dh', 'gl'] as const).map((sampling): [number, Sampling] => [L, sampling]),
);

const oneChannel = (x: Tensor): Tensor => reshape(x, [...x.shape, 1]);
const difference = (a: Tensor, b: Tensor): number => relativeError(a.dataSync(), b.dataSync());

/** The larger error of forward and inverse transform, relative to the largest number. */
export function s2Error(kind: 'real' | 'complex', L: number, sampling: Sampling, dtype: 'float64' | 'float32'): number {
  const name = kind === 'real' ? 'real' : 's0';
  const load = (file: string): Tensor => oneChannel(transformReference.load(`s2/L${L}_${name}_${file}.npy`));
  const stored = kind === 'real' ? real(toRealBasis(load('flm'), s2Type(L))) : load('flm');
  const own = kind === 'real' ? dtype : dtype === 'float64' ? 'complex128' : 'complex64';
  const [flm, f] = [cast(stored, own), cast(load(`${sampling}_f`), own)];
  const plan = s2Transform({ L, sampling, real: kind === 'real', dtype });
  return Math.max(difference(plan.inverse(flm), f), difference(plan.forward(f), flm));
}

/** Error of a rotation of coefficients, relative to the largest number. */
export function rotationError(L: number): number {
  type Manifest = { files: Record<string, { euler_zyz_alpha_beta_gamma?: [number, number, number] }> };
  const file = `rotation/L${L}_rotated.npy`;
  const [alpha, beta, gamma] = transformReference.json<Manifest>('manifest.json').files[file]!.euler_zyz_alpha_beta_gamma!;
  const flm = oneChannel(transformReference.load(`rotation/L${L}_flm.npy`));
  return difference(rotate(flm, { alpha, beta, gamma }, { L, basis: 'complex' }), oneChannel(transformReference.load(file)));
}

/** Largest error of wignerSmallD against the stored entries with degrees from `least` to `most`. */
export function smallDError(least: number, most: number): number {
  const errors = [...tableEntries(), ...sparseEntries()].filter(({ l }) => l >= least && l <= most).map(smallDEntryError);
  return errors.reduce((worst, error) => Math.max(worst, error), 0);
}

interface SmallDEntry {
  readonly l: number;
  readonly m: number;
  readonly n: number;
  readonly beta: number;
  readonly value: number;
}

let latest: { key: string; d: Float64Array } = { key: '', d: new Float64Array() };

function smallDEntryError({ l, m, n, beta, value }: SmallDEntry): number {
  const key = `${l} ${beta}`;
  if (latest.key !== key) latest = { key, d: wignerSmallD(l, beta) };
  return Math.abs(latest.d[(m + l) * (2 * l + 1) + n + l]! - value);
}

/** All of degree 0 to 16, at a few angles. */
function tableEntries(): SmallDEntry[] {
  const L = 17;
  const size = 2 * L - 1;
  const values = transformReference.load(`wigner/d_L${L}.npy`).dataSync();
  const orders = (l: number): number[] => Array.from({ length: 2 * l + 1 }, (_, i) => i - l);
  return Array.from(transformReference.load(`wigner/d_L${L}_beta.npy`).dataSync()).flatMap((beta, i) =>
    Array.from({ length: L }, (_, l) =>
      orders(l).flatMap((m) =>
        orders(l).map((n) => ({ l, m, n, beta, value: values[((i * L + l) * size + m + L - 1) * size + n + L - 1]! })),
      ),
    ).flat(),
  );
}

/** Random ones up to degree 64. */
function sparseEntries(): SmallDEntry[] {
  const { rows } = transformReference.json<{ rows: [number, number, number, number, number][] }>('wigner/d_sparse_lmax64.json');
  return rows.map(([l, m, n, beta, value]) => ({ l, m, n, beta, value }));
}

/** max |d(beta) d(-beta) - 1| at degree l. */
export function smallDOrthogonality(l: number, beta: number): number {
  const n = 2 * l + 1;
  const [d, inverse] = [wignerSmallD(l, beta), wignerSmallD(l, -beta)];
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      let sum = i === k ? -1 : 0;
      for (let j = 0; j < n; j++) sum += d[i * n + j]! * inverse[j * n + k]!;
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}
