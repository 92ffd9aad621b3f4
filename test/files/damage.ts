import { ClebschError } from '../../lib/errors.js';

/** A seeded stream of whole numbers below `limit` (mulberry32). */
export function randomStream(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** A copy of the file that was cut, or has one to three other bytes; most of them fall into the first `headerBytes`. */
export function damage(file: Uint8Array, headerBytes: number, random: (limit: number) => number): Uint8Array {
  if (random(4) === 0) return file.subarray(0, random(file.length));
  const copy = new Uint8Array(file);
  for (let flips = 1 + random(3); flips > 0; flips--) {
    const position = random(random(4) === 0 ? copy.length : headerBytes);
    copy[position] = random(2) === 0 ? random(256) : copy[position]! ^ (1 << random(8));
  }
  return copy;
}

/** Reads damaged copies; every one must give a ClebschError of a file's kind or pass `sound`. Returns how many were refused. */
export async function readDamaged<T>(
  file: Uint8Array,
  headerBytes: number,
  count: number,
  read: (file: Uint8Array) => T | Promise<T>,
  sound: (result: T) => void | Promise<void>,
): Promise<number> {
  const random = randomStream(7);
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const damaged = damage(file, headerBytes, random);
    let result: T;
    try {
      result = await read(damaged);
    } catch (error) {
      if (!(error instanceof ClebschError) || error.code !== 'ERR_FORMAT') throw error;
      refused++;
      continue;
    }
    await sound(result);
  }
  return refused;
}
