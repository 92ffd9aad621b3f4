import { isComplex, realDtype } from '../dtype.js';
import { expected } from '../errors.js';
import { degreeOffset, irreps, typeSize } from '../harmonics/irreps.js';
import { rotate } from '../harmonics/rotation.js';
import { checkWhole } from '../harmonics/sampling.js';
import { type TensorProductPath, type WeightedTensorProductOptions, pathWeightSize } from '../harmonics/weighted_tensor_product.js';
import { mul } from '../ops/elementwise.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { type RowSource, takeRows } from './rows.js';

export interface E3nnSignalOptions {
  /** e3nn's type, as in '16x0e+8x1o'; see `irreps`. Blocks of one degree follow one another in our fragments. */
  readonly irreps: string;
  /** C; each multiplicity is tau_l C, the channel fastest. Default 1. */
  readonly channels?: number;
  /**
   * 'renamed' (default): e3nn's (x, y, z) are our (y, z, x), so that coefficients are equal as they are; 'same': one function, x, y and z the
   * same in both.
   */
  readonly axes?: 'renamed' | 'same';
}

/** tau of one channel, and the number of channels. */
function typeOf(op: string, { irreps: text, channels = 1, axes = 'renamed' }: E3nnSignalOptions): { tau: number[]; channels: number } {
  checkWhole(op, 'channels', channels, 1);
  if (axes !== 'renamed' && axes !== 'same') throw expected(op, "'renamed' or 'same'", 'axes', axes);
  const { tau } = irreps(text);
  if (tau.some((n) => n % channels !== 0)) throw expected(op, `multiplicities that ${channels} channels divide`, 'irreps', `'${text}'`);
  return { tau: tau.map((n) => n / channels), channels };
}

/** A term of e3nn's notation: copies first..first+count-1 of those of degree l. */
interface Block {
  readonly l: number;
  readonly first: number;
  readonly count: number;
}

function blocksOf(text: string): Block[] {
  const used: number[] = [];
  return text.split('+').map((term) => {
    const { tau } = irreps(term);
    const l = tau.length - 1;
    const [first, count] = [used[l] ?? 0, tau[l]!];
    used[l] = first + count;
    return { l, first, count };
  });
}

/** Where the numbers of e3nn's row lie in a row [typeSize(tau), C] of ours. */
function places(text: string, tau: readonly number[], channels: number): number[] {
  return blocksOf(text).flatMap(({ l, first, count }) => {
    const orders = 2 * l + 1;
    return Array.from({ length: count * orders }, (_, i) => {
      const [copy, order] = [first + Math.floor(i / orders), i % orders];
      const row = degreeOffset(tau, l) + order * tau[l]! + Math.floor(copy / channels);
      return row * channels + (copy % channels);
    });
  });
}

const quarter = Math.PI / 2;

/** e3nn's features [..., dim of the irreps] of ours, real basis, [..., sum (2l+1) tau_l, C]. ERR_SHAPE where x is of another type. */
export function toE3nn(x: Tensor, options: E3nnSignalOptions): Tensor {
  const op = 'toE3nn';
  const { tau, channels } = typeOf(op, options);
  const rows = typeSize(tau);
  if (x.shape.slice(-2).join() !== [rows, channels].join()) throw expected(op, `[..., ${rows}, ${channels}]`, 'x', x.shape, 'ERR_SHAPE');
  return tidy(() => {
    const turned = options.axes === 'same' ? rotate(x, { alpha: 0, beta: quarter, gamma: quarter }, { tau, basis: 'real' }) : x;
    const lead = x.shape.slice(0, -2);
    const flat = reshape(turned, [...lead, rows * channels, 1]);
    const sources = places(options.irreps, tau, channels).map((from) => ({ from, factor: 1 }));
    return reshape(takeRows(flat, sources), [...lead, rows * channels]);
  });
}

