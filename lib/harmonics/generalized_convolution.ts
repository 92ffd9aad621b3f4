import { expected } from '../errors.js';
import { pad } from '../ops/blocks.js';
import { contract } from '../ops/contract.js';
import { add } from '../ops/elementwise.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { checkType } from './degree.js';
import { type Tau, typeSize } from './irreps.js';

/**
 * What a generalized convolution mixes. Blocks of the packed weights for degree l, row-major, degree after degree:
 * full [tauIn, Cin, tauOut, Cout]: everything; uniform [tauIn, tauOut]: fragments, alike in all channels; channel [tauIn, tauOut, C]: fragments,
 * for each channel; cross [tau, Cin, Cout]: channels, for each fragment.
 */
export type ConvolutionKind = 'full' | 'uniform' | 'channel' | 'cross';

export interface GeneralizedConvolutionOptions {
  readonly kind: ConvolutionKind;
  readonly tauIn: Tau;
  /** For 'cross' equal to tauIn. */
  readonly tauOut: Tau;
  /** For 'full' and 'cross'; left out, as many as come in. */
  readonly channelsOut?: number;
  /** [tauOut_0, Cout], added to degree 0, the only one that rotations leave alone. */
  readonly bias?: Tensor;
}

interface Sizes {
  readonly tauIn: Tau;
  readonly tauOut: Tau;
  readonly channels: number;
  readonly channelsOut: number;
}

/** Number of weights of degree l. */
function blockSize(kind: ConvolutionKind, s: Sizes, l: number): number {
  const [i, o] = [s.tauIn[l]!, s.tauOut[l]!];
  return { full: i * s.channels * o * s.channelsOut, uniform: i * o, channel: i * o * s.channels, cross: i * s.channels * s.channelsOut }[
    kind
  ];
}

/** Number of weights of a generalized convolution from C to channelsOut channels. */
export function convolutionWeightSize(kind: ConvolutionKind, tauIn: Tau, tauOut: Tau, channels: number, channelsOut = channels): number {
  const sizes = { tauIn, tauOut, channels, channelsOut };
  return tauIn.reduce((sum, _, l) => sum + blockSize(kind, sizes, l), 0);
}

/** (size, stride in x, in w, in the result) of the indices of one degree, save batch and order. */
function indices(kind: ConvolutionKind, s: Sizes, l: number): number[] {
  const { channels: c, channelsOut: q } = s;
  const [i, o] = [s.tauIn[l]!, s.tauOut[l]!];
  switch (kind) {
    case 'full':
      return [i * c, 1, o * q, 0, o * q, 0, 1, 1];
    case 'uniform':
      return [i, c, o, 0, o, 0, 1, c, c, 1, 0, 1];
    case 'channel':
      return [i, c, o * c, 0, o, 0, c, c, c, 1, 1, 1];
    case 'cross':
      return [i, c, c * q, q, c, 1, q, 0, q, 0, 1, 1];
  }
}

/** contract spec: signals [batch, dIn, C] x packed weights -> [batch, dOut, Cout], one block per degree. */
function convolutionSpec(kind: ConvolutionKind, s: Sizes, batch: number): Float64Array {
  const spec = [0];
  const [sizeIn, sizeOut] = [typeSize(s.tauIn) * s.channels, typeSize(s.tauOut) * s.channelsOut];
  let [x, w, out] = [0, 0, 0];
  s.tauIn.forEach((fragmentsIn, l) => {
    const orders = 2 * l + 1;
    const [rowIn, rowOut] = [fragmentsIn * s.channels, s.tauOut[l]! * s.channelsOut];
    if (rowOut > 0) {
      const inner = indices(kind, s, l);
      spec[0]!++;
      spec.push(x, w, out, 2 + inner.length / 4, batch, sizeIn, 0, sizeOut, orders, rowIn, 0, rowOut, ...inner);
    }
    x += orders * rowIn;
    w += blockSize(kind, s, l);
    out += orders * rowOut;
  });
  return new Float64Array(spec);
}

function resolve(x: Tensor, w: Tensor, o: GeneralizedConvolutionOptions): Sizes {
  const op = 'generalizedConvolution';
  const channels = checkType(op, 'x', x, o.tauIn);
  if (!['full', 'uniform', 'channel', 'cross'].includes(o.kind))
    throw expected(op, "'full', 'uniform', 'channel' or 'cross'", 'kind', o.kind);
  if (o.tauOut.length !== o.tauIn.length) throw expected(op, `${o.tauIn.length} degrees, as tauIn`, 'tauOut', [...o.tauOut]);
  const channelsOut = o.channelsOut ?? channels;
  if ((o.kind === 'uniform' || o.kind === 'channel') && channelsOut !== channels) {
    throw expected(op, `${channels}, the number of input channels, for kind '${o.kind}'`, 'channelsOut', channelsOut);
  }
  if (o.kind === 'cross' && o.tauOut.join() !== o.tauIn.join()) throw expected(op, "tauIn for kind 'cross'", 'tauOut', [...o.tauOut]);
  const size = convolutionWeightSize(o.kind, o.tauIn, o.tauOut, channels, channelsOut);
  if (w.shape.length !== 1 || w.size !== size) throw expected(op, `[${size}]`, 'w', w.shape, 'ERR_SHAPE');
  const bias = [o.tauOut[0] ?? 0, channelsOut];
  if (o.bias !== undefined && o.bias.shape.join() !== bias.join())
    throw expected(op, `[${bias.join(', ')}]`, 'bias', o.bias.shape, 'ERR_SHAPE');
  return { tauIn: o.tauIn, tauOut: o.tauOut, channels, channelsOut };
}

/**
 * The general equivariant linear map between generalized signals, degree by degree (Cobb et al. 2021, eq. 9): [..., sum (2l+1) tauIn_l, C] with packed
 * weights [W] -> [..., sum (2l+1) tauOut_l, Cout]. The kinds 'uniform', 'channel' and 'cross' in turn are the constrained convolution.
 * Real weights on complex signals have the signals' dtype. Differentiable to any order in x, w and bias.
 */
export function generalizedConvolution(x: Tensor, w: Tensor, options: GeneralizedConvolutionOptions): Tensor {
  const sizes = resolve(x, w, options);
  const batch = x.shape.slice(0, -2);
  const rows = typeSize(sizes.tauOut);
  const count = batch.reduce((a, b) => a * b, 1);
  return tidy(() => {
    const out = contract(x, w, convolutionSpec(options.kind, sizes, count), [...batch, rows, sizes.channelsOut]);
    return options.bias === undefined ? out : add(out, pad(options.bias, [0, 0], [rows - options.bias.shape[0]!, 0]));
  });
}
