import { native } from '../native.js';
import { type Basis, checkBasis } from './basis.js';

/**
 * Coupling coefficients [2l1+1, 2l2+1, 2l+1] at [m1+l1][m2+l2][m+l]. Complex basis: <l1 m1 l2 m2|l m>, real, orthonormal, Condon-Shortley.
 * Real basis: i^s U^T U^T conj(U) of them, s = (l1+l2+l) mod 2, so that (1,1,1) is +(a x b)/sqrt(2). ERR_VALUE unless |l1-l2| <= l <= l1+l2.
 */
export function clebschGordan(l1: number, l2: number, l: number, options: { readonly basis: Basis }): Float64Array {
  return native.math.clebschGordan(l1, l2, l, checkBasis('clebschGordan', options.basis) === 'complex');
}