/** The inverse of {@link toE3nn}: [..., dim of the irreps] -> [..., sum (2l+1) tau_l, C]. */
export function fromE3nn(x: Tensor, options: E3nnSignalOptions): Tensor {
  const op = 'fromE3nn';
  const { tau, channels } = typeOf(op, options);
  const size = typeSize(tau) * channels;
  if (x.shape.at(-1) !== size) throw expected(op, `[..., ${size}]`, 'x', x.shape, 'ERR_SHAPE');
  const sources = new Array<{ from: number; factor: number }>(size);
  places(options.irreps, tau, channels).forEach((place, from) => (sources[place] = { from, factor: 1 }));
  return tidy(() => {
    const lead = x.shape.slice(0, -1);
    const ours = reshape(takeRows(reshape(x, [...lead, size, 1]), sources), [...lead, typeSize(tau), channels]);
    return options.axes === 'same' ? rotate(ours, { alpha: -quarter, beta: -quarter, gamma: 0 }, { tau, basis: 'real' }) : ours;
  });
}

/** e3nn's options of the same names; 'none' for factors of 1. */
export interface E3nnNormalization {
  /** Default 'component'. */
  readonly irrepNormalization?: 'component' | 'norm' | 'none';
  /** Default 'element'. */
  readonly pathNormalization?: 'element' | 'path' | 'none';
}

/** Products of fragments that a path adds up in one fragment of the output. */
function elements({ tau1, tau2 }: WeightedTensorProductOptions, { l1, l2, mode }: TensorProductPath): number {
  return { uvw: tau1[l1]! * tau2[l2]!, uvu: tau2[l2]!, uuu: 1 }[mode];
}

/** What e3nn multiplies a path's coefficients and weights by. */
function pathCoefficient(o: WeightedTensorProductOptions, path: TensorProductPath, normalization: E3nnNormalization): number {
  const { irrepNormalization = 'component', pathNormalization = 'element' } = normalization;
  const { l1, l2, l } = path;
  const size = { component: 2 * l + 1, norm: (2 * l1 + 1) * (2 * l2 + 1), none: 1 }[irrepNormalization];
  const beside = o.paths.filter((other) => other.l === l);
  const count = {
    element: beside.reduce((total, other) => total + elements(o, other), 0),
    path: elements(o, path) * beside.length,
    none: 1,
  }[pathNormalization];
  if (Number.isNaN(Math.sqrt(size / count))) throw expected('e3nnWeights', 'a normalization of e3nn', 'normalization', normalization);
  return Math.sqrt(size / count);
}

/** The factor of each weight of e3nn in ours: wigner_3j = (-1)^floor((l1+l2-l)/2) C / sqrt(2l+1), and e3nn's normalization. */
function weightFactors(o: WeightedTensorProductOptions, normalization: E3nnNormalization): number[] {
  return o.paths.flatMap((path) => {
    const { l1, l2, l } = path;
    const sign = Math.floor((l1 + l2 - l) / 2) % 2 === 0 ? 1 : -1;
    return new Array<number>(pathWeightSize(o, path)).fill((sign * pathCoefficient(o, path, normalization)) / Math.sqrt(2 * l + 1));
  });
}

function checkWeights(op: string, w: Tensor, size: number): void {
  if (isComplex(w.dtype)) throw expected(op, 'float32 or float64', 'w', w.dtype, 'ERR_DTYPE');
  if (w.shape.join() !== String(size)) throw expected(op, `[${size}]`, 'w', w.shape, 'ERR_SHAPE');
}

function scaled(op: string, w: Tensor, factors: readonly number[]): Tensor {
  checkWeights(op, w, factors.length);
  return tidy(() =>
    mul(w, tensor([...factors], [factors.length], { dtype: realDtype(w.dtype) as 'float32' | 'float64', device: w.device })),
  );
}

/**
 * The weights of `weightedTensorProduct(product)` [W] from those of e3nn's TensorProduct with one block per degree and the same paths in the
 * same order, so that both give the same numbers (with renamed axes, or any axes that are the same for all signals).
 */
export function fromE3nnWeights(w: Tensor, product: WeightedTensorProductOptions, normalization: E3nnNormalization = {}): Tensor {
  return scaled('fromE3nnWeights', w, weightFactors(product, normalization));
}

