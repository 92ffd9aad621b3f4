import { product } from '../ops/axes.js';
import { add, mul, sub } from '../ops/elementwise.js';
import { type HarmonicSums, harmonicSums } from '../ops/harmonic.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { healpixRings } from './healpix.js';
import { withoutLowDegrees } from './degree.js';
import { type PlanInput, checkPlanInput } from './plans.js';

export interface HealpixPlan {
  readonly L: number;
  readonly spin: number;
  readonly lmin: number;
  readonly iterations: number;
}

/**
 * An S2Transform between coefficients and HEALPix maps in ring order, [..., 12 nside^2, C]. With S the matrix of `inverse` and A = (4 pi / pixels) S^H the plain
 * quadrature, `forward` is A and then `iterations` times x + A (f - S x): not exact, but ever closer to least squares (as healpy's map2alm).
 */
export class HealpixTransform {
  readonly method = 'recursion';
  readonly bytes = 0;
  readonly nTheta: number;
  readonly nPhi: number;
  readonly theta: Float64Array;
  readonly phi: Float64Array;
  readonly quadratureWeights: Float64Array;
  private readonly pixels: number;
  private readonly sums: HarmonicSums;

  constructor(
    nside: number,
    private readonly plan: HealpixPlan,
    private readonly input: PlanInput,
  ) {
    const { theta, points, offset } = healpixRings(nside);
    this.sums = harmonicSums({ L: plan.L, theta, spin: plan.spin, points, offset });
    this.nTheta = theta.length;
    this.nPhi = 4 * nside;
    this.pixels = 12 * nside ** 2;
    this.theta = theta;
    this.phi = Float64Array.from(
      Array.from(points, (n, ring) => Array.from({ length: n }, (_, p) => (2 * Math.PI * (p + offset[ring]!)) / n)).flat(),
    );
    this.quadratureWeights = new Float64Array(theta.length).fill((4 * Math.PI) / this.pixels);
  }

  inverse(flm: Tensor): Tensor {
    return this.onCoefficients('inverse', flm, (x) => this.synthesis(x));
  }

  inverseAdjoint(f: Tensor): Tensor {
    return this.onMap('inverseAdjoint', f, (x) => this.analysis(x));
  }

  forward(f: Tensor): Tensor {
    return this.onMap('forward', f, (map) => {
      let x = this.quadrature(map);
      for (let i = 0; i < this.plan.iterations; i++) x = add(x, this.quadrature(sub(map, this.synthesis(x))));
      return x;
    });
  }

  forwardAdjoint(flm: Tensor): Tensor {
    return this.onCoefficients('forwardAdjoint', flm, (x) => {
      let y = x;
      for (let i = 0; i < this.plan.iterations; i++) y = add(x, sub(y, this.quadrature(this.synthesis(y))));
      return mul(this.synthesis(y), this.quadratureWeights[0]!);
    });
  }

  private onCoefficients(name: string, x: Tensor, map: (x: Tensor) => Tensor): Tensor {
    const { L } = this.plan;
    checkPlanInput(`s2Transform.${name}`, x, [L * L], this.input);
    const [lead, channels] = [x.shape.slice(0, -2), x.shape.at(-1)!];
    return tidy(() => reshape(map(this.taken(reshape(x, [product(lead), L * L, channels]))), [...lead, this.pixels, channels]));
  }

  private onMap(name: string, f: Tensor, map: (f: Tensor) => Tensor): Tensor {
    const { L } = this.plan;
    checkPlanInput(`s2Transform.${name}`, f, [this.pixels], this.input);
    const [lead, channels] = [f.shape.slice(0, -2), f.shape.at(-1)!];
    return tidy(() => reshape(map(reshape(f, [product(lead), this.pixels, channels])), [...lead, L * L, channels]));
  }

  private taken(x: Tensor): Tensor {
    return withoutLowDegrees(x, Math.max(this.plan.lmin, Math.abs(this.plan.spin)));
  }

  private synthesis(x: Tensor): Tensor {
    return this.sums.synthesis(x);
  }

  private analysis(f: Tensor): Tensor {
    return this.taken(this.sums.analysis(f));
  }

  private quadrature(f: Tensor): Tensor {
    return mul(this.analysis(f), this.quadratureWeights[0]!);
  }
}
