import { generalizedConvolution } from '../harmonics/generalized_convolution.js';
import { type Tau, s2Type, so3Type } from '../harmonics/irreps.js';
import { checkWhole } from '../harmonics/sampling.js';
import { matmul } from '../ops/contract.js';
import { mul } from '../ops/elementwise.js';
import { gatherRows } from '../ops/rows.js';
import { reshape } from '../ops/views.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor, zeros } from '../tensor.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

interface FilterOptions extends ParameterOptions {
  /** Bandlimit of the input. */
  readonly L: number;
  /** Bandlimit of the output, at most L; default L. Degrees above are dropped before anything is computed. */
  readonly LOut?: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** The filters are linear in l between this many degrees, evenly spaced over 0..LOut-1: smooth in l, so localized in space. Default LOut: all free. */
  readonly knots?: number;
  /** Whether the output gets a constant for each channel; default true. */
  readonly bias?: boolean;
}

/** Options of {@link S2Convolution}. */
export interface S2ConvolutionOptions extends FilterOptions {
  /** Bandlimit of gamma of the output on SO(3), 1 <= N <= LOut. */
  readonly N: number;
}

/** Options of {@link SO3Convolution}. */
export interface SO3ConvolutionOptions extends FilterOptions {
  /** Bandlimit of gamma of the input, 1 <= N <= L. */
  readonly N: number;
  /** Bandlimit of gamma of the output, 1 <= NOut <= LOut; default N. */
  readonly NOut?: number;
}

/** Options of {@link ZonalConvolution}. */
export type ZonalConvolutionOptions = FilterOptions;

/** What tells the convolutions of this family apart. */
interface Family {
  readonly tauIn: Tau;
  /** Of as many degrees, 0 from LOut on. */
  readonly tauOut: Tau;
  /** Factor of each degree's filter. */
  readonly gain: (l: number) => number;
  /** Value of the harmonic of degree 0: the bias is a constant function. */
  readonly constant: number;
}

/** Shapes of the parameters. */
export function filterShapes({ tauIn, tauOut }: Pick<Family, 'tauIn' | 'tauOut'>, o: FilterOptions): Record<string, readonly number[]> {
  const { LOut = o.L, knots = LOut, channelsIn, channelsOut, bias = true } = o;
  const filters = [knots, Math.max(...tauIn) * channelsIn, Math.max(...tauOut) * channelsOut];
  return { filters, ...(bias && { bias: [channelsOut] }) };
}

function padded(tau: Tau, L: number): Tau {
  return Array.from({ length: L }, (_, l) => tau[l] ?? 0);
}

/** [degrees, knots]: linear interpolation, times the gain of each degree. */
function interpolation(degrees: number, knots: number, gain: (l: number) => number): Float64Array {
  const matrix = new Float64Array(degrees * knots);
  for (let l = 0; l < degrees; l++) {
    const at = degrees > 1 ? (l * (knots - 1)) / (degrees - 1) : 0;
    const left = Math.min(Math.floor(at), Math.max(knots - 2, 0));
    matrix[l * knots + left] = gain(l) * (1 - (at - left));
    if (at > left) matrix[l * knots + left + 1] = gain(l) * (at - left);
  }
  return matrix;
}

/**
 * Where the packed 'full' weights [tauIn_l, Cin, tauOut_l, Cout] of degree l = 0, 1, ... stand in filters [degrees, tIn, Cin, tOut, Cout]: orders n
 * are centred, so low degrees use the middle ones.
 */
function packedPlaces({ tauIn, tauOut }: Family, channelsIn: number, channelsOut: number, degrees: number): Int32Array {
  const [most, mostOut] = [Math.max(...tauIn), Math.max(...tauOut)];
  const places: number[] = [];
  for (let l = 0; l < degrees; l++) {
    const [fragments, fragmentsOut] = [tauIn[l]!, tauOut[l]!];
    const [skip, skipOut] = [(most - fragments) / 2, (mostOut - fragmentsOut) / 2];
    for (let i = 0; i < fragments * channelsIn; i++) {
      const row = ((l * most + skip) * channelsIn + i) * mostOut * channelsOut + skipOut * channelsOut;
      for (let k = 0; k < fragmentsOut * channelsOut; k++) places.push(row + k);
    }
  }
  return Int32Array.from(places);
}

/**
 * Correlation of a signal with learned filters, in the real basis: a generalized convolution whose weights are smooth in l.
 * Parameters: filters [knots, fragments in * channelsIn, fragments out * channelsOut]; bias [channelsOut], a constant function each.
 */
abstract class GroupConvolution<Options extends FilterOptions> extends Module<Options> {
  readonly filters: Tensor;
  readonly bias: Tensor | undefined;
  private readonly interpolation: Float64Array;
  private readonly places: Int32Array;

