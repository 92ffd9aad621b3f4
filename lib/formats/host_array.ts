import os from 'node:os';
import { type Dtype, type TypedArray, isComplex } from '../dtype.js';

/** A dense array in row-major order outside any device, as files hold it. Complex data is interleaved, so it is twice as long as the size. */
export interface HostArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

const views = {
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

/** Bytes of one element, both parts of a complex number included. */
export function elementBytes(dtype: Dtype): number {
  return views[dtype].BYTES_PER_ELEMENT * (isComplex(dtype) ? 2 : 1);
}

/** Whether a value of a parsed header can be a size or a position. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The number of elements of a shape, or undefined where a dimension is no count or the product is no exact integer. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const dim of shape) {
    if (!isCount(dim)) return undefined;
    count *= dim;
    if (!isCount(count)) return undefined;
  }
  return count;
}

/** Reverses the bytes of each scalar of `scalarBytes` bytes, in place. */
export function swapBytes(bytes: Uint8Array, scalarBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (scalarBytes === 2) buffer.swap16();
  else if (scalarBytes === 4) buffer.swap32();
  else if (scalarBytes === 8) buffer.swap64();
}

/** Copies bytes of the given order into a typed array: a file's bytes may lie at any alignment. */
export function decodeElements(bytes: Uint8Array, dtype: Dtype, order: 'LE' | 'BE'): TypedArray {
  const copy = new Uint8Array(bytes);
  const View = views[dtype];
  if (order !== os.endianness()) swapBytes(copy, View.BYTES_PER_ELEMENT);
  return new View(copy.buffer);
}

/** The little-endian bytes of a typed array; shares its memory where the machine is little-endian. */
export function encodeElements(data: TypedArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (os.endianness() === 'LE') return bytes;
  const copy = new Uint8Array(bytes);
  swapBytes(copy, data.BYTES_PER_ELEMENT);
  return copy;
}
