import type { SignalInput } from '../models/input.js';
import type { Tensor } from '../tensor.js';
import { type SphericalDigitsOptions, sphericalDigits } from './spherical_digits.js';

export interface PreparedDigitsOptions extends Omit<SphericalDigitsOptions, 'device'> {
  readonly cache?: string;
}

export async function preparedDigits(images: Uint8Array, input: SignalInput, options: PreparedDigitsOptions = {}): Promise<Tensor> {
  return sphericalDigits(images, input, { ...options, device: 'cpu' });
}
