import { expected } from '../errors.js';
import type { Sampling } from '../harmonics/sampling.js';
import { type S2Transform, s2Transform } from '../harmonics/s2_transform.js';
import { slice } from '../ops/blocks.js';
import { expandDims } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type Interpolation, type SphereGrid, projectDigits } from './projection.js';

/** How signals on the sphere become the input of a network: degrees l < L of samples on a grid. */
export interface SignalInput {
  /** Grid of the samples; fine enough that projecting a digit does not alias into the degrees that are kept. */
  readonly sampling: Exclude<Sampling, 'equiangular'>;
  readonly bandlimit: number;
  /** Degrees that are kept, L <= bandlimit. */
  readonly L: number;
  /** 'coefficients': [n, L*L, 1] in the real basis; 'image': the same signals sampled at 2L latitudes and 2L longitudes, [n, 2L, 2L, 1]. */
  readonly form: 'coefficients' | 'image';
  /** How digits are read where they are put on the sphere; default 'bilinear'. */
  readonly interpolation?: Interpolation;
}

/** Digits, degrees l < L: sampled at twice the bandlimit, so that little of their fine detail folds back. */
export function digitInput(L: number, form: SignalInput['form'], interpolation?: Interpolation): SignalInput {
  return { sampling: 'gl', bandlimit: 2 * L, L, form, ...(interpolation && { interpolation }) };
}

/** The transform on the grid of the samples. */
export function inputGrid({ sampling, bandlimit }: SignalInput, like?: Tensor): S2Transform {
  const options = like === undefined ? {} : { dtype: like.dtype as 'float32' | 'float64', device: like.device };
  return s2Transform({ L: bandlimit, sampling, real: true, ...options });
}

/** Where digits are sampled, and how. */
export function digitGrid(input: SignalInput): SphereGrid {
  const { theta, nPhi } = inputGrid(input);
  return { theta, nPhi, ...(input.interpolation && { interpolation: input.interpolation }) };
}

/** Shape of the network's input for one signal. */
export function inputShape({ L, form }: SignalInput): number[] {
  return form === 'image' ? [2 * L, 2 * L, 1] : [L * L, 1];
}

/**
 * Digits [n, 28, 28], 0..255, as samples [n, nTheta, nPhi] on the input's grid (see `projectDigits`), each turned by its `angles` [n, 3].
 * The event loop runs in between. Throws ERR_SHAPE, or ERR_ABORTED after `signal`.
 */
export async function digitSignals(
  images: Uint8Array,
  input: SignalInput,
  options: { readonly angles?: ArrayLike<number>; readonly signal?: AbortSignal } = {},
): Promise<Float32Array> {
  return projectDigits(images, digitGrid(input), options);
}

/** Samples [n, nTheta, nPhi], float32 or float64, as the network's input [n, ...]. */
export function prepareSignals(signals: Tensor, input: SignalInput): Tensor {
  const grid = inputGrid(input, signals);
  const [n, nTheta, nPhi] = signals.shape;
  if (signals.shape.length !== 3 || nTheta !== grid.nTheta || nPhi !== grid.nPhi) {
    throw expected('prepareSignals', `[n, ${grid.nTheta}, ${grid.nPhi}]`, 'signals', signals.shape, 'ERR_SHAPE');
  }
  const { L, form } = input;
  return tidy(() => {
    const flm = slice(grid.forward(expandDims(signals, -1)), [0, 0, 0], [n!, L * L, 1]);
    if (form === 'coefficients') return flm;
    const options = { dtype: signals.dtype as 'float32' | 'float64', device: signals.device };
    return s2Transform({ L, sampling: 'equiangular', real: true, ...options }).inverse(flm);
  });
}
