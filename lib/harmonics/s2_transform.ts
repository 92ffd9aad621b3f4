import { type DeviceOption, deviceCode } from '../device.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { product } from '../ops/axes.js';
import { type HarmonicSums, harmonicSums } from '../ops/harmonic.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { AngleStep } from './angle_step.js';
import { withoutLowDegrees } from './degree.js';
import { LatestPlans, type PlanInput, checkPlanInput, checkPrecision } from './plans.js';
import { choosePolarStep } from './choose_polar_step.js';
import { type Method, type MethodOption, type PolarSizes, type PolarStep, checkMethod } from './polar_step.js';
import { maxNside } from './healpix.js';
import { HealpixTransform } from './healpix_transform.js';
import { SeparatedTransform } from './separated_transform.js';
import { type Grid, type GridOptions, type Sampling, checkWhole, resolveGrid } from './sampling.js';

const op = 's2Transform';

export interface S2TransformOptions extends Omit<GridOptions, 'sampling'> {
  /** Default 'mw'. */
  readonly sampling?: Sampling | 'healpix';
  /** Of HEALPix: 12 nside^2 pixels in ring order, 1 <= nside <= 8192; L may be any. */
  readonly nside?: number;
  /** Of HEALPix' forward transform, which is not exact: how often the rest is transformed too; default 3. */
  readonly iterations?: number;
  /** Real signals and real-basis coefficients; else (default) complex signals and complex-basis coefficients. */
  readonly real?: boolean;
  /** |spin| < L, default 0; real signals have none. Coefficients of degrees below |spin| are ignored, and zero in results. */
  readonly spin?: number;
  /** Coefficients of degrees below are ignored, and zero in results; default 0. */
  readonly lmin?: number;
  /** Of the sums over degrees; default 'auto', what is faster for the sizes at hand. */
  readonly method?: MethodOption;
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/**
 * Harmonic transforms on the sphere for one bandlimit, spin and grid. Signals are [..., nTheta, nPhi, C], coefficients [..., L*L, C] at l*l + l + m:
 * float32/64 where the plan is real (real basis), else complex64/128 (complex basis). HEALPix signals are [..., 12 nside^2, C]. All four maps are linear and differentiable;
 * the adjoints are those of the matrices of `inverse` and `forward`.
 */
export interface S2Transform {
  /** f = sum f_lm sY_lm at the nodes. */
  inverse(flm: Tensor): Tensor;
  /** f_lm = integral of f conj(sY_lm), exact for a signal of bandlimit L (HEALPix: approximately). */
  forward(f: Tensor): Tensor;
  inverseAdjoint(f: Tensor): Tensor;
  forwardAdjoint(flm: Tensor): Tensor;
  readonly nTheta: number;
  readonly nPhi: number;
  /** Polar angles of the rings, radians. */
  readonly theta: Float64Array;
  /** Longitudes of the columns, radians; of the pixels of HEALPix. */
  readonly phi: Float64Array;
  /** Integral of f = sum_t w_t sum_p f_tp. */
  readonly quadratureWeights: Float64Array;
  readonly method: Method;
  /** Bytes of the tables of both directions. */
  readonly bytes: number;
}

/** By separation of variables: sums over degrees for each order and ring (a PolarStep), then over orders on each ring. */
class RingTransform extends SeparatedTransform implements S2Transform {
  readonly theta: Float64Array;
  readonly phi: Float64Array;
  readonly quadratureWeights: Float64Array;
  private readonly longitudes: AngleStep;
  private readonly made: { inverse?: HarmonicSums; forward?: HarmonicSums } = {};

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
      const flat = lead.length === 1 ? x : reshape(x, [batch, L * L, channels]);
      const taken = withoutLowDegrees(flat, this.lmin);
      const points =
        this.sumsFor(batch * channels, inverse)?.synthesis(taken) ??
        this.longitudes.synthesis(this.polar.synthesis(taken, inverse), this.scale(inverse));
      return reshape(points, [...lead, nTheta, nPhi, channels]);
    });
  }

  /** The adjoint of `synthesis`: both carry 1/nPhi of the mean over longitudes, where the matrix is that of `forward`. */
  protected analysis(name: string, f: Tensor, inverse: boolean): Tensor {
    const { L, nTheta, nPhi } = this.grid;
    checkPlanInput(`s2Transform.${name}`, f, [nTheta, nPhi], this.input);
    const [lead, channels] = [f.shape.slice(0, -3), f.shape.at(-1)!];
    const batch = product(lead);
    return tidy(() => {
      const points = reshape(f, [batch, nTheta * nPhi, channels]);
      const all =
        this.sumsFor(batch * channels, inverse)?.analysis(points) ??
        this.polar.analysis(this.longitudes.analysis(points, this.scale(inverse)), inverse);
      const x = withoutLowDegrees(all, this.lmin);
      return lead.length === 1 ? x : reshape(x, [...lead, L * L, channels]);
    });
  }

  private scale(inverse: boolean): number {
    return inverse ? 1 : 1 / this.nPhi;
  }

  /** Both steps in one, where there are such sums for so many signals. */
  private sumsFor(signals: number, inverse: boolean): HarmonicSums | undefined {
    const sums = this.polar.sums?.(signals, inverse);
    if (!sums) return undefined;
    const { nPhi, phiOffset } = this.grid;
    return (this.made[inverse ? 'inverse' : 'forward'] ??= harmonicSums({
      ...sums,
      points: nPhi,
      offset: phiOffset,
      scale: this.scale(inverse),
    }));
  }
}

