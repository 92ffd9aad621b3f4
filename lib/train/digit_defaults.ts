import type { DigitModel } from '../models/digits.js';

/** How a network is trained. */
export interface HyperParameters {
  readonly epochs: number;
  /** Epochs of a quick run, which has 10,000 digits. */
  readonly quickEpochs: number;
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
  /** Steps between checkpoints: about half a minute on two cores. */
  readonly checkpointEvery: number;
}

const spherical: HyperParameters = {
  epochs: 12,
  quickEpochs: 12,
  batch: 64,
  lr: 3e-3,
  warmup: 0.05,
  weightDecay: 1e-4,
  maxNorm: null,
  averageDecay: 0.999,
  labelSmoothing: 0,
  checkpointEvery: 200,
};

/** What `clebsch train spherical-mnist` does unless it is told otherwise. */
export const digitDefaults: Readonly<Record<DigitModel, HyperParameters>> = {
  hybrid: spherical,
  strict: spherical,
  planar: { ...spherical, lr: 2e-3, checkpointEvery: 1000 },
};

/** Digits of a quick run. */
export const quickLimit = 10_000;