  constructor(
    options: Options,
    private readonly family: Family,
  ) {
    super(options);
    const { LOut = options.L, knots = LOut, channelsIn, channelsOut, dtype = 'float32' } = options;
    const op = this.constructor.name;
    checkWhole(op, 'LOut', LOut, 1, options.L);
    checkWhole(op, 'knots', knots, 1, LOut);
    checkWhole(op, 'channelsIn', channelsIn, 1);
    checkWhole(op, 'channelsOut', channelsOut, 1);
    const shapes = filterShapes(family, options);
    const place = { ...options, dtype };
    this.filters = this.parameter(tidy(() => mul(random.normal(shapes['filters']!, place), Math.sqrt(2 / shapes['filters']![1]!))));
    this.bias = shapes['bias'] && this.parameter(zeros(shapes['bias'], place));
    this.interpolation = interpolation(LOut, knots, family.gain);
    this.places = packedPlaces(family, channelsIn, channelsOut, LOut);
  }

  forward(x: Tensor): Tensor {
    const { tauIn, tauOut, constant } = this.family;
    const { channelsOut } = this.options;
    return tidy(() => {
      const { dtype, device, shape } = this.filters;
      const knots = shape[0]!;
      const degrees = tensor(this.interpolation, [this.interpolation.length / knots, knots], { dtype, device });
      const filters = reshape(matmul(degrees, reshape(this.filters, [knots, -1])), [-1]);
      const w = gatherRows(filters, tensor(this.places, [this.places.length], { device }));
      const bias = this.bias && { bias: reshape(mul(this.bias, 1 / constant), [1, channelsOut]) };
      return generalizedConvolution(x, w, { kind: 'full', tauIn, tauOut, channelsOut, ...bias });
    });
  }
}

/** Types of the input and the output of {@link S2Convolution}. */
export function s2ConvolutionTypes({ L, LOut = L, N }: S2ConvolutionOptions): Pick<Family, 'tauIn' | 'tauOut'> {
  return { tauIn: s2Type(L), tauOut: padded(so3Type(LOut, N), L) };
}

/**
 * Correlation on the sphere (Cohen et al. 2018; conventions.md): [..., L*L, channelsIn] -> signals on SO(3), [..., sum (2l+1) tau_l, channelsOut] of
 * type so3Type(LOut, N): out_lmn = 8 pi^2/(2l+1) sum_c f_lmc psi_lnc, with psi_ln = sqrt((2l+1)/4 pi) times the filter's value.
 */
export class S2Convolution extends GroupConvolution<S2ConvolutionOptions> {
  constructor(options: S2ConvolutionOptions) {
    const { L, LOut = L, N } = options;
    checkWhole('S2Convolution', 'N', N, 1, LOut);
    const gain = (l: number): number => ((8 * Math.PI ** 2) / (2 * l + 1)) * Math.sqrt((2 * l + 1) / (4 * Math.PI));
    super(options, { ...s2ConvolutionTypes(options), gain, constant: 1 / (8 * Math.PI ** 2) });
  }
}

/** Types of the input and the output of {@link SO3Convolution}. */
export function so3ConvolutionTypes({ L, LOut = L, N, NOut = N }: SO3ConvolutionOptions): Pick<Family, 'tauIn' | 'tauOut'> {
  return { tauIn: so3Type(L, N), tauOut: padded(so3Type(LOut, NOut), L) };
}

/**
 * Correlation on the rotation group: signals on SO(3) of type so3Type(L, N) to such of type so3Type(LOut, NOut), out_lmk = sum_c sum_n f_lmnc psi_lknc.
 */
export class SO3Convolution extends GroupConvolution<SO3ConvolutionOptions> {
  constructor(options: SO3ConvolutionOptions) {
    const { L, LOut = L, N, NOut = N } = options;
    checkWhole('SO3Convolution', 'N', N, 1, L);
    checkWhole('SO3Convolution', 'NOut', NOut, 1, LOut);
    super(options, { ...so3ConvolutionTypes(options), gain: () => 1, constant: 1 / (8 * Math.PI ** 2) });
  }
}

/** Types of the input and the output of {@link ZonalConvolution}. */
export function zonalConvolutionTypes({ L, LOut = L }: ZonalConvolutionOptions): Pick<Family, 'tauIn' | 'tauOut'> {
  return { tauIn: s2Type(L), tauOut: padded(s2Type(LOut), L) };
}

/** Convolution with filters that are symmetric about their axis (Esteves et al. 2018): [..., L*L, channelsIn] -> [..., LOut*LOut, channelsOut]. */
export class ZonalConvolution extends GroupConvolution<ZonalConvolutionOptions> {
  constructor(options: ZonalConvolutionOptions) {
    super(options, { ...zonalConvolutionTypes(options), gain: () => 1, constant: 1 / Math.sqrt(4 * Math.PI) });
  }
}
