import { complexDtype, isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { matmul } from '../ops/contract.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { type Basis, checkBasis } from './basis.js';
import { so3Type } from './irreps.js';
import { checkWhole } from './sampling.js';

/** Points of a filter: (theta, phi) on the sphere, (alpha, beta, gamma) on SO(3), radians. */
export type FilterPoints = readonly (readonly number[])[];

export interface FilterGridOptions {
  /** Rings of beta between 0 (left out) and maxBeta: near the identity. On the equator: rings within maxBeta of it. */
  readonly nBeta: number;
  readonly nAlpha: number;
  readonly maxBeta: number;
  /** On SO(3): turns gamma - and near the identity -alpha + gamma - over a whole circle. Left out: a grid on the sphere. */
  readonly nGamma?: number;
}

const circle = (count: number): number[] => Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count);

function gridPoints(op: string, { nBeta, nAlpha, nGamma }: FilterGridOptions, betas: readonly number[], shear: boolean): FilterPoints {
  checkWhole(op, 'nBeta', nBeta, 1);
  checkWhole(op, 'nAlpha', nAlpha, 1);
  if (nGamma === undefined) return betas.flatMap((beta) => circle(nAlpha).map((alpha) => [beta, alpha]));
  checkWhole(op, 'nGamma', nGamma, 1);
  return betas.flatMap((beta) =>
    circle(nAlpha).flatMap((alpha) => circle(nGamma).map((turn) => [alpha, beta, shear ? turn - alpha : turn])),
  );
}

function checkBeta(op: string, maxBeta: number, most: number): void {
  if (!(maxBeta >= 0 && maxBeta <= most)) throw expected(op, `an angle in 0..${most}`, 'maxBeta', maxBeta);
}

/** Rings around the north pole, or rotations near the identity (Cohen et al. 2018). Throws ERR_VALUE. */
export function nearIdentityGrid(options: FilterGridOptions): FilterPoints {
  checkBeta('nearIdentityGrid', options.maxBeta, Math.PI);
  const betas = Array.from({ length: options.nBeta }, (_, i) => ((i + 1) * options.maxBeta) / options.nBeta);
  return gridPoints('nearIdentityGrid', options, betas, true);
}

/** Rings around the equator, or rotations by about a right angle (Cohen et al. 2018). Throws ERR_VALUE. */
export function equatorialGrid(options: FilterGridOptions): FilterPoints {
  checkBeta('equatorialGrid', options.maxBeta, Math.PI / 2);
  const { nBeta, maxBeta } = options;
  const betas = Array.from({ length: nBeta }, (_, i) => Math.PI / 2 + (nBeta === 1 ? 0 : maxBeta * ((2 * i) / (nBeta - 1) - 1)));
  return gridPoints('equatorialGrid', options, betas, false);
}

export interface LocalizedFilterOptions {
  readonly L: number;
  /** For points on SO(3): azimuthal bandlimit, 1 <= N <= L, default L. */
  readonly N?: number;
  readonly basis: Basis;
}

/** Harmonics at the points, conjugated where they are complex: [rows, points], re and im interleaved in the complex basis. */
function harmonicsAt(points: FilterPoints, { L, N = L, basis }: LocalizedFilterOptions): { rows: number; values: Float64Array } {
  const onGroup = points[0]!.length === 3;
  const parts = basis === 'complex' ? 2 : 1;
  const fragments = so3Type(L, onGroup ? N : 1);
  const rows = !onGroup ? L * L : basis === 'complex' ? (2 * N - 1) * L * L : fragments.reduce((sum, t, l) => sum + (2 * l + 1) * t, 0);
  const values = new Float64Array(rows * points.length * parts);
  points.forEach((point, p) => {
    const [alpha, beta, gamma] = onGroup ? (point as [number, number, number]) : [point[1]!, point[0]!, 0];
    let first = 0;
    for (let l = 0; l < L; first += (2 * l + 1) * fragments[l]!, l++) {
      const d = native.math.wignerD(l, alpha, beta, gamma, basis === 'complex');
      const scale = onGroup ? 1 : Math.sqrt((2 * l + 1) / (4 * Math.PI));
      const most = (fragments[l]! - 1) / 2;
      for (let m = -l; m <= l; m++) {
        for (let n = -most; n <= most; n++) {
          const sphere = l * l + l + m;
          const row = !onGroup ? sphere : basis === 'complex' ? (n + N - 1) * L * L + sphere : first + (m + l) * fragments[l]! + n + most;
          const from = ((m + l) * (2 * l + 1) + n + l) * parts;
          for (let part = 0; part < parts; part++) values[(row * points.length + p) * parts + part] = scale * d[from + part]!;
        }
      }
    }
  });
  return { rows, values };
}

/**
 * Coefficients of a filter that is a sum of peaks at given points, psi = sum_p values_p delta(x - x_p), up to bandlimit L: values [points, ...] ->
 * [L*L, ...] or, with points on SO(3), [2N-1, L*L, ...] (complex basis) or [typeSize(so3Type(L, N)), ...] (real basis). Linear and differentiable in the values,
 * whose dtype is complex in the complex basis. As s2Correlation and so3Correlation take them where the rest of the shape is [C, K].
 */
export function localizedFilter(values: Tensor, points: FilterPoints, options: LocalizedFilterOptions): Tensor {
  const op = 'localizedFilter';
  const basis = checkBasis(op, options.basis);
  const L = checkWhole(op, 'L', options.L, 1, 1024);
  const N = checkWhole(op, 'N', options.N ?? L, 1, L);
  const width = points[0]?.length;
  if ((width !== 2 && width !== 3) || points.some((p) => p.length !== width || !p.every(Number.isFinite))) {
    throw expected(op, 'points (theta, phi) or (alpha, beta, gamma), all of one kind', 'points', points);
  }
  if (values.shape[0] !== points.length) throw expected(op, `[${points.length}, ...]`, 'values', values.shape, 'ERR_SHAPE');
  if (isComplex(values.dtype) !== (basis === 'complex')) {
    throw expected(op, basis === 'complex' ? complexDtype('float32') : 'float32 or float64', 'values', values.dtype, 'ERR_DTYPE');
  }
  return tidy(() => {
    const { rows, values: harmonics } = harmonicsAt(points, { L, N, basis });
    const matrix = tensor(harmonics, [rows, points.length], { dtype: values.dtype, device: values.device });
    const rest = values.shape.slice(1);
    const axes = width === 3 && basis === 'complex' ? [2 * N - 1, L * L] : [rows];
    return reshape(matmul(matrix, reshape(values, [points.length, values.size / points.length])), [...axes, ...rest]);
  });
}
