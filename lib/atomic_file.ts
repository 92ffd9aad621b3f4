import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type ClebschError, expected } from './errors.js';

function ioError(op: string, what: string, file: string, cause: unknown): ClebschError {
  return expected(op, what, 'file', `${file}: ${(cause as Error).message}`, 'ERR_IO');
}

/** The bytes of a file. Throws ERR_IO with the path where it cannot be read. */
export async function readBytes(file: string, op: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw ioError(op, 'a readable file', file, cause);
  }
}

async function writeSynced(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename outlives a power cut only once its folder is on disk; file systems that cannot sync a folder are left alone. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const temporaryName = /^\.clebsch-[0-9a-f]{12}\.tmp$/;

/** Whether a file of this name is one that `writeFileAtomic` was writing when its process ended. */
export function isTemporary(name: string): boolean {
  return temporaryName.test(name);
}

/**
 * Writes `parts` one after another under `file`, all or nothing: a reader sees the old content or the new one, also after a crash.
 * Throws ERR_IO with the path and leaves no temporary file behind.
 */
export async function writeFileAtomic(file: string, parts: readonly Uint8Array[], op: string): Promise<void> {
  const folder = path.dirname(file);
  // The same folder, since a rename is atomic within one file system only.
  const temporary = path.join(folder, `.clebsch-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeSynced(temporary, parts);
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw ioError(op, 'a writable place', file, cause);
  }
}
