import { realDtype } from '../dtype.js';
import { native } from '../native.js';
import { slice } from '../ops/blocks.js';
import { mul } from '../ops/elementwise.js';
import { cast, concat } from '../ops/layout.js';
import { type LegendreOptions, type LegendreSums, legendreSums } from '../ops/legendre.js';
import { type ResamplingOptions, resampledAngles, ringResampling, ringResamplingTransposed } from '../ops/resampling.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import type { PolarSizes, PolarStep } from './polar_step.js';

/** One order n: between coefficients [batch, L*L, C] and rings [batch, rings, 2L-1, C]. */
interface Plane {
  readonly n: number;
  readonly options: { readonly inverse: LegendreOptions; readonly forward: LegendreOptions };
  readonly inverse: LegendreSums;
  /** On the rings of the sampling or, where there is a resampling, on those that it leads to. */
  readonly forward: LegendreSums;
}

/**
 * The polar step without tables: harmonics of spin -n for each order n, by recursion in the degree on the fly. Complex signals on SO(3), or signals on
 * the sphere. Forward transforms from mw and mwss resample the rings first.
 */
export class PolarRecursion implements PolarStep {
  readonly method = 'recursion';
  readonly bytes = 0;
  private readonly planes: readonly Plane[];
  private readonly resampling: Omit<ResamplingOptions, 'odd'> | undefined;
  private readonly madeFactors: { inverse?: Float64Array; forward?: Float64Array } = {};

  constructor(private readonly sizes: PolarSizes) {
    const { sampling, L, rings, firstN, lastN } = sizes;
    const theta = native.math.nodes(sampling, L, rings);
    if (sampling === 'mw' || sampling === 'mwss') this.resampling = { sampling, L };
    const exact = this.resampling
      ? { theta: resampledAngles(L) }
      : { theta, weights: native.math.quadratureWeights(sampling, L, rings, 1) };
    this.planes = Array.from({ length: lastN - firstN + 1 }, (_, i): Plane => {
      const n = firstN + i;
      const common = { L, spin: -n };
      const options = { inverse: { ...common, theta }, forward: { ...common, ...exact } };
      return { n, options, inverse: legendreSums(options.inverse), forward: legendreSums(options.forward) };
    });
  }

  sums(_signals: number, inverse: boolean): LegendreOptions | undefined {
    const { options } = this.planes[0]!;
    if (this.sizes.group) return undefined;
    return inverse ? options.inverse : this.resampling ? undefined : options.forward;
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    if (this.planes.length === 1) return this.planeSynthesis(this.planes[0]!, x, inverse);
    const { L } = this.sizes;
    const [batch, , channels] = x.shape as [number, number, number];
    return tidy(() => {
      const rings = this.planes.map((plane, i) =>
        this.planeSynthesis(plane, slice(x, [0, i * L * L, 0], [batch, L * L, channels]), inverse),
      );
      return concat(rings, 1);
    });
  }

  analysis(values: Tensor, inverse: boolean): Tensor {
    if (this.planes.length === 1) return this.planeAnalysis(this.planes[0]!, values, inverse);
    const { L, rings } = this.sizes;
    const [batch, channels] = [values.shape[0]!, values.shape[3]!];
    return tidy(() => {
      const parts = this.planes.map((plane, i) =>
        this.planeAnalysis(plane, slice(values, [0, i * rings, 0, 0], [batch, rings, 2 * L - 1, channels]), inverse),
      );
      return concat(parts, 1);
    });
  }

  private planeSynthesis({ n, inverse: own, forward }: Plane, x: Tensor, inverse: boolean): Tensor {
    const scaled = this.scaled(x, n, inverse);
    if (inverse) return own.synthesis(scaled);
    const exact = forward.synthesis(scaled);
    if (!this.resampling) return exact;
    return ringResamplingTransposed(exact, { ...this.resampling, odd: n % 2 !== 0 });
  }

  private planeAnalysis({ n, inverse: own, forward }: Plane, f: Tensor, inverse: boolean): Tensor {
    if (inverse) return this.scaled(own.analysis(f), n, inverse);
    if (!this.resampling) return this.scaled(forward.analysis(f), n, inverse);
    const exact = ringResampling(f, { ...this.resampling, odd: n % 2 !== 0 });
    return this.scaled(forward.analysis(exact), n, inverse);
  }

  /** From the factors of harmonics with a spin to those of SO(3) (see native/math/polar_tables.h); orders that there are not are zero. */
  private scaled(x: Tensor, n: number, inverse: boolean): Tensor {
    const { L, group, lastN, every } = this.sizes;
    if (!group) return x;
    const sign = (n - lastN) % every !== 0 ? 0 : n % 2 === 0 ? 1 : -1;
    const factors = tensor(this.factors(inverse), [L * L, 1], { dtype: realDtype(x.dtype), device: x.device });
    return mul(x, cast(mul(factors, sign), x.dtype));
  }

  /** One for each coefficient, for n even. */
  private factors(inverse: boolean): Float64Array {
    const factor = (l: number): number =>
      (inverse ? (2 * l + 1) / (8 * Math.PI ** 2) : 2 * Math.PI) / Math.sqrt((2 * l + 1) / (4 * Math.PI));
    const build = (): Float64Array => Float64Array.from({ length: this.sizes.L ** 2 }, (_, i) => factor(Math.floor(Math.sqrt(i))));
    return (this.madeFactors[inverse ? 'inverse' : 'forward'] ??= build());
  }
}
