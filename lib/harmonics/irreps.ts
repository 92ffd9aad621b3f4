import { expected } from '../errors.js';

/** Type of a generalized signal: tau[l] is the number of fragments of degree l, l = 0..L-1. */
export type Tau = readonly number[];

/** Even ('e') or odd ('o') under the inversion x -> -x. */
export type Parity = 'e' | 'o';

/** Type of a signal on the sphere of bandlimit L: one fragment of each degree. Throws ERR_VALUE unless L is an integer >= 1. */
export function s2Type(L: number): number[] {
  checkBandlimit('s2Type', 'L', L);
  return new Array<number>(L).fill(1);
}

/**
 * Type of a signal on SO(3) of bandlimit L and azimuthal bandlimit N: min(2l+1, 2N-1) fragments of degree l, fragment t being the order
 * n = t - min(l, N-1). Throws ERR_VALUE unless L and N are integers, 1 <= N <= L.
 */
export function so3Type(L: number, N = L): number[] {
  checkBandlimit('so3Type', 'L', L);
  checkBandlimit('so3Type', 'N', N);
  if (N > L) throw expected('so3Type', `at most L = ${L}`, 'N', N);
  return Array.from({ length: L }, (_, l) => Math.min(2 * l + 1, 2 * N - 1));
}

/** Components of a generalized signal of one channel: sum of (2l+1) tau[l]. */
export function typeSize(tau: Tau): number {
  return degreeOffset(tau, tau.length);
}

/** Index of the first component of degree l, 0 <= l <= tau.length: sum over k < l of (2k+1) tau[k]. */
export function degreeOffset(tau: Tau, l: number): number {
  return tau.slice(0, l).reduce((offset, fragments, k) => offset + (2 * k + 1) * fragments, 0);
}

/**
 * Reads e3nn's notation: terms `multiplicity x degree parity` joined by '+', as in '16x0e+8x1o'. A multiplicity left out is 1, spaces
 * are free, terms of one degree add up. `parity[l]` belongs to degree l; a degree that does not occur has that of the harmonics, (-1)^l.
 * A type has one parity per degree: a text with both ('0e+0o') throws ERR_VALUE, such features belong in two tensors.
 * Throws ERR_VALUE on any other text; degrees go up to 9999.
 */
export function irreps(text: string): { tau: number[]; parity: Parity[] } {
  const terms = text.split('+').map((term) => parseTerm(term, text));
  const degrees = Math.max(...terms.map(({ l }) => l)) + 1;
  const tau = new Array<number>(degrees).fill(0);
  const parity = Array.from({ length: degrees }, (_, l): Parity => terms.find((term) => term.l === l)?.parity ?? (l % 2 === 0 ? 'e' : 'o'));
  for (const term of terms) {
    if (term.parity !== parity[term.l]) throw expected('irreps', `one parity for degree ${term.l}`, 'text', `'${text}'`);
    tau[term.l]! += term.multiplicity;
  }
  return { tau, parity };
}

const termPattern = /^\s*(?:(\d{1,9})\s*x\s*)?(\d{1,4})([eo])\s*$/;

function parseTerm(term: string, text: string): { multiplicity: number; l: number; parity: Parity } {
  const match = termPattern.exec(term);
  if (match === null) throw expected('irreps', `terms like '16x0e' joined by '+'`, 'text', `'${text}'`);
  const [, multiplicity = '1', degree, parity] = match;
  return { multiplicity: Number(multiplicity), l: Number(degree), parity: parity as Parity };
}

/** Throws ERR_VALUE unless the value is an integer >= 1. */
export function checkBandlimit(op: string, argument: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw expected(op, 'an integer >= 1', argument, value);
}
