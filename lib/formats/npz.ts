import { ClebschError, expected } from '../errors.js';
import { expectFormat } from './format_check.js';
import type { HostArray } from './host_array.js';
import * as npy from './npy.js';
import { packZip, unpackZip } from './zip.js';

const op = 'npz';
const suffix = '.npy';

function readArray(entry: string, bytes: Uint8Array): HostArray {
  try {
    return npy.parse(bytes);
  } catch (error) {
    if (!(error instanceof ClebschError)) throw error;
    throw expected(op, 'a .npy file', `entry '${entry}'`, error.message, error.code);
  }
}

/**
 * Reads the bytes of an archive that numpy.savez or savez_compressed made: a zip archive (see `unpackZip`) whose entries `NAME.npy` are
 * .npy files. Throws ERR_FORMAT for everything else.
 */
export async function parse(file: Uint8Array): Promise<Map<string, HostArray>> {
  const arrays = new Map<string, HostArray>();
  for await (const [entry, bytes] of unpackZip(file)) {
    expectFormat(op, entry.endsWith(suffix), `NAME${suffix}`, 'the name of an entry', entry);
    arrays.set(entry.slice(0, -suffix.length), readArray(entry, bytes));
  }
  return arrays;
}

/** The parts of an archive, to be written one after another. Throws ERR_VALUE where a name or the size is beyond the format. */
export function serialize(arrays: ReadonlyMap<string, HostArray>): Uint8Array[] {
  return packZip(new Map([...arrays].map(([name, array]) => [`${name}${suffix}`, npy.serialize(array)])));
}
