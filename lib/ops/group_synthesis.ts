import { dtypeCode, realDtype } from '../dtype.js';
import { native } from '../native.js';
import { defineOp } from '../op.js';
import { Tensor } from '../tensor.js';
import { type TorusAttributes, type TorusOptions, torusAnalysisOp, torusAttributes } from './torus.js';
import { type WignerSizes, wignerAnalysisOp, wignerAttributes } from './wigner.js';

/** Up to this bandlimit the recursion needs no scaling. */
export const mostGroupL = 64;

type Attributes = [sampling: string, sizes: number[], ...TorusAttributes];

// The adjoint is done with a table: sums over rings for each degree do not suit the recursion, whose lanes are rings.
const synthesisOp = defineOp<[Tensor], Attributes>('groupSynthesis', 1, (g, { attributes: [sampling, sizes, ...angles] }) => {
  const [L, N] = sizes as [number, number];
  const code = dtypeCode('groupSynthesis', realDtype(g.dtype));
  const table = Tensor.fromNative(native.math.groupTable(true, sampling, L, N, code, g.deviceCode));
  return wignerAnalysisOp(torusAnalysisOp(g, ...angles), table, sizes);
});

/**
 * The inverse transform on SO(3) without a table, L <= {@link mostGroupL}: `wignerSynthesis` with the matrices of the sampling, then
 * `torusSynthesis`, in one operation. Coefficients [batch, size, C] to samples [batch, points of gamma, rings, points of alpha, C].
 */
export function groupSynthesis(x: Tensor, sampling: string, sizes: WignerSizes, angles: TorusOptions): Tensor {
  return synthesisOp(x, sampling, wignerAttributes(sizes), ...torusAttributes('groupSynthesis', angles));
}
