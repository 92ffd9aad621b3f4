import { type SignalInput, digitSignals, inputGrid, inputShape, prepareSignals } from '../models/input.js';
import { concat } from '../ops/layout.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor, zeros } from '../tensor.js';
import type { DeviceOption } from '../device.js';
import { digitSide } from './mnist.js';

/** Digits per transform, which bounds the memory for samples. */
const chunk = 250;

export interface SphericalDigitsOptions {
  readonly device?: DeviceOption;
  /** [n, 3]: turns each digit, f'(x) = f(R^-1 x). */
  readonly angles?: Float64Array;
  readonly signal?: AbortSignal;
  /** Called after every few digits with their number. */
  readonly onDigits?: (count: number) => void;
}

/**
 * Digits as the input of a network: projected onto the sphere (see projectDigits), turned, and low-passed.
 *
 * @param images [n, 28, 28], 0..255
 * @returns float32 [n, ...]. The event loop runs in between. Throws ERR_SHAPE, or ERR_ABORTED after `signal`.
 */
export async function sphericalDigits(images: Uint8Array, input: SignalInput, options: SphericalDigitsOptions = {}): Promise<Tensor> {
  const { device, angles, signal, onDigits } = options;
  const pixels = digitSide ** 2;
  const place = device ? { device } : {};
  const grid = inputGrid(input);
  return tidy(async () => {
    const parts: Tensor[] = [zeros([0, ...inputShape(input)], place)];
    for (let first = 0; first * pixels < images.length; first += chunk) {
      const some = images.subarray(first * pixels, (first + chunk) * pixels);
      const count = some.length / pixels;
      const turned = angles && { angles: angles.subarray(3 * first, 3 * (first + count)) };
      const samples = await digitSignals(some, input, { ...turned, ...(signal && { signal }) });
      parts.push(tidy(() => prepareSignals(tensor(samples, [count, grid.nTheta, grid.nPhi], place), input)));
      onDigits?.(count);
    }
    return concat(parts);
  });
}
