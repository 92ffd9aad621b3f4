import { expected } from '../errors.js';
import { type Tau, s2Type } from '../harmonics/irreps.js';
import { type MixingRule, mixingSet } from '../harmonics/mixing_set.js';
import { Activation } from '../nn/activation.js';
import { BatchNorm } from '../nn/batch_norm.js';
import { CovariantNorm } from '../nn/covariant_norm.js';
import { Dropout } from '../nn/dropout.js';
import { GeneralizedConvolution } from '../nn/generalized_convolution.js';
import { Invariants } from '../nn/invariants.js';
import { Linear, type ParameterOptions } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { Sequential } from '../nn/sequential.js';
import { TensorProductActivation } from '../nn/tensor_product.js';
import { concat } from '../ops/layout.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

export interface SphericalNetworkOptions {
  /** Equivariant maps of generalized signals, one after another. */
  readonly blocks: readonly Module[];
  /** Invariants of the input and of the output of each block. */
  readonly readouts: readonly Invariants[];
  /** From all invariants, joined, to the result. */
  readonly head: Module;
}

/** Equivariant blocks whose invariants, those of the input included, go into a dense head (Kondor et al. 2018; Cobb et al. 2021). */
export class SphericalNetwork extends Module<SphericalNetworkOptions> {
  readonly blocks: readonly Module[];
  readonly readouts: readonly Invariants[];
  readonly head: Module;

  constructor(options: SphericalNetworkOptions) {
    super(options);
    const { blocks, readouts, head } = options;
    if (readouts.length !== blocks.length + 1)
      throw expected('SphericalNetwork', `${blocks.length + 1} (blocks + 1)`, 'readouts', readouts.length);
    if (!readouts.every((readout) => readout instanceof Invariants))
      throw expected('SphericalNetwork', 'Invariants', 'readouts', 'other modules');
    [this.blocks, this.readouts, this.head] = [blocks, readouts, head];
  }

  /** Types of the input and of each block's output. */
  get types(): Tau[] {
    return this.readouts.map((readout) => readout.options.tau);
  }

  /** The generalized signals that the read-outs see: x [n, sum (2l+1) tau_l, C] and the output of each block, of the `types`. */
  signals(x: Tensor): Tensor[] {
    return tidy(() => {
      const signals = [x];
      for (const block of this.blocks) signals.push(block.forward(signals.at(-1)!));
      return signals;
    });
  }

  forward(x: Tensor): Tensor {
    return tidy(() => {
      const invariants = this.signals(x).map((signal, i) => this.readouts[i]!.forward(signal));
      return this.head.forward(concat(invariants, -1));
    });
  }
}

export interface SphericalNetworkPlan extends ParameterOptions {
  /** Bandlimit of the input. */
  readonly L: number;
  readonly classes: number;
  /** Bandlimit and channels of the output of each block; default 6, 5, 4 with 10, 12, 12 (with L = 12 and 10 classes 38,942 weights). */
  readonly blocks?: readonly { readonly L: number; readonly channels: number }[];
  /** Which degrees the products couple; default 'full'. With 'mst' and 'rmst' even degrees have their loops too. */
  readonly mixing?: MixingRule;
  /** Whether the convolutions are constrained: far fewer weights, for blocks with many channels. Default false. */
  readonly constrained?: boolean;
  /** Width of the head; default 64. */
  readonly hidden?: number;
  /** Probability of dropping a hidden unit; default 0.2. */
  readonly dropout?: number;
}

const defaultBlocks = [
  { L: 6, channels: 10 },
  { L: 5, channels: 12 },
  { L: 4, channels: 12 },
];

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

function parameterOptions({ dtype, device }: ParameterOptions): ParameterOptions {
  return { ...(dtype && { dtype }), ...(device && { device }) };
}

/**
 * A strictly equivariant network for coefficients [n, L*L, 1] in the real basis: each block couples degrees by a Clebsch-Gordan product, mixes
 * fragments and channels by a generalized convolution and is normalized; the bandlimit falls from block to block.
 */
export function sphericalNetwork(plan: SphericalNetworkPlan): SphericalNetwork {
  const { L, mixing = 'full', constrained = false, blocks: sizes = defaultBlocks } = plan;
  const options = parameterOptions(plan);
  const loops = mixing === 'full' ? {} : ({ loops: 'even' } as const);
  const blocks: Module[] = [];
  const readouts = [new Invariants({ tau: s2Type(L), norms: true })];
  let [features, from, channelsIn] = [L, L, sizes[0]?.channels ?? 1];
  for (const { L: to, channels } of sizes) {
    const tau = s2Type(to);
    const product = new TensorProductActivation({ tau: s2Type(from), edges: mixingSet(mixing, from, { lOut: to, ...loops }) });
    const mixer = new GeneralizedConvolution({
      tauIn: product.tau,
      tauOut: tau,
      channelsIn,
      channelsOut: channels,
      constrained,
      ...options,
    });
    const norm = new CovariantNorm({ tau, channels, ...options });
    const first = blocks.length === 0 ? lift(s2Type(L), channelsIn, options) : [];
    blocks.push(new Sequential([...first, product, mixer, norm]));
    readouts.push(new Invariants({ tau, norms: true }));
    features += to * channels;
    [from, channelsIn] = [to, channels];
  }
  return new SphericalNetwork({ blocks, readouts, head: denseHead(features, plan) });
}

/** The one input channel, normalized, as several: each a filtered copy. */
function lift(tau: Tau, channels: number, options: ParameterOptions): Module[] {
  return [
    new CovariantNorm({ tau, channels: 1, ...options }),
    new GeneralizedConvolution({ tauIn: tau, tauOut: tau, channelsIn: 1, channelsOut: channels, ...options }),
  ];
}
