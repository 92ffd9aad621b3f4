import { type DeviceOption, deviceCode } from '../device.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { product } from '../ops/axes.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { AngleStep } from './angle_step.js';
import { withoutLowDegrees } from './degree.js';
import { LatestPlans, type PlanInput, checkPlanInput, checkPrecision } from './plans.js';
import type { PolarStep } from './polar_step.js';
import { PolarTable } from './polar_table.js';
import { SeparatedTransform } from './separated_transform.js';
import { type Grid, type GridOptions, checkWhole, resolveGrid } from './sampling.js';

export interface S2TransformOptions extends GridOptions {
  /** Real signals and real-basis coefficients; else (default) complex signals and complex-basis coefficients. */
  readonly real?: boolean;
  /** |spin| < L, default 0; real signals have none. Coefficients of degrees below |spin| are ignored, and zero in results. */
  readonly spin?: number;
  /** Coefficients of degrees below are ignored, and zero in results; default 0. */
  readonly lmin?: number;
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/**
 * Harmonic transforms on the sphere for one bandlimit, spin and grid. Signals are [..., nTheta, nPhi, C], coefficients [..., L*L, C] at l*l + l + m:
 * float32/64 where the plan is real (real basis), else complex64/128 (complex basis). All four maps are linear and differentiable;
 * the adjoints are those of the matrices of `inverse` and `forward`.
 */
export interface S2Transform {
  /** f = sum f_lm sY_lm at the nodes. */
  inverse(flm: Tensor): Tensor;
  /** f_lm = integral of f conj(sY_lm), exact for a signal of bandlimit L. */
  forward(f: Tensor): Tensor;
  inverseAdjoint(f: Tensor): Tensor;
  forwardAdjoint(flm: Tensor): Tensor;
  readonly nTheta: number;
  readonly nPhi: number;
  /** Polar angles of the rings, radians. */
  readonly theta: Float64Array;
  /** Longitudes of the columns, radians. */
  readonly phi: Float64Array;
  /** Integral of f = sum_t w_t sum_p f_tp. */
  readonly quadratureWeights: Float64Array;
  readonly method: PolarStep['method'];
  /** Bytes of the tables of both directions. */
  readonly bytes: number;
}

/** By separation of variables: sums over degrees for each order and ring (a PolarStep), then over orders on each ring. */
class RingTransform extends SeparatedTransform implements S2Transform {
  readonly theta: Float64Array;
  readonly phi: Float64Array;
  readonly quadratureWeights: Float64Array;
  private readonly longitudes: AngleStep;

  constructor(
    private readonly grid: Grid,
    private readonly lmin: number,
    private readonly input: PlanInput,
    polar: PolarStep,
  ) {
    super(polar);
    const { L, sampling, nTheta, nPhi, phiOffset } = grid;
    this.theta = native.math.nodes(sampling, L, nTheta);
    this.phi = Float64Array.from({ length: nPhi }, (_, p) => (2 * Math.PI * (p + phiOffset)) / nPhi);
    this.quadratureWeights = native.math.quadratureWeights(sampling, L, nTheta, nPhi);
    this.longitudes = new AngleStep({ M: L, points: nPhi, offset: phiOffset, sign: 1 });
  }

  get nTheta(): number {
    return this.grid.nTheta;
  }

  get nPhi(): number {
    return this.grid.nPhi;
  }

  protected synthesis(name: string, x: Tensor, inverse: boolean): Tensor {
    const { L, nTheta, nPhi } = this.grid;
    checkPlanInput(`s2Transform.${name}`, x, [L * L], this.input);
    const [lead, channels] = [x.shape.slice(0, -2), x.shape.at(-1)!];
    const batch = product(lead);
    return tidy(() => {
      const rings = this.polar.synthesis(withoutLowDegrees(reshape(x, [batch, L * L, channels]), this.lmin), inverse);
      const f = this.longitudes.synthesis(reshape(rings, [batch * nTheta, 2 * L - 1, channels]), inverse ? 1 : 1 / nPhi);
      return reshape(f, [...lead, nTheta, nPhi, channels]);
    });
  }

  /** The adjoint of `synthesis`: both carry 1/nPhi of the mean over longitudes, where the matrix is that of `forward`. */
  protected analysis(name: string, f: Tensor, inverse: boolean): Tensor {
    const { L, nTheta, nPhi } = this.grid;
    checkPlanInput(`s2Transform.${name}`, f, [nTheta, nPhi], this.input);
    const [lead, channels] = [f.shape.slice(0, -3), f.shape.at(-1)!];
    const batch = product(lead);
    return tidy(() => {
      const rings = this.longitudes.analysis(reshape(f, [batch * nTheta, nPhi, channels]), inverse ? 1 : 1 / nPhi);
      const x = this.polar.analysis(reshape(rings, [batch, 1, nTheta, 2 * L - 1, channels]), inverse);
      return reshape(withoutLowDegrees(x, this.lmin), [...lead, L * L, channels]);
    });
  }
}

const plans = new LatestPlans<S2Transform>();

/** The transform plan of the options, built on first use. Wrong options throw before any work. */
export function s2Transform(options: S2TransformOptions): S2Transform {
  const grid = resolveGrid('s2Transform', options);
  const { L, sampling, nTheta } = grid;
  const dtype = checkPrecision('s2Transform', options.dtype);
  const real = options.real ?? false;
  const spin = checkWhole('s2Transform', 'spin', options.spin ?? 0, 1 - L, L - 1);
  if (real && spin !== 0) throw expected('s2Transform', '0 (real signals have no spin)', 'spin', spin);
  const lmin = checkWhole('s2Transform', 'lmin', options.lmin ?? 0, 0, L - 1);
  const input = { dtype, real, device: deviceCode(options.device) };
  return plans.get({ grid, spin, lmin, input }, () => {
    const sizes = { L, firstN: -spin, lastN: -spin, takes: () => true, real, group: false, sampling, rings: nTheta };
    return new RingTransform(grid, lmin, input, new PolarTable(sizes, dtype));
  });
}
