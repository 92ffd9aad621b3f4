import { webcrypto } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { isTemporary, readBytes, writeFileAtomic } from '../atomic_file.js';
import { ClebschError } from '../errors.js';
import { type HostArray, encodeElements } from '../formats/host_array.js';
import { parse, serialize } from '../formats/safetensors.js';

const op = 'cache';
const format = 'clebsch-inputs';
const entryName = /^[0-9a-f]{64}\.safetensors$/;
const maxBytes = 4 * 2 ** 30;
const hour = 3_600_000;

/** Where the commands keep prepared digits: `$XDG_CACHE_HOME/clebsch` where that variable is set, else `.cache/clebsch` in the working folder. */
export function cacheFolder(): string {
  return path.join(process.env['XDG_CACHE_HOME'] || '.cache', 'clebsch');
}

/** SHA-256 in hexadecimal digits; does not hold up the event loop. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/**
 * The float32 array of `shape` that is kept under `key` (SHA-256, hexadecimal) in `folder`, or what `make` gives, which is kept then. An entry that is
 * damaged is made again; where the folder cannot be written nothing is kept. The entries used longest ago leave when all together exceed 4 GB.
 */
export async function cached(folder: string, key: string, shape: readonly number[], make: () => Promise<HostArray>): Promise<HostArray> {
  const file = path.join(folder, `${key}.safetensors`);
  const found = await read(file, key, shape);
  if (found !== undefined) return found;
  const made = await make();
  await write(file, key, made).catch(ignoreOurs);
  return made;
}

/** Trouble with the cache costs time, nothing else. */
function ignoreOurs(error: unknown): undefined {
  if (!(error instanceof ClebschError) && (error as NodeJS.ErrnoException).syscall === undefined) throw error;
  return undefined;
}

async function read(file: string, key: string, shape: readonly number[]): Promise<HostArray | undefined> {
  try {
    const { tensors, metadata } = parse(await readBytes(file, op));
    const inputs = tensors.get('inputs');
    const fits = metadata['format'] === format && metadata['key'] === key;
    if (!fits || inputs?.dtype !== 'float32' || inputs.shape.join() !== shape.join()) return undefined;
    if ((await sha256(encodeElements(inputs.data))) !== metadata['sha256']) return undefined;
    await utimes(file, new Date(), new Date());
    return inputs;
  } catch (error) {
    return ignoreOurs(error);
  }
}

async function write(file: string, key: string, inputs: HostArray): Promise<void> {
  const folder = path.dirname(file);
  const metadata = { format, key, sha256: await sha256(encodeElements(inputs.data)) };
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(file, serialize(new Map([['inputs', inputs]]), metadata), op);
  await prune(folder);
}

/** Removes old entries beyond the limit, and what killed processes have left half written. */
async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => entryName.test(name) || isTemporary(name));
  const files = await Promise.all(names.map(async (name) => ({ name, stats: await stat(path.join(folder, name)) })));
  let total = 0;
  for (const { name, stats } of files.sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs)) {
    total += stats.size;
    const leaves = isTemporary(name) ? stats.mtimeMs < Date.now() - hour : total > maxBytes;
    if (leaves) await rm(path.join(folder, name), { force: true });
  }
}
