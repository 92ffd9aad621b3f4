import { type DeviceOption, deviceCode } from '../device.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { product } from '../ops/axes.js';
import { groupSynthesis, mostGroupL } from '../ops/group_synthesis.js';
import { type TorusOptions, torusAnalysis, torusSynthesis } from '../ops/torus.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { so3Type, typeSize } from './irreps.js';
import { groupTableBytes } from './group_table.js';
import { LatestPlans, type PlanInput, checkPlanInput, checkPrecision } from './plans.js';
import { choosePolarStep } from './choose_polar_step.js';
import { type Method, type MethodOption, type PolarSizes, type PolarStep, checkMethod } from './polar_step.js';
import { SeparatedTransform } from './separated_transform.js';
import { checkWhole } from './sampling.js';

/** Samplings of SO(3): beta as theta on the sphere, alpha like phi; soft is the grid of Kostelec & Rockmore (2008). */
export type SO3Sampling = 'mw' | 'mwss' | 'dh' | 'soft';

const samplings: readonly SO3Sampling[] = ['mw', 'mwss', 'dh', 'soft'];

export interface SO3TransformOptions {
  /** Bandlimit: degrees 0..L-1. */
  readonly L: number;
  /** Azimuthal bandlimit: orders |n| < N, 1 <= N <= L; default L. */
  readonly N?: number;
  /** Default 'mw'. */
  readonly sampling?: SO3Sampling;
  /** Real signals and real-basis coefficients; else (default) complex signals and complex-basis coefficients. */
  readonly real?: boolean;
  /** Only orders n of the parity of N-1: half the samples of gamma. Not with 'soft'. */
  readonly steerable?: boolean;
  /** Of the sums over degrees; default 'auto', what is faster for the sizes at hand. */
  readonly method?: MethodOption;
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/**
 * Harmonic (Wigner) transforms on SO(3): f = sum (2l+1)/(8 pi^2) flmn conj(D^l_mn), flmn = integral f D^l_mn dalpha sin(beta) dbeta dgamma.
 * Signals are [..., nGamma, nBeta, nAlpha, C]. Coefficients of complex signals are [..., 2N-1, L*L, C] (complex64/128), those of real signals the
 * generalized signal of type so3Type(L, N) in the real basis (float32/64). All four maps are linear and differentiable; the adjoints
 * are those of the matrices of `inverse` and `forward`.
 */
export interface SO3Transform {
  inverse(flmn: Tensor): Tensor;
  forward(f: Tensor): Tensor;
  inverseAdjoint(f: Tensor): Tensor;
  forwardAdjoint(flmn: Tensor): Tensor;
  readonly nAlpha: number;
  readonly nBeta: number;
  readonly nGamma: number;
  /** Nodes, radians. */
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
  readonly gamma: Float64Array;
  /** Integral of f = sum_b w_b sum_a sum_g f_gba. */
  readonly quadratureWeights: Float64Array;
  readonly method: Method;
  /** Bytes of the tables of both directions. */
  readonly bytes: number;
}

interface SO3Grid {
  readonly L: number;
  readonly N: number;
  readonly sampling: SO3Sampling;
  readonly steerable: boolean;
  readonly nAlpha: number;
  readonly nBeta: number;
  readonly nGamma: number;
}

function resolveGrid(options: SO3TransformOptions): SO3Grid {
  const L = checkWhole('so3Transform', 'L', options.L, 1, 4096);
  const N = checkWhole('so3Transform', 'N', options.N ?? L, 1, L);
  const sampling = options.sampling ?? 'mw';
  if (!samplings.includes(sampling)) throw expected('so3Transform', `one of ${samplings.join(', ')}`, 'sampling', sampling);
  const steerable = options.steerable ?? false;
  if (steerable && sampling === 'soft') throw expected('so3Transform', 'another sampling for a steerable signal', 'sampling', sampling);
  const nBeta = { mw: L, mwss: L + 1, dh: 2 * L, soft: 2 * L }[sampling];
  const nAlpha = { mw: 2 * L - 1, mwss: 2 * L, dh: 2 * L - 1, soft: 2 * L }[sampling];
  return { L, N, sampling, steerable, nAlpha, nBeta, nGamma: steerable ? N : sampling === 'soft' ? 2 * L : 2 * N - 1 };
}

const angles = (count: number, step: number): Float64Array => Float64Array.from({ length: count }, (_, i) => step * i);

/** By separation of variables: sums over degrees for each pair of orders and ring of beta (a PolarStep), then over orders in alpha and gamma. */
class GroupTransform extends SeparatedTransform implements SO3Transform {
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
  readonly gamma: Float64Array;
  readonly quadratureWeights: Float64Array;
  private readonly angles: TorusOptions;
  private readonly axes: readonly number[];
  private recurred: boolean | undefined;