/** The inverse of {@link fromE3nnWeights}. */
export function toE3nnWeights(w: Tensor, product: WeightedTensorProductOptions, normalization: E3nnNormalization = {}): Tensor {
  return scaled(
    'toE3nnWeights',
    w,
    weightFactors(product, normalization).map((factor) => 1 / factor),
  );
}

export interface E3nnLinearOptions {
  /** e3nn's types of input and output, as in '16x0e+8x1o'; see `irreps`. */
  readonly irrepsIn: string;
  readonly irrepsOut: string;
  /** e3nn's option; default 'element'. */
  readonly pathNormalization?: 'element' | 'path';
}

function linearBlocks(op: string, { irrepsIn, irrepsOut, pathNormalization = 'element' }: E3nnLinearOptions): [Block[], Block[]] {
  if (pathNormalization !== 'element' && pathNormalization !== 'path')
    throw expected(op, "'element' or 'path'", 'pathNormalization', pathNormalization);
  const [from, to] = [irreps(irrepsIn), irreps(irrepsOut)];
  const other = from.tau.findIndex((n, l) => n > 0 && (to.tau[l] ?? 0) > 0 && from.parity[l] !== to.parity[l]);
  if (other >= 0) throw expected(op, `degree ${other} with the parity of irrepsIn ('${irrepsIn}')`, 'irrepsOut', `'${irrepsOut}'`);
  return [blocksOf(irrepsIn), blocksOf(irrepsOut)];
}

/** For each of our packed weights its place among e3nn's, which go block of the input by block of the output, and e3nn's factor. */
function linearSources(op: string, o: E3nnLinearOptions): RowSource[] {
  const [inputs, outputs] = linearBlocks(op, o);
  const copies = (blocks: readonly Block[], l: number): number => blocks.reduce((n, block) => n + (block.l === l ? block.count : 0), 0);
  const start = (degree: number): number =>
    Array.from({ length: degree }, (_, l) => copies(inputs, l) * copies(outputs, l)).reduce((a, b) => a + b, 0);
  const sources: RowSource[] = [];
  let from = 0;
  for (const x of inputs) {
    const { l } = x;
    const [begin, width] = [start(l), copies(outputs, l)];
    const terms = o.pathNormalization === 'path' ? x.count * inputs.filter((other) => other.l === l).length : copies(inputs, l);
    for (const y of outputs.filter((other) => other.l === l)) {
      for (let u = 0; u < x.count; u++) {
        for (let v = 0; v < y.count; v++, from++) {
          sources[begin + (x.first + u) * width + y.first + v] = { from, factor: 1 / Math.sqrt(terms) };
        }
      }
    }
  }
  return sources;
}

function takeWeights(op: string, w: Tensor, sources: readonly RowSource[]): Tensor {
  const size = sources.length;
  checkWeights(op, w, size);
  return tidy(() => reshape(takeRows(reshape(w, [size, 1]), sources), [size]));
}

/**
 * The weights [W] of e3nn's Linear with all its paths, as `generalizedConvolution` of kind 'full' (nn.GeneralizedConvolution: weights.0) takes
 * them, whatever the numbers of channels: those of e3nn's degree l are [tauIn_l Cin, tauOut_l Cout] in both. e3nn's bias is our `bias`, reshaped
 * to [tauOut_0, Cout]. ERR_VALUE where a degree has one parity in the input and the other in the output (e3nn has no path there),
 * ERR_SHAPE and ERR_DTYPE where w is not real [W].
 */
export function fromE3nnLinearWeights(w: Tensor, options: E3nnLinearOptions): Tensor {
  const op = 'fromE3nnLinearWeights';
  return takeWeights(op, w, linearSources(op, options));
}

/** The inverse of {@link fromE3nnLinearWeights}, with the same errors. */
export function toE3nnLinearWeights(w: Tensor, options: E3nnLinearOptions): Tensor {
  const op = 'toE3nnLinearWeights';
  const sources: RowSource[] = [];
  linearSources(op, options).forEach(({ from, factor }, i) => (sources[from] = { from: i, factor: 1 / factor }));
  return takeWeights(op, w, sources);
}
