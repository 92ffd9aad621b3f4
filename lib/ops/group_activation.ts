import { defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { tidy } from '../scope.js';
import { grad } from '../tape.js';
import { relu, sigmoid, silu, softplus, square, tanh } from './elementwise.js';
import { type GroupGridSizes, type WaveTensors, fromAngles, toAngles } from './group_waves.js';

/** Functions that activations apply to each number, by the names that model files use. */
export const pointwise = { relu, silu, sigmoid, tanh, softplus, square } as const;
export type Pointwise = keyof typeof pointwise;

type Grid = readonly [L: number, N: number, nBeta: number, nAlpha: number, nGamma: number];
type Rest = readonly [alpha: Tensor, gamma: Tensor, rows: Tensor, pairs: Tensor];

function sizesOf([L, N, nBeta, nAlpha, nGamma]: Grid): GroupGridSizes {
  return { L, N, nBeta, nAlpha, nGamma };
}

// With B = toAngles by a table: activation B_out^T f(B_x x), its derivative B_out^T [f'(B_x x) (B_g g)].
const activationOp = defineOp<[Tensor, Tensor, Tensor, ...Rest], [Pointwise, Grid]>('groupActivation', 7, [
  (g, { inputs: [x, tableX, tableOut, ...rest], attributes }) => gradientOp(x, g, tableX, tableOut, tableX, ...rest, ...attributes),
  ...([null, null, null, null, null, null] as const),
]);

const gradientOp: (x: Tensor, g: Tensor, tableX: Tensor, tableG: Tensor, tableOut: Tensor, ...rest: [...Rest, Pointwise, Grid]) => Tensor =
  defineOp<[Tensor, Tensor, Tensor, Tensor, Tensor, ...Rest], [Pointwise, Grid]>('groupActivationGradient', 9, [
    (v, { inputs: [x, g, tableX, tableG, tableOut, alpha, gamma, rows], attributes: [fn, grid] }) => {
      const [waves, sizes]: [WaveTensors, GroupGridSizes] = [{ alpha, gamma, rows }, sizesOf(grid)];
      return tidy(() => {
        const angles = (y: Tensor, table: Tensor): Tensor => toAngles(y, table, waves, sizes);
        const other = angles(g, tableG);
        // f''(u) w z by the tape: the derivative of u -> f'(u) w.
        const second = grad((u) => grad(pointwise[fn])(u, other))(angles(x, tableX), angles(v, tableOut));
        return fromAngles(second, tableX, waves, sizes);
      });
    },
    (v, { inputs: [x, , tableX, tableG, tableOut, ...rest], attributes }) =>
      gradientOp(x, v, tableX, tableOut, tableG, ...rest, ...attributes),
    ...([null, null, null, null, null, null, null] as const),
  ]);

export interface GroupActivationTensors extends WaveTensors {
  /** int32 [L, N, 2]: first sorted place and first table number of each pair of orders. */
  readonly pairs: Tensor;
  /** Tables of the maps to values (`inverse`) and, transposed, from values (`forward`). */
  readonly inverse: Tensor;
  readonly forward: Tensor;
}

/** fn at the nodes of a grid, without their values ever lying in memory: coefficients [..., size, C] to coefficients. */
export function groupActivation(x: Tensor, fn: Pointwise, tensors: GroupActivationTensors, sizes: GroupGridSizes): Tensor {
  const { alpha, gamma, rows, pairs, inverse, forward } = tensors;
  const { L, N, nBeta, nAlpha, nGamma } = sizes;
  return activationOp(x, inverse, forward, alpha, gamma, rows, pairs, fn, [L, N, nBeta, nAlpha, nGamma]);
}