  constructor(
    private readonly grid: SO3Grid,
    private readonly input: PlanInput,
    polar: PolarStep,
    private readonly wanted: MethodOption,
  ) {
    super(polar);
    const { L, N, sampling, steerable, nAlpha, nBeta, nGamma } = grid;
    const { real } = input;
    // Steerable signals have f(gamma + pi) = (-1)^{N-1} f(gamma): sums run over the whole circle, of which the first half is kept
    const circle = steerable ? 2 * N : nGamma;
    this.alpha = angles(nAlpha, (2 * Math.PI) / nAlpha);
    this.beta = native.math.nodes(sampling, L, nBeta);
    this.gamma = angles(nGamma, (2 * Math.PI) / circle);
    this.quadratureWeights = native.math.quadratureWeights(sampling, L, nBeta, nAlpha).map((w) => (w * 2 * Math.PI) / nGamma);
    this.angles = { alpha: { orders: L, points: nAlpha }, gamma: { orders: N, points: circle, sign: real ? -1 : 1 }, kept: nGamma };
    this.axes = real ? [typeSize(so3Type(L, N))] : [2 * N - 1, L * L];
  }

  /** Of the latest call; before that, of the inverse transform of one map. */
  override get method(): Method {
    return (this.recurred ?? this.recurs(1)) ? 'recursion' : this.polar.method;
  }

  get nAlpha(): number {
    return this.grid.nAlpha;
  }

  get nBeta(): number {
    return this.grid.nBeta;
  }

  get nGamma(): number {
    return this.grid.nGamma;
  }

  /**
   * Whether an inverse transform goes by recursion ring by ring. Maps with channels side by side do only where they have to: a table is faster.
   * The gradient takes a table, too.
   */
  private recurs(channels: number): boolean {
    const { L, N, nBeta } = this.grid;
    if (L > mostGroupL || groupTableBytes({ L, N, rings: nBeta }, this.input.dtype) > native.planCache.limit()) return false;
    return this.wanted === 'recursion' || (this.wanted === 'auto' && channels === 1);
  }

  /** Both directions carry the mean over alpha and gamma where the matrix is that of `forward`. */
  private torus(inverse: boolean): TorusOptions {
    const { nAlpha, nGamma } = this.grid;
    return inverse ? this.angles : { ...this.angles, alpha: { ...this.angles.alpha, scale: 1 / (nAlpha * nGamma) } };
  }

  protected synthesis(name: string, x: Tensor, inverse: boolean): Tensor {
    const { L, N, sampling, steerable, nAlpha, nBeta, nGamma } = this.grid;
    checkPlanInput(`so3Transform.${name}`, x, this.axes, this.input);
    const [lead, channels] = [x.shape.slice(0, x.shape.length - 1 - this.axes.length), x.shape.at(-1)!];
    const batch = product(lead);
    const recurs = (this.recurred = inverse && this.recurs(channels));
    return tidy(() => {
      const shape = [...lead, nGamma, nBeta, nAlpha, channels];
      const own = reshape(x, [batch, product(this.axes), channels]);
      if (recurs) return reshape(groupSynthesis(own, sampling, { L, N, rings: nBeta, every: steerable ? 2 : 1 }, this.angles), shape);
      const rings = this.polar.synthesis(own, inverse);
      const waves = reshape(rings, [batch, 2 * N - 1, nBeta, 2 * L - 1, channels]);
      return reshape(torusSynthesis(waves, this.torus(inverse)), shape);
    });
  }

  protected analysis(name: string, f: Tensor, inverse: boolean): Tensor {
    const { L, N, nAlpha, nBeta, nGamma } = this.grid;
    checkPlanInput(`so3Transform.${name}`, f, [nGamma, nBeta, nAlpha], this.input);
    const [lead, channels] = [f.shape.slice(0, -4), f.shape.at(-1)!];
    const batch = product(lead);
    this.recurred = false;
    return tidy(() => {
      const waves = torusAnalysis(reshape(f, [batch, nGamma, nBeta, nAlpha, channels]), this.torus(inverse));
      const rings = reshape(waves, [batch, (2 * N - 1) * nBeta, 2 * L - 1, channels]);
      return reshape(this.polar.analysis(rings, inverse), [...lead, ...this.axes, channels]);
    });
  }
}

const plans = new LatestPlans<SO3Transform>();

/** The transform plan of the options, built on first use. Wrong options throw before any work: ERR_VALUE, ERR_DTYPE, ERR_DEVICE, or ERR_MEMORY for tables above planCache.limit. */
export function so3Transform(options: SO3TransformOptions): SO3Transform {
  const grid = resolveGrid(options);
  const { L, N, sampling, steerable, nBeta } = grid;
  const dtype = checkPrecision('so3Transform', options.dtype);
  const real = options.real ?? false;
  const input = { dtype, real, device: deviceCode(options.device) };
  const method = checkMethod('so3Transform', options.method);
  return plans.get({ grid, input, method }, () => {
    const range = { firstN: real ? 0 : 1 - N, lastN: N - 1, every: steerable ? 2 : 1 } as const;
    const sizes: PolarSizes = { L, ...range, real, group: true, sampling, rings: nBeta };
    return new GroupTransform(grid, input, choosePolarStep('so3Transform', sizes, dtype, method), method);
  });
}
