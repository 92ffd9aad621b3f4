import { type SignalInput, inputShape } from './signal_input.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { cached, sha256 } from './input_cache.js';
import { type DigitPoses, poseEntries } from './poses.js';
import { countDigits, projectionVersion } from './projection.js';
import { type SphericalDigitsOptions, sphericalDigits } from './spherical_digits.js';

export interface PreparedDigitsOptions extends Omit<SphericalDigitsOptions, 'device'> {
  /** Folder where the result is kept for the next time; left out: nowhere. */
  readonly cache?: string;
}

/** A name for the result: it differs where anything differs that the result depends on. */
async function keyOf(images: Uint8Array, input: SignalInput, poses: DigitPoses): Promise<string> {
  const parts: unknown[] = [projectionVersion, input, await sha256(images)];
  for (const [name, { buffer, byteOffset, byteLength }] of poseEntries(poses)) {
    parts.push(name, await sha256(new Uint8Array(buffer, byteOffset, byteLength)));
  }
  return sha256(Buffer.from(JSON.stringify(parts)));
}

/** {@link sphericalDigits} on the processor, or what a cache kept of them. Throws ERR_SHAPE, or ERR_ABORTED after `signal`. */
export async function preparedDigits(images: Uint8Array, input: SignalInput, options: PreparedDigitsOptions = {}): Promise<Tensor> {
  const { cache, ...own } = options;
  const make = (): Promise<Tensor> => sphericalDigits(images, input, { ...own, device: 'cpu' });
  if (cache === undefined) return make();
  const shape = [countDigits({ images, ...own }), ...inputShape(input)];
  const key = await keyOf(images, input, own);
  const { data } = await cached(cache, key, shape, () =>
    tidy(async () => ({ dtype: 'float32', shape, data: await (await make()).data() }) as const),
  );
  return tensor(data, shape, { device: 'cpu' });
}
