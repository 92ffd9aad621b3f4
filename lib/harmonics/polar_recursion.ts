import { isComplex } from '../dtype.js';
import { native } from '../native.js';
import { mul } from '../ops/elementwise.js';
import { concat } from '../ops/layout.js';
import { legendreAnalysis, legendreSynthesis } from '../ops/legendre.js';
import { reshape, slice } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { CircleResampling } from './circle_resampling.js';
import type { PolarSizes, PolarStep } from './polar_step.js';

/**
 * The polar step without tables: harmonics of spin -n for each order n, by recursion in the degree on the fly. Complex signals on SO(3), or signals on
 * the sphere. Forward transforms from mw and mwss resample the rings first.
 */
export class PolarRecursion implements PolarStep {
  readonly method = 'recursion';
  readonly bytes = 0;
  private readonly theta: Float64Array;
  /** 2 pi times the weights of the rings, where sums over them are exact. */
  private readonly weights: Float64Array | undefined;
  private readonly resampling: CircleResampling | undefined;

  constructor(private readonly sizes: PolarSizes) {
    const { sampling, L, rings } = sizes;
    this.theta = native.math.nodes(sampling, L, rings);
    if (sampling === 'mw' || sampling === 'mwss') this.resampling = new CircleResampling(sampling, L);
    else this.weights = native.math.quadratureWeights(sampling, L, rings, 1);
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    const { firstN, L, rings } = this.sizes;
    const [batch, , channels] = x.shape as [number, number, number];
    return tidy(() => {
      const planes = this.orders.map((n) => {
        const plane = this.scaled(slice(x, [0, (n - firstN) * L * L, 0], [batch, L * L, channels]), n, inverse);
        return reshape(this.planeSynthesis(plane, n, inverse), [batch, 1, rings, 2 * L - 1, channels]);
      });
      return concat(planes, 1);
    });
  }

  analysis(values: Tensor, inverse: boolean): Tensor {
    const { firstN, L, rings } = this.sizes;
    const [batch, channels] = [values.shape[0]!, values.shape.at(-1)!];
    return tidy(() => {
      const planes = this.orders.map((n) => {
        const plane = slice(values, [0, n - firstN, 0, 0, 0], [batch, 1, rings, 2 * L - 1, channels]);
        return this.scaled(this.planeAnalysis(reshape(plane, [batch, rings, 2 * L - 1, channels]), n, inverse), n, inverse);
      });
      return concat(planes, 1);
    });
  }

  private get orders(): number[] {
    const { firstN, lastN } = this.sizes;
    return Array.from({ length: lastN - firstN + 1 }, (_, i) => firstN + i);
  }

  /** Coefficients to functions of the rings [batch, rings, 2L-1, C]. */
  private planeSynthesis(x: Tensor, n: number, inverse: boolean): Tensor {
    const { resampling } = this;
    const { L, rings } = this.sizes;
    const spin = -n;
    if (inverse) return legendreSynthesis(x, { L, theta: this.theta, spin });
    if (this.weights) return legendreSynthesis(x, { L, theta: this.theta, spin, weights: this.weights });
    const [batch, , channels] = x.shape as [number, number, number];
    const inner = (2 * L - 1) * channels;
    const fine = legendreSynthesis(x, { L, theta: resampling!.theta, weights: resampling!.weights, spin });
    const coarse = resampling!.transposed(reshape(fine, [batch, 2 * L, inner]), this.oddColumns(n, channels));
    return reshape(coarse, [batch, rings, 2 * L - 1, channels]);
  }

  private planeAnalysis(f: Tensor, n: number, inverse: boolean): Tensor {
    const { resampling } = this;
    const { L, rings } = this.sizes;
    const spin = -n;
    if (inverse) return legendreAnalysis(f, { L, theta: this.theta, spin });
    if (this.weights) return legendreAnalysis(f, { L, theta: this.theta, spin, weights: this.weights });
    const [batch, channels] = [f.shape[0]!, f.shape[3]!];
    const inner = (2 * L - 1) * channels;
    const fine = resampling!.apply(reshape(f, [batch, rings, inner]), this.oddColumns(n, channels));
    return legendreAnalysis(reshape(fine, [batch, 2 * L, 2 * L - 1, channels]), {
      L,
      theta: resampling!.theta,
      weights: resampling!.weights,
      spin,
    });
  }

  /** Whether m + n is odd, for every column of orders and channel. */
  private oddColumns(n: number, channels: number): Uint8Array {
    const { L, real } = this.sizes;
    const order = (column: number): number => (real ? (column + 1) >> 1 : column - L + 1);
    return Uint8Array.from({ length: (2 * L - 1) * channels }, (_, i) => (order(Math.floor(i / channels)) + n) & 1);
  }

  /** From the factors of harmonics with a spin to those of SO(3) (see native/math/polar_tables.h); orders that there are not are zero. */
  private scaled(x: Tensor, n: number, inverse: boolean): Tensor {
    const { L, group, takes } = this.sizes;
    if (!group) return x;
    const sign = !takes(n) ? 0 : n % 2 === 0 ? 1 : -1;
    const factor = (l: number): number => {
      const spin = sign / Math.sqrt((2 * l + 1) / (4 * Math.PI));
      return spin * (inverse ? (2 * l + 1) / (8 * Math.PI ** 2) : 2 * Math.PI);
    };
    const rows = Array.from({ length: L * L }, (_, i) => factor(Math.floor(Math.sqrt(i))));
    const values = isComplex(x.dtype) ? rows.flatMap((v) => [v, 0]) : rows;
    return mul(x, tensor(values, [L * L, 1], { dtype: x.dtype, device: x.device }));
  }
}
