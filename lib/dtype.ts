import { expected } from './errors.js';

/** Element types in the order of their native codes. Complex numbers are interleaved pairs (re, im). */
export const dtypes = ['float32', 'float64', 'complex64', 'complex128', 'int32', 'uint8'] as const;

export type Dtype = (typeof dtypes)[number];
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

interface ArrayTypes {
  float32: Float32Array;
  float64: Float64Array;
  complex64: Float32Array;
  complex128: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
}
/** The array type that carries elements of dtype D; complex data has two entries per element. */
export type TypedArrayOf<D extends Dtype> = ArrayTypes[D];

const arrayClasses = {
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

export function dtypeCode(op: string, dtype: Dtype): number {
  const code = dtypes.indexOf(dtype);
  if (code < 0) throw expected(op, `one of ${dtypes.join(', ')}`, 'dtype', dtype, 'ERR_DTYPE');
  return code;
}

export function isComplex(dtype: Dtype): boolean {
  return dtype === 'complex64' || dtype === 'complex128';
}

/** True for the dtypes that carry gradients: real and complex floating point. */
export function isFloating(dtype: Dtype): boolean {
  return dtype !== 'int32' && dtype !== 'uint8';
}

/** The dtype of the real part: complex64 gives float32, complex128 float64, others themselves. */
export function realDtype(dtype: Dtype): Dtype {
  return dtype === 'complex64' ? 'float32' : dtype === 'complex128' ? 'float64' : dtype;
}

/** The complex dtype of the same precision: float32 gives complex64, float64 complex128. */
export function complexDtype(dtype: Dtype): Dtype {
  return dtype === 'float32' ? 'complex64' : dtype === 'float64' ? 'complex128' : dtype;
}

/** Dtype of plain data: that of a typed array (told by its tag, which holds across realms), float32 for numbers. */
export function dtypeOfData(data: TypedArray | readonly number[]): Dtype {
  if (Array.isArray(data)) return 'float32';
  const tag = (data as TypedArray)[Symbol.toStringTag];
  const dtype = ({ Float32Array: 'float32', Float64Array: 'float64', Int32Array: 'int32', Uint8Array: 'uint8' } as const)[tag];
  if (dtype === undefined)
    throw expected('tensor', 'a Float32Array, Float64Array, Int32Array, Uint8Array or numbers', 'data', data, 'ERR_DTYPE');
  return dtype;
}

/** `data` in the array class of `dtype`: itself when it already is one, else converted element by element. */
export function toTypedArray<D extends Dtype>(dtype: D, data: TypedArray | readonly number[]): TypedArrayOf<D> {
  const Class = arrayClasses[dtype];
  const same = !Array.isArray(data) && (data as TypedArray)[Symbol.toStringTag] === Class.name;
  return (same ? data : Class.from(data as readonly number[])) as TypedArrayOf<D>;
}
