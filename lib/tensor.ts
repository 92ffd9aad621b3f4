import { type DeviceOption, type Device, deviceCode, deviceName } from './device.js';
import { type Dtype, type TypedArray, type TypedArrayOf, dtypeCode, dtypeOfData, dtypes, isComplex, toTypedArray } from './dtype.js';
import { expected } from './errors.js';
import { type External, native } from './native.js';
import { enter } from './scope.js';

/** A counted reference to native memory. Its identity is what a tape tracks, and a tape can outlive the user's reference. @internal */
export class Handle {
  /** What was released, for native to use again. */
  private static readonly released: External[] = [];
  private static readonly most = 256;
  private references = 1;

  constructor(readonly external: External) {}

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references > 0) return;
    native.release(this.external);
    if (Handle.released.length < Handle.most) Handle.released.push(this.external);
  }

  /** A reference that nobody holds any more, where there is one. */
  static takeReleased(): External | undefined {
    return Handle.released.pop();
  }
}

/** Dtype and device of a new tensor. */
export interface TensorOptions<D extends Dtype = Dtype> {
  readonly dtype?: D;
  readonly device?: DeviceOption;
}

/**
 * An immutable array of numbers on a device, in row-major order. Operations return at once and run in order behind it; `data()` waits for
 * them. Memory is freed by `dispose()`, at the end of `tidy` or `using`, or by the garbage collector.
 */
export class Tensor<D extends Dtype = Dtype> {
  readonly shape: readonly number[];
  readonly dtype: D;
  readonly device: Device;
  readonly size: number;
  /** @internal */
  readonly deviceCode: number;
  private reference: Handle | undefined;
  private scope: Set<Tensor> | undefined;

  private constructor(handle: Handle, shape: readonly number[], size: number, dtype: D, device: number) {
    this.reference = handle;
    this.shape = shape;
    this.size = size;
    this.dtype = dtype;
    this.deviceCode = device;
    this.device = deviceName(device);
    this.scope = undefined;
  }

  /** The tensor that native has just returned, as its mailbox describes it; owned by the running scope. @internal */
  static fromNative<D extends Dtype>(external: External): Tensor<D> {
    const result = native.result;
    const rank = result[3]!;
    const shape = new Array<number>(rank);
    let size = 1;
    for (let i = 0; i < rank; i++) size *= shape[i] = result[4 + i]!;
    const tensor = new Tensor<D>(new Handle(external), Object.freeze(shape), size, dtypes[result[0]!] as D, result[1]!);
    return tensor.enterScope();
  }

  /** A second reference to the same memory that no scope owns. @internal */
  alias(): Tensor<D> {
    return new Tensor<D>(this.handle.retain(), this.shape, this.size, this.dtype, this.deviceCode);
  }

  /** Gives this tensor to the running scope. @internal */
  enterScope(): this {
    this.scope = enter(this) as Set<Tensor> | undefined;
    return this;
  }

  /** @internal */
  get handle(): Handle {
    if (this.reference === undefined) throw this.disposedError('tensor');
    return this.reference;
  }

  /** The native argument for operation `op`. @internal */
  external(op: string): External {
    if (this.reference === undefined) throw this.disposedError(op);
    return this.reference.external;
  }

  /** Takes this tensor out of its scope: it then lives until `dispose()`. */
  keep(): this {
    this.scope?.delete(this);
    this.scope = undefined;
    return this;
  }

  /**
   * Makes this tensor refer to the memory of `source`, for state that changes under a lasting name: parameters loaded or moved, running averages.
   * Shape and dtype must agree.
   * @internal
   */
  assign(source: Tensor): void {
    if (source.dtype !== this.dtype) throw expected('assign', this.dtype, 'source', source.dtype, 'ERR_DTYPE');
    if (source.shape.join() !== this.shape.join())
      throw expected('assign', `[${this.shape.join(', ')}]`, 'source', source.shape, 'ERR_SHAPE');
    const old = this.handle;
    this.reference = source.handle.retain();
    const self = this as { device: Device; deviceCode: number };
    self.device = source.device;
    self.deviceCode = source.deviceCode;
    old.release();
  }