const plans = new LatestPlans<S2Transform>();

interface Signals {
  readonly lmin: number;
  readonly spin: number;
  readonly input: PlanInput;
  readonly method: MethodOption;
}

function checkSignals(L: number, options: S2TransformOptions): Signals {
  const dtype = checkPrecision(op, options.dtype);
  const real = options.real ?? false;
  const spin = checkWhole(op, 'spin', options.spin ?? 0, 1 - L, L - 1);
  if (real && spin !== 0) throw expected(op, '0 (real signals have no spin)', 'spin', spin);
  const lmin = checkWhole(op, 'lmin', options.lmin ?? 0, 0, L - 1);
  return { lmin, spin, input: { dtype, real, device: deviceCode(options.device) }, method: checkMethod(op, options.method) };
}

function healpixPlan(options: S2TransformOptions): S2Transform {
  const L = checkWhole(op, 'L', options.L, 1, 4096);
  const nside = checkWhole(op, 'nside', options.nside, 1, maxNside);
  const iterations = checkWhole(op, 'iterations', options.iterations ?? 3, 0, 1000);
  const { method, input, spin, lmin } = checkSignals(L, options);
  for (const key of ['width', 'height', 'phiOffset'] as const) {
    if (options[key] !== undefined) throw expected(op, 'no value for healpix', key, options[key]);
  }
  if (method === 'table') throw expected(op, "'auto' or 'recursion' for healpix", 'method', method);
  return plans.get({ L, nside, iterations, spin, lmin, input }, () => new HealpixTransform(nside, { L, spin, lmin, iterations }, input));
}

/** The transform plan of the options, built on first use. Wrong options throw before any work: ERR_VALUE, ERR_DTYPE, ERR_DEVICE, or ERR_MEMORY for tables above planCache.limit. */
export function s2Transform(options: S2TransformOptions): S2Transform {
  const { sampling, ...others } = options;
  if (sampling === 'healpix') return healpixPlan(options);
  const grid = resolveGrid(op, sampling === undefined ? others : { ...others, sampling });
  for (const key of ['nside', 'iterations'] as const) {
    if (options[key] !== undefined) throw expected(op, `no value for ${grid.sampling}`, key, options[key]);
  }
  const { L, nTheta } = grid;
  const { lmin, spin, input, method } = checkSignals(L, options);
  return plans.get({ grid, spin, lmin, input, method }, () => {
    const sizes: PolarSizes = {
      L,
      firstN: -spin,
      lastN: -spin,
      every: 1,
      real: input.real,
      group: false,
      sampling: grid.sampling,
      rings: nTheta,
    };
    return new RingTransform(grid, lmin, input, choosePolarStep(op, sizes, input.dtype, method));
  });
}
