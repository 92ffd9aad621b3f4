import { type Dtype, isFloating } from '../../lib/dtype.js';
import { ops } from '../../lib/op.js';
import { type Case, type Input, floats } from '../support/case.js';
import { cases } from '../support/cases.js';
import { size } from '../support/plain.js';
import type { Entry } from './entry.js';

interface Choice {
  /** Name of the case that is timed; default: that of the operation. */
  readonly case?: string;
  /** Shapes of the inputs; default [1024, 1024] for each; 'own': those of the case. */
  readonly shapes?: readonly (readonly number[])[] | 'own';
  readonly flops?: number;
  readonly bytes?: number;
  readonly dtype?: Dtype;
}

/** Views move nothing: what is timed is the call. */
const view = { flops: 0, bytes: 0 } as const;
const square = [1024, 1024];
const long = [2 ** 20];

/** The operations whose case takes other shapes or has another name. */
export const choices: Readonly<Record<string, Choice>> = {
  reshape: { ...view, shapes: [[64, 48, 100]] },
  transpose: { ...view, shapes: [[64, 16, 33, 32]] },
  slice: view,
  flip: view,
  broadcastTo: { ...view, shapes: 'own' },
  real: view,
  imag: view,
  asReal: view,
  asComplex: { ...view, shapes: [[1024, 512, 2]] },
  toDevice: view,
  conj: { dtype: 'complex64' },
  cast: { case: 'cast to complex' },
  gatherRows: { shapes: [[512, 5, 512], [6]] },
  scatterRows: { shapes: [[512, 6, 512], [6]] },
  unfold: { shapes: [[32, 32, 32, 16]] },
  fold: { shapes: [[512, 3, 5, 3, 2, 32]] },
  einsum: {
    case: 'einsum ij,jk->ik, 7x33 by 33x5',
    shapes: [
      [256, 256],
      [256, 256],
    ],
    flops: 2 * 256 ** 3,
  },
  contract: { shapes: 'own' },
  groupActivation: { case: 'silu on the group, L = 3, N = 2, 2 x 2', shapes: 'own' },
  groupActivationGradient: { case: 'derivative of silu on the group, L = 3, N = 2, 2 x 2', shapes: 'own' },
  fourierSynthesis: { case: 'fourierSynthesis of real numbers, 2 x 128 points, M = 64, 1 x 3', shapes: 'own' },
  fourierAnalysis: { case: 'fourierAnalysis of real numbers, 2 x 128 points, M = 64, 1 x 3', shapes: 'own' },
  legendreSynthesis: { case: 'legendre synthesis, real, L = 33, gl, 1 x 1', shapes: 'own' },
  harmonicSynthesis: { case: 'harmonic synthesis, real, L = 33, gl, 1 x 1', shapes: 'own' },
  harmonicAnalysis: { case: 'harmonic analysis, real, L = 33, gl, 1 x 1', shapes: 'own' },
  legendreAnalysis: { case: 'legendre analysis, real, L = 33, gl, 1 x 1', shapes: 'own' },
  ringResampling: { case: 'ring resampling, real, mw, L = 17, 1 x 1', shapes: 'own' },
  ringResamplingTransposed: { case: 'ring resampling transposed, real, mw, L = 17, 1 x 1', shapes: 'own' },
  wignerSynthesis: { case: 'wigner synthesis, real, L = 9, N = 9, 13 rings, 1 x 1', shapes: 'own' },
  wignerAnalysis: { case: 'wigner analysis, real, L = 9, N = 9, 13 rings, 1 x 1', shapes: 'own' },
  torusSynthesis: { case: 'torus synthesis, real, 17 x 7 of 7 points, M = 9, N = 4, 2 x 4 x 1', shapes: 'own' },
  torusAnalysis: { case: 'torus analysis, real, 17 x 7 of 7 points, M = 9, N = 4, 2 x 4 x 1', shapes: 'own' },
  groupSynthesis: { case: 'real samples of the group, L = 17, N = 2, mw, 1 x 1', shapes: 'own' },
  fusedProduct: { case: 'fused product of two signals, role 0, real basis, 2 x 33', shapes: 'own' },
  fusedSquare: { case: 'fused square, role 0, real basis, 2 x 5', shapes: 'own' },
  bilinear: {
    case: 'bilinear, role 0, real basis',
    shapes: [
      [64, 10, 32],
      [64, 10, 32],
    ],
  },
  uniform: { shapes: 'own' },
  normal: { case: 'normal, large', shapes: 'own' },
  sgd_: { case: 'sgd_ with momentum', shapes: [long, long, long] },
  adam_: { case: 'adam_ with weight decay', shapes: [long, long, long, long] },
};

/** Inputs of the given shapes. Numbers that are kept apart for differences are slow to draw in these amounts. */
function enlarged(c: Case, shapes: Choice['shapes']): Input[] {
  if (shapes === 'own') return [...c.inputs];
  return c.inputs.map((input, i) => {
    if (input.values !== undefined) return input;
    const { distribution, ...rest } = input;
    const kept = distribution === undefined || distribution === 'distinct' ? {} : { distribution };
    return { ...rest, ...kept, shape: shapes?.[i] ?? square };
  });
}

/** Float32 where the case has it. */
function dtypeOf({ dtypes = floats }: Case): Dtype {
  return dtypes.includes('float32') ? 'float32' : (dtypes.find(isFloating) ?? dtypes[0]!);
}

/** Every operation of the native table once, through its entry in the case table. */
export function operationEntries(): Entry[] {
  return [...ops.keys()].map((op) => {
    const { case: name = op, shapes, dtype, flops, bytes } = choices[op] ?? {};
    const found = cases.find((c) => c.name === name);
    if (found === undefined) throw new Error(`the case table has no case named '${name}' for a benchmark of ${op}`);
    const inputs = enlarged(found, shapes);
    const largest = Math.max(...inputs.map(({ shape }) => size(shape)));
    const work = { flops: flops ?? largest, ...(bytes !== undefined && { bytes }) };
    return { name: `op ${op}`, dtype: dtype ?? dtypeOf(found), inputs, make: () => found.call, ...work };
  });
}
