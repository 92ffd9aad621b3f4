import { deviceCode } from './device.js';
import { dtypeCode } from './dtype.js';
import { expected } from './errors.js';
import { slice } from './ops/blocks.js';
import { acos, mul, sub } from './ops/elementwise.js';
import { concat } from './ops/layout.js';
import { normalOp, uniformOp } from './ops/random.js';
import { tidy } from './scope.js';
import { type Tensor, type TensorOptions, sizeOf } from './tensor.js';

/** Where the generator stands: enough to draw the same numbers again. */
export interface RandomState {
  readonly seed: number;
  readonly offset: number;
}

type RealDtype = 'float32' | 'float64';

/** The generator is counter-based: element i of a draw depends on (seed, offset + i) alone, so device and threads do not matter. */
let current: RandomState = { seed: 0, offset: 0 };

function wholeNumber(argument: string, n: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw expected('random', 'a whole number 0..2^53-1', argument, n);
  return n;
}

function draw<D extends RealDtype>(op: typeof uniformOp, shape: readonly number[], o: TensorOptions<D>, a: number, b: number): Tensor<D> {
  const size = sizeOf('random', shape);
  const { seed, offset } = current;
  const result = op(shape, dtypeCode('random', o.dtype ?? 'float32'), deviceCode(o.device), seed, offset, a, b);
  current = { seed, offset: offset + size };
  return result as Tensor<D>;
}

/** Seeded random numbers, one generator per environment (main thread or worker); it starts with seed 0. */
export const random = {
  /** Starts over with seed `n`, a whole number 0..2^53-1. */
  seed(n: number): void {
    current = { seed: wholeNumber('seed', n), offset: 0 };
  },

  /** Gaussian numbers; float32 unless `dtype` is float64. */
  normal<D extends RealDtype = 'float32'>(
    shape: readonly number[],
    options: TensorOptions<D> & { readonly mean?: number; readonly deviation?: number } = {},
  ): Tensor<D> {
    return draw(normalOp, shape, options, options.mean ?? 0, options.deviation ?? 1);
  },

  /** Numbers evenly spread over [low, high), by default [0, 1); float32 unless `dtype` is float64. */
  uniform<D extends RealDtype = 'float32'>(
    shape: readonly number[],
    options: TensorOptions<D> & { readonly low?: number; readonly high?: number } = {},
  ): Tensor<D> {
    return draw(uniformOp, shape, options, options.low ?? 0, options.high ?? 1);
  },

  /** n rotations, evenly spread over SO(3) (Haar): zyz Euler angles (alpha, beta, gamma), float64 [n, 3] on the CPU. */
  rotations(n: number): Tensor<'float64'> {
    return tidy(() => {
      const u = random.uniform([n, 3], { dtype: 'float64', device: 'cpu' });
      const column = (i: number): Tensor<'float64'> => slice(u, [0, i], [n, 1]);
      const angle = 2 * Math.PI;
      return concat([mul(column(0), angle), acos(sub(1, mul(column(1), 2))), mul(column(2), angle)], 1);
    });
  },

  /** The generator's state, for checkpoints. */
  state(): RandomState {
    return current;
  },

  /** Goes on from a state. */
  restore(state: RandomState): void {
    current = { seed: wholeNumber('seed', state.seed), offset: wholeNumber('offset', state.offset) };
  },
};
