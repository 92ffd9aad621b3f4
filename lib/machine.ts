import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Device, deviceCode } from './device.js';
import { expected } from './errors.js';
import { type Info, native, packageRoot } from './native.js';

/** What this machine and this build offer. */
export function info(): Info {
  const { cpu, cuda } = native.info();
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return {
    version,
    platform: `${process.platform}-${process.arch}`,
    cpu: { model: cpus()[0]?.model ?? 'unknown', ...cpu },
    cuda,
  };
}

/** Threads that one CPU operation may use. Results do not depend on it. */
export function setThreads(n: number): void {
  native.setThreads(n);
}

/** Resolves when all work queued on the device is done, rejects with the first error of work since the last wait. */
export async function synchronize(device?: Device): Promise<void> {
  await native.synchronize(deviceCode(device));
}

/** Live tensors of this environment (main thread or worker) and their bytes; views count their own size. */
export function memory(): { tensors: number; bytes: number } {
  return native.memory();
}

/** The cache of transform and product tables of this process; the least recently used ones leave when it grows beyond `limit` bytes. */
export const planCache = {
  bytes: (): number => native.planCache.bytes(),
  get limit(): number {
    return native.planCache.limit();
  },
  set limit(bytes: number) {
    if (!(bytes >= 0)) throw expected('planCache', 'a number of bytes >= 0', 'limit', bytes);
    native.planCache.setLimit(bytes);
  },
  clear: (): void => native.planCache.clear(),
};
