import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { TypedArray } from './dtype.js';
import { ClebschError, type ErrorCode } from './errors.js';

/** An opaque reference to native memory. */
export type External = object & { readonly __native: unique symbol };

/** A device description of {@link Info}. */
export interface CudaDevice {
  index: number;
  name: string;
  computeCapability: string;
  totalBytes: number;
}

/** What this machine and this build offer. `cuda.reason` says why the GPU is not used. */
export interface Info {
  version: string;
  platform: string;
  cpu: { model: string; threads: number; isa: string; isas: string[] };
  cuda: {
    built: boolean;
    available: boolean;
    reason: string;
    driver?: string;
    runtime?: string;
    architectures: string[];
    devices: CudaDevice[];
  };
}

/**
 * One row of the native op table: tensors first, then attributes. Called on a reference that was released, it puts its result there, which
 * saves making another and collecting this one.
 */
export type NativeOp = (this: unknown, ...args: unknown[]) => External;

/** Mathematics in float64 (native/math). */
export interface NativeMath {
  nodes(sampling: string, L: number, rows: number): Float64Array;
  quadratureWeights(sampling: string, L: number, rows: number, nPhi: number): Float64Array;
  wignerSmallD(l: number, beta: number): Float64Array;
  wignerD(l: number, alpha: number, beta: number, gamma: number, complexBasis: boolean): Float64Array;
  clebschGordan(l1: number, l2: number, l: number, complexBasis: boolean): Float64Array;
  /** The non-zero coefficients, rows of (m1, m2, m, value). */
  couplings(l1: number, l2: number, l: number, complexBasis: boolean): Float64Array;
  /** The tables of transforms are tensors, cached per process. */
  sphereTable(
    inverse: boolean,
    real: boolean,
    sampling: string,
    L: number,
    rows: number,
    n: number,
    dtype: number,
    device: number,
  ): External;
  groupTable(inverse: boolean, sampling: string, L: number, N: number, dtype: number, device: number): External;
  rotationTable(L: number, dtype: number, device: number): External;
}

/** What the profile measured of one operation with operands of one shape. */
export interface NativeProfileRow {
  op: string;
  shape: string;
  calls: number;
  ms: number;
  flops: number;
  bytes: number;
}

/** The add-on as TypeScript sees it. Every call that returns a tensor fills `result`: [dtype, device, bytes, ndim, d0..d7]. */
export interface Native {
  readonly result: Float64Array;
  readonly ops: Readonly<Record<string, NativeOp>>;
  readonly math: NativeMath;
  readonly planCache: { bytes(): number; limit(): number; setLimit(bytes: number): void; clear(): void };
  readonly profile: { start(): void; stop(): NativeProfileRow[] };
  fromData(data: TypedArray, shape: readonly number[], dtype: number, device: number): External;
  full(shape: readonly number[], dtype: number, device: number, re: number, im: number): External;
  data(tensor: External): Promise<TypedArray>;
  dataSync(tensor: External): TypedArray;
  release(tensor: External): void;
  memory(): { tensors: number; bytes: number };
  deviceCode(name: string): number;
  info(): Pick<Info, 'cuda'> & { cpu: Omit<Info['cpu'], 'model'> };
  setThreads(n: number): void;
  synchronize(device: number): Promise<void>;
  synchronizeSync(device: number): void;
  isas(): string[];
  isa(): string;
  setIsa(name: string): void;
  configureEmulation(key: string, value: string): void;
  bilinearPlan(
    tau1: readonly number[],
    tau2: readonly number[],
    edges: readonly number[],
    complexBasis: boolean,
    square: boolean,
    dtype: number,
    device: number,
  ): External;
  planInfo(plan: External): { terms: number; tauOut: number[] };
  /** `items` holds rows of (l, l1, l2, t1, t2, first, count, w): see native/ops/ops.h. */
  fusedPlan(
    tau1: readonly number[],
    tau2: readonly number[],
    tauOut: readonly number[],
    items: Float64Array,
    complexBasis: boolean,
    square: boolean,
    dtype: number,
    device: number,
  ): External;
  fusedTerms(plan: External): number;
  /** Tests only: a task of the given length, or one that fails, on the device's stream. */
  sleepTask(device: number, milliseconds: number): void;
  failTask(device: number, reason: string): void;
}

type Callable = (...args: unknown[]) => unknown;

/** A native error as our class, with the stack of the caller; anything else unchanged. */
function rebuilt(error: unknown, stack?: string): unknown {
  const { code, op, message } = error as { code?: string; op?: string; message?: string };
  if (typeof code !== 'string' || !code.startsWith('ERR_') || typeof op !== 'string') return error;
  const result = new ClebschError(code as ErrorCode, op, message ?? '', { cause: error });
  if (stack !== undefined) result.stack = `${result.name}: ${result.message}\n${stack}`;
  return result;
}

function guarded(f: Callable): Callable {
  return function (this: unknown, ...args) {
    try {
      return f.apply(this, args);
    } catch (error) {
      throw rebuilt(error);
    }
  };
}

/** For promises the stack is taken now, because the rejection comes from no JavaScript frame. */
function guardedAsync(f: Callable): Callable {
  return async (...args) => {
    const stack = (new Error().stack ?? '').split('\n').slice(2).join('\n');
    try {
      return await f(...args);
    } catch (error) {
      throw rebuilt(error, stack);
    }
  };
}

function guardAll(face: object, asynchronous: readonly string[] = []): object {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(face)) {
    if (typeof value === 'function') {
      result[name] = (asynchronous.includes(name) ? guardedAsync : guarded)(value as Callable);
    } else {
      result[name] = ArrayBuffer.isView(value) || typeof value !== 'object' ? value : guardAll(value as object);
    }
  }
  return result;
}

/** The package's folder, seen from lib/ as well as from dist/cjs/. */
export function packageRoot(): string {
  return join(__dirname, basename(__dirname) === 'lib' ? '..' : '../..');
}

/** CLEBSCH_ADDON names another build of the add-on (sanitizers, tests); else a local build or the prebuilt binary is found. */
function loadAddon(): Native {
  const load: (id: string) => unknown = createRequire(__filename);
  const path = process.env['CLEBSCH_ADDON'];
  try {
    const addon = path ? load(path) : (load('node-gyp-build') as (folder: string) => unknown)(packageRoot());
    return guardAll(addon as object, ['data', 'synchronize']) as Native;
  } catch (error) {
    const platform = `${process.platform}-${process.arch}`;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClebschError('ERR_IO', 'load', `[load] expected a native add-on for ${platform} (run \`npm run setup\`), got: ${reason}`, {
      cause: error,
    });
  }
}

export const native: Native = loadAddon();
