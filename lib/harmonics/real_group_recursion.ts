import { complexDtype } from '../dtype.js';
import { mul } from '../ops/elementwise.js';
import { cast } from '../ops/layout.js';
import { gatherRows } from '../ops/rows.js';
import { real, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { mixWithMirror } from './basis.js';
import { groupToComplexBasis, groupToRealBasis } from './group_basis.js';
import { PolarRecursion } from './polar_recursion.js';
import type { PolarSizes, PolarStep } from './polar_step.js';

const ascending = (most: number): number[] => Array.from({ length: 2 * most + 1 }, (_, i) => i - most);
/** 0, +1, -1, +2, -2, ... */
const byDegree = (most: number): number[] => Array.from({ length: 2 * most + 1 }, (_, i) => (i % 2 === 0 ? -1 : 1) * ((i + 1) >> 1));

/** The polar step of real signals on SO(3) without tables: that of complex signals between changes of basis, which are unitary. */
export class RealGroupRecursion implements PolarStep {
  readonly method = 'recursion';
  readonly bytes = 0;
  private readonly step: PolarRecursion;

  constructor(private readonly sizes: PolarSizes) {
    this.step = new PolarRecursion({ ...sizes, real: false, firstN: -sizes.lastN });
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    const { L, lastN } = this.sizes;
    const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
    return tidy(() => {
      const own = groupToComplexBasis(cast(x, complexDtype(x.dtype)), { L, N: lastN + 1 });
      return this.toReal(this.step.synthesis(reshape(own, [batch, (2 * lastN + 1) * L * L, channels]), inverse));
    });
  }

  analysis(rings: Tensor, inverse: boolean): Tensor {
    const { L, lastN } = this.sizes;
    const [batch, channels] = [rings.shape[0]!, rings.shape.at(-1)!];
    return tidy(() => {
      const own = this.step.analysis(this.toComplex(cast(rings, complexDtype(rings.dtype))), inverse);
      return real(groupToRealBasis(reshape(own, [batch, 2 * lastN + 1, L * L, channels]), { L, N: lastN + 1 }));
    });
  }

  /** Rings [batch, orders n x rings, orders m, C]: ascending orders of a real signal to cosines and sines, the first cosines. */
  private toReal(rings: Tensor): Tensor {
    const { L, lastN } = this.sizes;
    const { byAlpha, byGamma, shape } = this.views(rings);
    const change = (x: Tensor, most: number, conjugated: boolean): Tensor =>
      this.sorted(mixWithMirror(this.alternated(x, most), ascending(most), false, conjugated), byDegree(most), (order) => order + most);
    const inGamma = change(reshape(rings, byGamma), lastN, true);
    return real(reshape(change(reshape(inGamma, byAlpha), L - 1, false), shape));
  }

  private toComplex(rings: Tensor): Tensor {
    const { L, lastN } = this.sizes;
    const { byAlpha, byGamma, shape } = this.views(rings);
    const place = (order: number): number => 2 * Math.abs(order) - (order > 0 ? 1 : 0);
    const change = (x: Tensor, most: number, conjugated: boolean): Tensor =>
      this.alternated(mixWithMirror(this.sorted(x, ascending(most), place), ascending(most), true, conjugated), most);
    const inAlpha = change(reshape(rings, byAlpha), L - 1, false);
    return reshape(change(reshape(inAlpha, byGamma), lastN, true), shape);
  }

  /** Waves of opposite orders are conjugates where the signal is real, coefficients are so but for (-1)^m. */
  private alternated(x: Tensor, most: number): Tensor {
    const signs = ascending(most).flatMap((order) => [order < 0 && order % 2 !== 0 ? -1 : 1, 0]);
    return mul(x, tensor(signs, [2 * most + 1, 1], { dtype: x.dtype, device: x.device }));
  }

  private views({ shape }: Tensor): { byAlpha: number[]; byGamma: number[]; shape: number[] } {
    const [batch, rings, orders, channels] = shape as [number, number, number, number];
    const planes = 2 * this.sizes.lastN + 1;
    return {
      byAlpha: [batch * rings, orders, channels],
      byGamma: [batch, planes, (rings / planes) * orders * channels],
      shape: [...shape],
    };
  }

  /** The rows of the orders, each from its place. */
  private sorted(x: Tensor, orders: readonly number[], place: (order: number) => number): Tensor {
    return gatherRows(x, tensor(Int32Array.from(orders, place), [orders.length], { device: x.device }), -2);
  }
}
