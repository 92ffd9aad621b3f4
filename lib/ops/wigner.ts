import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

/** Sizes of the polar step on SO(3). */
export interface WignerSizes {
  /** Degrees l < L, orders |m| < L. */
  readonly L: number;
  /** Orders |n| < N. */
  readonly N: number;
  readonly rings: number;
  /** 2: only orders n of the parity of N - 1 count, the others are zero; 1: all. */
  readonly every: 1 | 2;
}

type Attributes = [sizes: number[]];
type WignerStep = (x: Tensor, table: Tensor, ...attributes: Attributes) => Tensor;

// Real matrices, each the transpose of the other.
const synthesisOp: WignerStep = defineOp<[Tensor, Tensor], Attributes>('wignerSynthesis', 2, [
  (g, { inputs: [, table], attributes }) => wignerAnalysisOp(g, table, ...attributes),
  null,
]);
export const wignerAnalysisOp: WignerStep = defineOp<[Tensor, Tensor], Attributes>('wignerAnalysis', 2, [
  (g, { inputs: [, table], attributes }) => synthesisOp(g, table, ...attributes),
  null,
]);

/** Of the operations, for those that are made of them. */
export const wignerAttributes = ({ L, N, rings, every }: WignerSizes): number[] => [L, N, rings, every];

/**
 * Coefficients [batch, size, C] to the waves of rings in gamma and alpha, [batch, 2N-1, rings, 2L-1, C]: wave (n, t, m) is the sum over l of
 * coefficient (l, m, n) times d^l_mn of ring t, from `table` (native.math.groupTable, which has the factors too). Complex x: size (2N-1) L^2,
 * orders ascend. Real x, of a signal in the real basis: the generalized signal of type so3Type(L, N), orders 0, +1, -1, +2, ...
 */
export function wignerSynthesis(x: Tensor, table: Tensor, sizes: WignerSizes): Tensor {
  return synthesisOp(x, table, wignerAttributes(sizes));
}

/** The transpose of {@link wignerSynthesis}. */
export function wignerAnalysis(waves: Tensor, table: Tensor, sizes: WignerSizes): Tensor {
  return wignerAnalysisOp(waves, table, wignerAttributes(sizes));
}
