import { expected } from '../errors.js';
import type { LegendreOptions } from '../ops/legendre.js';
import type { Tensor } from '../tensor.js';
import type { Sampling } from './sampling.js';

/** How sums over degrees are done: with tables of harmonics, or with harmonics by recursion on the fly. */
export type Method = 'table' | 'recursion';

/** What a caller asks for; 'auto' (default): what measures faster. */
export type MethodOption = 'auto' | Method;

/** ERR_VALUE unless it is one. */
export function checkMethod(op: string, method: MethodOption = 'auto'): MethodOption {
  if (!['auto', 'table', 'recursion'].includes(method)) throw expected(op, "'auto', 'table' or 'recursion'", 'method', method);
  return method;
}

/** What a polar step works on. */
export interface PolarSizes {
  readonly L: number;
  /** Orders in gamma: n = -spin alone on the sphere (real: 0); on SO(3) -(N-1)..N-1. */
  readonly firstN: number;
  readonly lastN: number;
  /** 1, or 2 where only orders n of the parity of lastN count; the others are zero. */
  readonly every: 1 | 2;
  /** Real signals, real basis; else complex signals, complex basis. */
  readonly real: boolean;
  /** On SO(3), else on the sphere: factors of the harmonics (native/math/polar_tables.h). */
  readonly group: boolean;
  readonly sampling: Sampling | 'soft';
  readonly rings: number;
}

/**
 * The sums over degrees, ring by ring: coefficients [batch, size, C] to functions of the rings [batch, orders n x rings, orders m, C], and their
 * transposes. Orders ascend where signals are complex, else they are 0, +1, -1, +2, -2, ...
 * `inverse`: with the matrix of the inverse transform; else with the transpose of the forward transform's, without the mean over the angles.
 */
export interface PolarStep {
  readonly method: Method;
  /** Of the tables of both directions. */
  readonly bytes: number;
  synthesis(x: Tensor, inverse: boolean): Tensor;
  analysis(rings: Tensor, inverse: boolean): Tensor;
  /** Where the step for so many signals is nothing but sums by recursion: these, which one operation does together with those over orders. */
  sums?(signals: number, inverse: boolean): LegendreOptions | undefined;
}
