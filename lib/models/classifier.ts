import { expected } from '../errors.js';
import { Module } from '../nn/module.js';
import type { Tensor } from '../tensor.js';
import type { SignalInput } from '../data/signal_input.js';

export interface ClassifierOptions {
  readonly network: Module;
  readonly input: SignalInput;
  /** Names of the classes, one per logit. */
  readonly classes: readonly string[];
}

/** A network with all that is needed to apply it to new data: how its input is prepared, and what its outputs mean. */
export class Classifier extends Module<ClassifierOptions> {
  readonly network: Module;

  constructor(options: ClassifierOptions) {
    super(options);
    const { L, bandlimit } = options.input;
    if (L > bandlimit) throw expected('Classifier', `at most bandlimit = ${bandlimit}`, 'input.L', L);
    this.network = options.network;
  }

  /** Prepared input [n, ...] (see `prepareSignals`) to logits [n, classes]. */
  forward(x: Tensor): Tensor {
    return this.network.forward(x);
  }
}
