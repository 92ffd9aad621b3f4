import type { DeviceOption } from '../device.js';
import { synchronize } from '../machine.js';
import { type SignalInput, digitGrid, inputGrid, prepareSignals } from './signal_input.js';
import { concat } from '../ops/layout.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { digitSide } from './mnist.js';
import type { DigitPoses } from './poses.js';
import { projectBatches } from './projection_pool.js';

/** Digits per transform, which bounds the memory for samples. */
const batch = 250;

export interface SphericalDigitsOptions extends DigitPoses {
  readonly device?: DeviceOption;
  readonly signal?: AbortSignal;
  /** Called after every few digits with their number, and that of all. */
  readonly onDigits?: (count: number, total: number) => void;
}

/**
 * Digits as the input of a network: projected onto the sphere (see projectDigits), turned, and low-passed. Many digits are projected in threads of
 * their own.
 *
 * @param images [n, 28, 28], 0..255
 * @returns float32 [n, ...]. The event loop runs in between. Throws ERR_SHAPE, or ERR_ABORTED after `signal`.
 */
export async function sphericalDigits(images: Uint8Array, input: SignalInput, options: SphericalDigitsOptions = {}): Promise<Tensor> {
  const { device, onDigits, ...rest } = options;
  const grid = inputGrid(input);
  return tidy(async () => {
    const parts: Tensor[] = [];
    for await (const samples of projectBatches(images, digitGrid(input), { batch, ...rest })) {
      const shape = [samples.length / (grid.nTheta * grid.nPhi), grid.nTheta, grid.nPhi];
      const part = tidy(() => prepareSignals(tensor(samples, shape, device ? { device } : {}), input));
      parts.push(part);
      await synchronize(part.device); // or samples would pile up where transforms are slower than threads
      onDigits?.(shape[0]!, images.length / digitSide ** 2);
    }
    return concat(parts);
  });
}
