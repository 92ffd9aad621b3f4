import type { DigitModel } from '../models/digits.js';

/** How a network is trained. */
export interface HyperParameters {
  readonly epochs: number;
  readonly batch: number;
  /** Largest learning rate: it rises linearly over a share `warmup` of all steps, then falls by half a cosine to 0. */
  readonly lr: number;
  readonly warmup: number;
  readonly weightDecay: number;
  /** Longest gradient, null: any. */
  readonly maxNorm: number | null;
  /** Of the averaged weights that are validated and saved; 0: the weights themselves. */
  readonly averageDecay: number;
  readonly labelSmoothing: number;
  /** Copies of the training digits, which epochs take in turn: the digits as they are, then each under small random stretches (no rotations). */
  readonly copies: number;
  /** Standard deviation of the logarithms of the stretches. */
  readonly strain: number;
  /** Steps between checkpoints: about half a minute on two cores. */
  readonly checkpointEvery: number;
}

const spherical: HyperParameters = {
  epochs: 24,
  batch: 64,
  lr: 3e-3,
  warmup: 0.05,
  weightDecay: 1e-2,
  maxNorm: 1,
  averageDecay: 0.9995,
  labelSmoothing: 0.05,
  copies: 1,
  strain: 0.1,
  checkpointEvery: 500,
};

/** What `clebsch train spherical-mnist` does unless it is told otherwise. */
export const digitDefaults: Readonly<Record<DigitModel, HyperParameters>> = {
  hybrid: { ...spherical, copies: 16, strain: 0.12 },
  strict: { ...spherical, epochs: 12, checkpointEvery: 1500 },
  planar: { ...spherical, epochs: 6, lr: 2e-3, checkpointEvery: 2000 },
};

/** What `--quick` does instead: at most five minutes on two cores. */
export const quickRun = { limit: 10_000, epochs: { hybrid: 24, strict: 12, planar: 12 } } as const satisfies {
  limit: number;
  epochs: Record<DigitModel, number>;
};
