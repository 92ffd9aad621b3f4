import { expected } from '../errors.js';
import { checkBandlimit } from './irreps.js';

/** Degrees (l1, l2) coupled to an output degree: l1 of the first factor, l2 of the second. */
export type Edge = readonly [l1: number, l2: number];

/** The edges of every output degree l = 0, 1, ...; the fragments of degree l follow this order. */
export type MixingSet = readonly (readonly Edge[])[];

export type MixingRule = 'full' | 'mst' | 'rmst';

export interface MixingOptions {
  /** Output degrees l < lOut, 1 <= lOut <= 2L-1; default L. */
  readonly lOut?: number;
  /** For mst and rmst, the edges (l1,l1): all at l = 0, none elsewhere ('zero', the default), or also those of even l <= 2 l1 ('even'). */
  readonly loops?: 'zero' | 'even';
  /** For full: every ordered pair, for the product of two different signals. */
  readonly ordered?: boolean;
}

/**
 * Which pairs of input degrees l1, l2 < L a product couples to each output degree l, out of the pairs with |l1-l2| <= l <= l1+l2.
 *
 * - `full`: all of them, for the product of a signal with itself: l1 <= l2, without (l1,l1) for odd l, which vanishes. `ordered` gives
 *   every pair.
 * - `mst`: the minimum spanning tree on the degrees, by Kruskal over the edges l1 < l2 in the order (weight, l1, l2) with weight
 *   (2l1+1)(2l2+1), and loops. O(L) edges per output degree (Cobb et al. 2021, "Efficient generalized spherical CNNs").
 * - `rmst`: a logarithmic subsample: the tree's edges at the positions 0, 1, 3, 7, ... of that order, (0,l), and loops.
 *
 * Edges are sorted by (l1, l2). Throws ERR_VALUE for an unknown rule, an L or lOut that is not an integer in range, or an option of
 * another rule.
 */
export function mixingSet(rule: MixingRule, L: number, options: MixingOptions = {}): MixingSet {
  checkOptions(rule, L, options);
  const { lOut = L, loops = 'zero', ordered = false } = options;
  return Array.from({ length: lOut }, (_, l) => {
    if (rule === 'full') return coupledPairs(L, l).filter(([l1, l2]) => ordered || l1 < l2 || (l1 === l2 && l % 2 === 0));
    const tree = minimumSpanningTree(L, l);
    const edges = rule === 'mst' ? tree : subsample(tree, l);
    return [...edges, ...loopEdges(L, l, loops)].sort(byDegrees);
  });
}

/** Products (m1,m2) with |m1+m2| <= l, summed over the edges: the complex multiplications of one channel with one fragment per degree. */
export function mixingTerms(set: MixingSet): number {
  const terms = ([l1, l2]: Edge, l: number): number => {
    const excess = l1 + l2 - l; // m1+m2 = l+1..l1+l2 leaves out a triangle of this side, and so does -(m1+m2)
    return (2 * l1 + 1) * (2 * l2 + 1) - excess * (excess + 1);
  };
  return set.reduce((total, edges, l) => total + edges.reduce((sum, edge) => sum + terms(edge, l), 0), 0);
}

function checkOptions(rule: MixingRule, L: number, { lOut = L, loops, ordered }: MixingOptions): void {
  if (!['full', 'mst', 'rmst'].includes(rule)) throw expected('mixingSet', `'full', 'mst' or 'rmst'`, 'rule', `'${rule}'`);
  checkBandlimit('mixingSet', 'L', L);
  if (!Number.isInteger(lOut) || lOut < 1 || lOut > 2 * L - 1)
    throw expected('mixingSet', `an integer from 1 to 2L-1 = ${2 * L - 1}`, 'lOut', lOut);
  if (loops !== undefined && loops !== 'zero' && loops !== 'even') throw expected('mixingSet', `'zero' or 'even'`, 'loops', loops);
  if (loops !== undefined && rule === 'full') throw expected('mixingSet', `no option with the rule 'full'`, 'loops', `'${loops}'`);
  if (ordered === true && rule !== 'full') throw expected('mixingSet', `the rule 'full'`, 'an ordered set', `'${rule}'`);
}

/** All ordered pairs l1, l2 < L with |l1-l2| <= l <= l1+l2, sorted. */
function coupledPairs(L: number, l: number): Edge[] {
  const pairs: Edge[] = [];
  for (let l1 = 0; l1 < L; l1++) {
    for (let l2 = Math.abs(l - l1); l2 <= Math.min(l1 + l, L - 1); l2++) pairs.push([l1, l2]);
  }
  return pairs;
}

const byDegrees = (a: Edge, b: Edge): number => a[0] - b[0] || a[1] - b[1];

/** Kruskal's algorithm; the edges come in the order of (weight, l1, l2). */
function minimumSpanningTree(L: number, l: number): Edge[] {
  const weight = ([l1, l2]: Edge): number => (2 * l1 + 1) * (2 * l2 + 1);
  const candidates = coupledPairs(L, l)
    .filter(([l1, l2]) => l1 < l2)
    .sort((a, b) => weight(a) - weight(b) || byDegrees(a, b));
  const component = Array.from({ length: L }, (_, l1) => l1);
  return candidates.filter(([l1, l2]) => {
    const kept = component[l1]!;
    const merged = component[l2]!;
    if (kept === merged) return false;
    component.forEach((label, node) => {
      if (label === merged) component[node] = kept;
    });
    return true;
  });
}

function subsample(tree: readonly Edge[], l: number): Edge[] {
  const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;
  return tree.filter(([l1, l2], position) => isPowerOfTwo(position + 1) || (l1 === 0 && l2 === l));
}

function loopEdges(L: number, l: number, loops: 'zero' | 'even'): Edge[] {
  if (l > 0 && (loops === 'zero' || l % 2 === 1)) return [];
  return Array.from({ length: L }, (_, l1): Edge => [l1, l1]).filter(([l1]) => l <= 2 * l1);
}
