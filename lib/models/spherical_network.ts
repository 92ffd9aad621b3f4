import { expected } from '../errors.js';
import type { Tau } from '../harmonics/irreps.js';
import { Invariants } from '../nn/invariants.js';
import { Module } from '../nn/module.js';
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
