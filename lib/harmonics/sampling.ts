import { expected } from '../errors.js';

/** Iso-latitude samplings of the sphere (conventions.md). */
export type Sampling = 'mw' | 'mwss' | 'dh' | 'gl' | 'equiangular';

const samplings: readonly Sampling[] = ['mw', 'mwss', 'dh', 'gl', 'equiangular'];

export interface GridOptions {
  /** Bandlimit: degrees 0..L-1. */
  readonly L: number;
  /** Default 'mw'. */
  readonly sampling?: Sampling;
  /** Rows of an equiangular grid, >= 2L; default 2L. */
  readonly height?: number;
  /** Longitudes >= 2L-1 of gl, dh (default 2L-1) and equiangular (default 2L) grids. */
  readonly width?: number;
  /** Longitude of the first column in cells: 0 (default) or, on equiangular grids, 0.5. */
  readonly phiOffset?: 0 | 0.5;
}

export interface Grid {
  readonly L: number;
  readonly sampling: Sampling;
  readonly nTheta: number;
  readonly nPhi: number;
  readonly phiOffset: number;
}

/** A whole number within bounds, or ERR_VALUE. */
export function checkWhole(op: string, argument: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `a whole number >= ${least}` : `a whole number in ${least}..${most}`;
    throw expected(op, range, argument, value);
  }
  return value as number;
}

/** The grid that the options ask for, or ERR_VALUE. */
export function resolveGrid(op: string, options: GridOptions): Grid {
  const L = checkWhole(op, 'L', options.L, 1, 4096);
  const sampling = options.sampling ?? 'mw';
  if (!samplings.includes(sampling)) throw expected(op, `one of ${samplings.join(', ')}`, 'sampling', sampling);
  const free = sampling === 'equiangular';
  if (options.height !== undefined && !free) throw expected(op, 'no value (only equiangular grids have one)', 'height', options.height);
  if (options.width !== undefined && (sampling === 'mw' || sampling === 'mwss')) {
    throw expected(op, 'no value (the number of longitudes of mw and mwss is fixed)', 'width', options.width);
  }
  const phiOffset = options.phiOffset ?? 0;
  if (phiOffset !== 0 && !(free && phiOffset === 0.5)) throw expected(op, '0, or 0.5 on an equiangular grid', 'phiOffset', phiOffset);
  const rows = { mw: L, mwss: L + 1, dh: 2 * L, gl: L, equiangular: 2 * L }[sampling];
  const columns = sampling === 'mwss' || free ? 2 * L : 2 * L - 1;
  const nTheta = options.height === undefined ? rows : checkWhole(op, 'height', options.height, 2 * L, 16384);
  const nPhi = options.width === undefined ? columns : checkWhole(op, 'width', options.width, 2 * L - 1, 32768);
  return { L, sampling, nTheta, nPhi, phiOffset };
}
