import { expected } from '../errors.js';
import { type Tau, s2Type, so3Type } from '../harmonics/irreps.js';
import { type MixingRule, mixingSet } from '../harmonics/mixing_set.js';
import { Activation, type Pointwise } from '../nn/activation.js';
import { BatchNorm } from '../nn/batch_norm.js';
import { CovariantNorm } from '../nn/covariant_norm.js';
import { Dropout } from '../nn/dropout.js';
import { fragmentCount } from '../nn/fragments.js';
import { GeneralizedConvolution } from '../nn/generalized_convolution.js';
import { S2Convolution, SO3Convolution } from '../nn/group_convolution.js';
import { Invariants } from '../nn/invariants.js';
import { Linear, type ParameterOptions } from '../nn/linear.js';
import type { Module } from '../nn/module.js';
import { Sequential } from '../nn/sequential.js';
import { SignalNorm } from '../nn/signal_norm.js';
import { SO3Activation } from '../nn/so3_activation.js';
import { TensorProductActivation } from '../nn/tensor_product.js';
import { SphericalNetwork } from './spherical_network.js';

/** Correlation with filters on the sphere or on SO(3), and a point-wise activation there. Group blocks come before product blocks. */
export interface GroupBlockPlan {
  readonly kind: 'group';
  /** Bandlimits of the output: degrees l < L, orders |n| < N. */
  readonly L: number;
  readonly N: number;
  readonly channels: number;
  /** Of the filters (see S2Convolution). */
  readonly knots: number;
  /** Default 'silu'. With 'square' the block is strictly equivariant from an oversampling of 1.5 on. */
  readonly fn?: Pointwise;
  /** Of the grid of the activation; default 2. */
  readonly oversampling?: number;
  /** First value of the constants that are added in front of the activation; default 0. */
  readonly shift?: number;
}

/** A Clebsch-Gordan product, a generalized convolution and a covariant norm. */
export interface ProductBlockPlan {
  readonly kind?: 'product';
  readonly L: number;
  readonly channels: number;
  /** What the product gets: the signal correlated with filters, on the sphere. Default for the first block `channels` copies; else the signal as it is. */
  readonly lift?: { readonly L: number; readonly channels: number; readonly knots: number };
  /** Fragments of each degree between the first two steps of a constrained convolution; default 1. */
  readonly fragments?: number;
}

export type BlockPlan = GroupBlockPlan | ProductBlockPlan;

export interface SphericalNetworkPlan extends ParameterOptions {
  /** Bandlimit of the input. */
  readonly L: number;
  readonly classes: number;
  /** The bandlimit does not rise. Default: products with L = 6, 5, 4 and 10, 12, 12 channels (with L = 12 and 10 classes 38,942 weights). */
  readonly blocks?: readonly BlockPlan[];
  /** Which degrees the products couple; default 'full'. With 'mst' and 'rmst' even degrees have their loops too. */
  readonly mixing?: MixingRule;
  /** Whether the convolutions after products are constrained: far fewer weights, for blocks with many channels. Default false. */
  readonly constrained?: boolean;
  /** Whether the norms between blocks scale each sample to mean square 1 as well (see SignalNorm); default false. */
  readonly normalizeSamples?: boolean;
  /** Width of the head; default 64. */
  readonly hidden?: number;
  /** Probability of dropping a hidden unit; default 0.2. */
  readonly dropout?: number;
}

const defaultBlocks: readonly BlockPlan[] = [
  { L: 6, channels: 10 },
  { L: 5, channels: 12 },
  { L: 4, channels: 12 },
];

function parameterOptions({ dtype, device }: ParameterOptions): ParameterOptions {
  return { ...(dtype && { dtype }), ...(device && { device }) };
}

/** A signal on its way through the network: on SO(3) where it has an N, else on the sphere. */
interface Signal {
  readonly L: number;
  readonly N?: number;
  readonly channels: number;
}

function typeOf({ L, N }: Signal): Tau {
  return N === undefined ? s2Type(L) : so3Type(L, N);
}

function correlation(
  { L, N, channels }: Signal,
  to: { L: number; N: number; channels: number; knots: number },
  o: ParameterOptions,
): Module {
  // No bias: the norm that follows adds constants of its own, or takes them away.
  const common = { L, LOut: to.L, channelsIn: channels, channelsOut: to.channels, knots: to.knots, bias: false, ...o };
  return N === undefined ? new S2Convolution({ ...common, N: to.N }) : new SO3Convolution({ ...common, N, NOut: to.N });
}