  /** A copy in row-major order, complex numbers interleaved, once the work behind this tensor is done. */
  async data(): Promise<TypedArrayOf<D>> {
    return (await native.data(this.external('data'))) as TypedArrayOf<D>;
  }

  /** As `data()`, but blocks the thread until the work is done. */
  dataSync(): TypedArrayOf<D> {
    return native.dataSync(this.external('dataSync')) as TypedArrayOf<D>;
  }

  get disposed(): boolean {
    return this.reference === undefined;
  }

  /** Drops this reference; a second call does nothing. Using the tensor afterwards throws ERR_DISPOSED. */
  dispose(): void {
    if (this.reference === undefined) return;
    this.reference.release();
    this.reference = undefined;
    this.scope?.delete(this);
    this.scope = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `Tensor(${this.dtype} [${this.shape.join(', ')}] on ${this.device}${this.disposed ? ', disposed' : ''})`;
  }

  private disposedError(op: string): Error {
    return expected(op, 'a live tensor', `the ${this.dtype} tensor [${this.shape.join(', ')}]`, 'a disposed one', 'ERR_DISPOSED');
  }
}

/** A tensor, or a number that takes the dtype of the other operand. */
export type TensorLike<D extends Dtype = Dtype> = Tensor<D> | number;

/**
 * A tensor of the given data, which is copied. `dtype` is that of a typed array, float32 for numbers; data of another class is converted.
 * For complex dtypes the data holds pairs (re, im). Left out, `shape` is [length], or [] for a single number.
 */
export function tensor<D extends Dtype = Dtype>(
  data: TypedArray | readonly number[] | number,
  shape?: readonly number[],
  options: TensorOptions<D> = {},
): Tensor<D> {
  const list = typeof data === 'number' ? [data] : data;
  const dtype = options.dtype ?? (dtypeOfData(list) as D);
  const code = dtypeCode('tensor', dtype);
  const perElement = isComplex(dtype) ? 2 : 1;
  // A single number fills its complex element's real part.
  const values = typeof data === 'number' && perElement === 2 ? [data, 0] : list;
  const dims = shape ?? (typeof data === 'number' ? [] : [values.length / perElement]);
  const size = sizeOf('tensor', dims);
  if (values.length !== size * perElement) {
    throw expected('tensor', `${size * perElement} numbers for shape [${dims.join(', ')}]`, 'data', values.length, 'ERR_SHAPE');
  }
  return Tensor.fromNative<D>(native.fromData(toTypedArray(dtype, values), dims, code, deviceCode(options.device)));
}

/** A tensor with every element `value`. */
export function full<D extends Dtype = 'float32'>(shape: readonly number[], value: number, options: TensorOptions<D> = {}): Tensor<D> {
  sizeOf('full', shape);
  const code = dtypeCode('full', options.dtype ?? 'float32');
  return Tensor.fromNative<D>(native.full(shape, code, deviceCode(options.device), value, 0));
}

export function zeros<D extends Dtype = 'float32'>(shape: readonly number[], options: TensorOptions<D> = {}): Tensor<D> {
  return full(shape, 0, options);
}

export function ones<D extends Dtype = 'float32'>(shape: readonly number[], options: TensorOptions<D> = {}): Tensor<D> {
  return full(shape, 1, options);
}

/** A tensor with every element `value`, of the dtype and on the device of `x`, and of its shape if no other is given. */
export function fullLike<D extends Dtype>(x: Tensor<D>, value: number, shape: readonly number[] = x.shape): Tensor<D> {
  return Tensor.fromNative<D>(native.full(shape, dtypeCode('fullLike', x.dtype), x.deviceCode, value, 0));
}

export function zerosLike<D extends Dtype>(x: Tensor<D>): Tensor<D> {
  return fullLike(x, 0);
}

export function onesLike<D extends Dtype>(x: Tensor<D>): Tensor<D> {
  return fullLike(x, 1);
}

/** Number of elements of `shape`, whose entries must be whole numbers >= 0. */
export function sizeOf(op: string, shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0) throw expected(op, 'whole numbers >= 0', 'shape', shape, 'ERR_SHAPE');
    size *= n;
  }
  return size;
}
