import { type Device, deviceCode } from './device.js';
import { native, type NativeProfileRow } from './native.js';

/** What was measured of some calls. */
export interface Measurement {
  readonly calls: number;
  /** Milliseconds on the device, of all calls. */
  readonly ms: number;
  /** Of the milliseconds of all operations. */
  readonly share: number;
  /**
   * 10^9 floating-point operations per second. A multiply and an add count one each (so a complex multiply-add eight), as does an
   * elementwise function of a real number; moving and comparing numbers counts none.
   */
  readonly gflops: number;
  /** 10^9 bytes per second, of the distinct elements that are read and written. */
  readonly gbytesPerSecond: number;
}

/** One operation, by the name that its errors have too. */
export interface ProfileRow extends Measurement {
  readonly op: string;
  /** The same for every shape of its operands, the slowest first. */
  readonly shapes: readonly (Measurement & { readonly shape: string })[];
}

function measurement(rows: readonly NativeProfileRow[], allMs: number): Measurement {
  const total = (field: 'calls' | 'ms' | 'flops' | 'bytes'): number => rows.reduce((sum, row) => sum + row[field], 0);
  const ms = total('ms');
  const rate = (amount: number): number => (ms > 0 ? amount / ms / 1e6 : 0);
  return {
    calls: total('calls'),
    ms,
    share: allMs > 0 ? ms / allMs : 0,
    gflops: rate(total('flops')),
    gbytesPerSecond: rate(total('bytes')),
  };
}

const slowestFirst = (a: Measurement, b: Measurement): number => b.ms - a.ms;

function byOperation(measured: readonly NativeProfileRow[]): ProfileRow[] {
  const allMs = measured.reduce((sum, { ms }) => sum + ms, 0);
  return [...new Set(measured.map(({ op }) => op))]
    .map((op) => {
      const own = measured.filter((row) => row.op === op);
      const shapes = own.map((row) => ({ shape: row.shape, ...measurement([row], allMs) })).sort(slowestFirst);
      return { op, ...measurement(own, allMs), shapes };
    })
    .sort(slowestFirst);
}

/**
 * Measures the operations of all devices and environments of this process; there is one profile at a time. On a GPU every operation is
 * waited for while the profile runs, so that its time is its own.
 */
export const profile = {
  /** Begins anew: operations count that begin to run from now on. */
  start: (): void => native.profile.start(),
  /**
   * Waits for the work queued on `device`, ends the profile and resolves to its rows, the slowest first. Rejects, as
   * {@link synchronize} does, with an error of that work; the profile ends all the same.
   */
  async stop(device?: Device): Promise<ProfileRow[]> {
    try {
      await native.synchronize(deviceCode(device));
    } catch (error) {
      native.profile.stop();
      throw error;
    }
    return byOperation(native.profile.stop());
  },
};