function groupBlock(from: Signal, to: GroupBlockPlan, { normalizeSamples = false, ...plan }: SphericalNetworkPlan): Module[] {
  const { L, N, channels, fn = 'silu', oversampling = 2, shift = 0 } = to;
  const o = parameterOptions(plan);
  const norm = new SignalNorm({ L, N, channels, shift, normalizeSamples, ...o });
  return [correlation(from, to, o), norm, new SO3Activation({ L, N, fn, oversampling })];
}

/** The input of a product, on the sphere. */
function lifted(
  from: Signal,
  { lift, channels }: ProductBlockPlan,
  first: boolean,
  { normalizeSamples = false, ...plan }: SphericalNetworkPlan,
): { modules: Module[]; signal: Signal } {
  const o = parameterOptions(plan);
  if (lift !== undefined) {
    const norm = new CovariantNorm({ tau: s2Type(lift.L), channels: lift.channels, normalizeSamples, ...o });
    return { modules: [correlation(from, { ...lift, N: 1 }, o), norm], signal: { L: lift.L, channels: lift.channels } };
  }
  if (from.N !== undefined) throw expected('sphericalNetwork', 'a lift', 'the first product block after group blocks', 'none');
  if (!first) return { modules: [], signal: from };
  const tau = s2Type(from.L);
  const copies = new GeneralizedConvolution({ tauIn: tau, tauOut: tau, channelsIn: from.channels, channelsOut: channels, ...o });
  return { modules: [copies], signal: { L: from.L, channels } };
}

function productBlock(from: Signal, to: ProductBlockPlan, first: boolean, plan: SphericalNetworkPlan): Module[] {
  const { mixing = 'full', constrained = false, normalizeSamples = false } = plan;
  const o = parameterOptions(plan);
  const { modules, signal } = lifted(from, to, first, plan);
  const loops = mixing === 'full' ? {} : ({ loops: 'even' } as const);
  const product = new TensorProductActivation({ tau: s2Type(signal.L), edges: mixingSet(mixing, signal.L, { lOut: to.L, ...loops }) });
  const tau = s2Type(to.L);
  const mixer = new GeneralizedConvolution({
    tauIn: product.tau,
    tauOut: tau,
    ...(to.fragments !== undefined && { tauMid: tau.map(() => to.fragments!) }),
    channelsIn: signal.channels,
    channelsOut: to.channels,
    constrained,
    ...o,
  });
  return [...modules, product, mixer, new CovariantNorm({ tau, channels: to.channels, normalizeSamples, ...o })];
}

/** A dense head: [n, features] -> [n, classes]. */
function denseHead(features: number, { classes, hidden = 64, dropout = 0.2, ...options }: SphericalNetworkPlan): Module {
  return new Sequential([
    new BatchNorm({ channels: features, ...parameterOptions(options) }),
    new Linear(features, hidden, parameterOptions(options)),
    new Activation({ fn: 'silu' }),
    new Dropout({ p: dropout }),
    new Linear(hidden, classes, parameterOptions(options)),
  ]);
}

/**
 * A network for coefficients [n, L*L, 1] in the real basis, block after block, with a head that sees invariants of all of them: the norms of all
 * fragments of the input and of product blocks, the means of group blocks. Without group blocks it is strictly equivariant; these are up to the
 * aliasing of their activations, for which their input is normalized. Throws ERR_VALUE where blocks do not fit together.
 */
export function sphericalNetwork(plan: SphericalNetworkPlan): SphericalNetwork {
  const { L, blocks: plans = defaultBlocks } = plan;
  const o = parameterOptions(plan);
  const blocks: Module[] = [];
  const readouts = [new Invariants({ tau: s2Type(L), norms: true })];
  let [features, signal]: [number, Signal] = [L, { L, channels: 1 }];
  for (const [i, block] of plans.entries()) {
    if (block.L > signal.L) throw expected('sphericalNetwork', `at most ${signal.L}`, `the bandlimit of block ${i + 1}`, block.L);
    const onGroup = block.kind === 'group';
    const first = i === 0 ? [new CovariantNorm({ tau: s2Type(L), channels: 1, ...o })] : [];
    blocks.push(new Sequential([...first, ...(onGroup ? groupBlock(signal, block, plan) : productBlock(signal, block, i === 0, plan))]));
    signal = { L: block.L, ...(onGroup && { N: block.N }), channels: block.channels };
    const tau = typeOf(signal);
    readouts.push(new Invariants({ tau, norms: !onGroup }));
    features += (onGroup ? tau[0]! : fragmentCount(tau)) * block.channels;
  }
  return new SphericalNetwork({ blocks, readouts, head: denseHead(features, plan) });
}
