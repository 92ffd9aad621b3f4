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
  /** Of the output of each block. */
  readonly blocks: readonly { readonly L: number; readonly channels: number }[];
  readonly classes: number;
  /** Which degrees the products couple; default 'mst'. */
  readonly mixing?: MixingRule;
  /** Width of the head; default 64. */
  readonly hidden?: number;
  /** Probability of dropping a hidden unit; default 0.2. */
  readonly dropout?: number;
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

function parameterOptions({ dtype, device }: ParameterOptions): ParameterOptions {
  return { ...(dtype && { dtype }), ...(device && { device }) };
}

/**
 * A strictly equivariant network for coefficients [n, L*L, 1] in the real basis: each block couples degrees by a Clebsch-Gordan product, mixes
 * fragments and channels by a constrained generalized convolution and is normalized; the bandlimit falls from block to block.
 */
export function sphericalNetwork(plan: SphericalNetworkPlan): SphericalNetwork {
  const { L, mixing = 'mst' } = plan;
  const options = parameterOptions(plan);
  const first = plan.blocks[0]?.channels ?? 1;
  const blocks: Module[] = [];
  const readouts = [new Invariants({ tau: s2Type(L), norms: true })];
  let [features, from, channels] = [L, L, first];
  for (const block of plan.blocks) {
    const [tauIn, tauOut] = [s2Type(from), s2Type(block.L)];
    const product = new TensorProductActivation({ tau: tauIn, edges: mixingSet(mixing, from, { lOut: block.L }) });
    const sizes = { channelsIn: channels, channelsOut: block.channels, constrained: true };
    const mixer = new GeneralizedConvolution({ tauIn: product.tau, tauOut, ...sizes, ...options });
    const norm = new CovariantNorm({ tau: tauOut, channels: block.channels, ...options });
    blocks.push(new Sequential([...(blocks.length === 0 ? lift(tauIn, first, options) : []), product, mixer, norm]));
    readouts.push(new Invariants({ tau: tauOut, norms: true }));
    features += block.L * block.channels;
    [from, channels] = [block.L, block.channels];
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
