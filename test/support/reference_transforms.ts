import {
  type S2Transform,
  type SO3Transform,
  type Sampling,
  type Tensor,
  cast,
  groupToRealBasis,
  real,
  reshape,
  rotate,
  s2Transform,
  s2Type,
  so3Correlation,
  so3Transform,
  tensor,
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

type Precision = 'float64' | 'float32';

export const methods = ['table', 'recursion'] as const;
type Method = (typeof methods)[number];

/** Signals of the set: real, or complex with a spin. */
export type S2Kind = 'real' | 0 | 1 | -2;
export const s2Kinds: readonly S2Kind[] = ['real', 0, 1, -2];

const complexOf = { float64: 'complex128', float32: 'complex64' } as const;

/** The larger error of forward and inverse transform, relative to the largest number. */
export function s2Error(kind: S2Kind, L: number, sampling: Sampling, dtype: Precision, method: Method): number {
  const name = kind === 'real' ? 'real' : `s${kind}`;
  const load = (file: string): Tensor => oneChannel(transformReference.load(`s2/L${L}_${name}_${file}.npy`));
  const stored = kind === 'real' ? real(toRealBasis(load('flm'), s2Type(L))) : load('flm');
  const own = kind === 'real' ? dtype : complexOf[dtype];
  const [flm, f] = [cast(stored, own), cast(load(`${sampling}_f`), own)];
  const plan = s2Transform({ L, sampling, dtype, method, ...(kind === 'real' ? { real: true } : { spin: kind }) });
  return Math.max(difference(plan.inverse(flm), f), difference(plan.forward(f), flm));
}

/** Errors of what HEALPix plans (L = 2 nside) make, relative to the largest number: angles of the pixels, synthesis, analysis with 0 and 3 iterations. */
export function healpixErrors(nside: number, dtype: Precision): Record<string, number> {
  const L = 2 * nside;
  const load = (file: string): Tensor => transformReference.load(`healpix/nside${nside}_${file}.npy`);
  const signal = (file: string): Tensor => oneChannel(load(file));
  const toReal = (file: string): Tensor => cast(real(toRealBasis(signal(file), s2Type(L))), dtype);
  const common = { L, sampling: 'healpix', nside, dtype } as const;
  const [plan, plain] = [s2Transform({ ...common, real: true }), s2Transform({ ...common, iterations: 0 })];
  const f = cast(signal('real_f'), dtype);
  const angles = load('theta_phi').dataSync();
  const spin = s2Transform({ ...common, spin: 2 });
  return {
    phi: relativeError(plan.phi, angles.slice(angles.length / 2)),
    'real-synthesis': difference(plan.inverse(toReal('real_flm')), f),
    'real-analysis-3-iterations': difference(plan.forward(f), toReal('real_map2alm_iter3_flm')),
    'complex-analysis-0-iterations': difference(plain.forward(cast(f, complexOf[dtype])), signal('real_map2alm_iter0_flm')),
    'spin-2-synthesis': difference(spin.inverse(cast(signal('s2_flm'), complexOf[dtype])), signal('s2_f')),
  };
}

/** Bandlimits and samplings of SO(3) in the set. */
export const so3Cases: readonly [number, number, 'mw' | 'mwss'][] = [
  [4, 4, 'mw'],
  [4, 2, 'mw'],
  [8, 8, 'mw'],
  [8, 8, 'mwss'],
  [8, 3, 'mw'],
  [8, 3, 'mwss'],
  [16, 16, 'mw'],
  [16, 4, 'mw'],
];

/** Coefficients of real signals, in the file for n >= 0 alone, in the real basis: f_{l,-m,-n} = (-1)^{m+n} conj f_lmn. */
function realGroupCoefficients(half: Tensor, L: number, N: number): Tensor {
  const values = half.dataSync();
  const whole = new Float64Array((2 * N - 1) * L * L * 2);
  for (let n = 0; n < N; n++) {
    for (let l = n; l < L; l++) {
      for (let m = -l; m <= l; m++) {
        const from = 2 * (n * L * L + l * l + l + m);
        const [re, im] = [values[from]!, values[from + 1]!];
        const sign = (m + n) % 2 === 0 ? 1 : -1;
        whole.set([re, im], 2 * ((n + N - 1) * L * L + l * l + l + m));
        whole.set([sign * re, -sign * im], 2 * ((N - 1 - n) * L * L + l * l + l - m));
      }
    }
  }
  return real(groupToRealBasis(tensor(whole, [2 * N - 1, L * L, 1], { dtype: 'complex128' }), { L, N }));
}

/** The larger error of forward and inverse transform on SO(3). */
export function so3Error(isReal: boolean, L: number, N: number, sampling: 'mw' | 'mwss', dtype: Precision, method: Method): number {
  const name = `so3/L${L}_N${N}_${isReal ? 'real_' : ''}`;
  const load = (file: string): Tensor => transformReference.load(`${name}${file}.npy`);
  const own = isReal ? dtype : complexOf[dtype];
  const flmn = cast(isReal ? realGroupCoefficients(load('flmn'), L, N) : oneChannel(load('flmn')), own);
  const f = cast(oneChannel(load(`${sampling}_f`)), own);
  const plan = so3Transform({ L, N, sampling, real: isReal, dtype, method });
  return Math.max(difference(plan.inverse(flmn), f), difference(plan.forward(f), flmn));
}

/** The larger error of the two adjoints of a plan, against vectors `name`_... of the set. */
export function adjointError(plan: S2Transform | SO3Transform, name: string, coefficients: 'flm' | 'flmn'): number {
  const load = (role: string): Tensor => oneChannel(transformReference.load(`adjoint/${name}_${role}.npy`));
  return Math.max(
    difference(plan.inverseAdjoint(load('g')), load(`adjinv_${coefficients}`)),
    difference(plan.forwardAdjoint(load('x')), load('adjfwd_f')),
  );
}

/** Error of the correlation on SO(3). */
export function correlationError(L: number, N: number): number {
  const load = (role: string): Tensor => oneChannel(transformReference.load(`conv/L${L}_N${N}_${role}.npy`));
  const psi = load('glmn');
  const got = so3Correlation(load('flmn'), reshape(psi, [...psi.shape, 1]), { L, N, basis: 'complex' });
  return difference(got, load('hlmn'));
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
