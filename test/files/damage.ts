import { ClebschError } from '../../lib/errors.js';

export type RandomStream = (limit: number) => number;

/** A seeded stream of whole numbers below `limit` (mulberry32). */
export function randomStream(seed: number): RandomStream {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** The file with other bytes from `begin` to `end`. */
function replace(file: Uint8Array, begin: number, end: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([file.subarray(0, begin), bytes, file.subarray(end)]);
}

type Damage = (file: Uint8Array, position: number, random: RandomStream) => Uint8Array;

const randomBytes = (count: number, random: RandomStream): Uint8Array => Uint8Array.from({ length: count }, () => random(256));
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

const flippedBit: Damage = (file, at, random) => replace(file, at, at + 1, Uint8Array.of((file[at] ?? 0) ^ (1 << random(8))));
const otherBytes: Damage = (file, at, random) => {
  const count = 1 + random(4);
  return replace(file, at, at + count, randomBytes(count, random));
};
const cut: Damage = (file, at) => file.subarray(0, at);
const removedBytes: Damage = (file, at, random) => replace(file, at, at + 1 + random(16), new Uint8Array(0));
const insertedBytes: Damage = (file, at, random) => replace(file, at, at, randomBytes(1 + random(16), random));
const doubledBlock: Damage = (file, at, random) => replace(file, at, at, file.subarray(at, at + 1 + random(file.length)));

/** The least, the greatest or a middle value of a field of 1, 2, 4 or 8 bytes, of either byte order. */
const extremeField: Damage = (file, at, random) => {
  const field = Buffer.alloc(2 ** random(4), random(2) * 0xff);
  if (random(2) === 0) field[0]! ^= 0x80;
  return replace(file, at, at + field.length, random(2) === 0 ? field : field.reverse());
};

const extremeTexts = ['0', '-1', '1.5', '2147483648', '4294967295', '9007199254740993', '18446744073709551616', '1e999', '9'.repeat(400)];
/** The next number of a header in words, if there is one. */
const extremeNumber: Damage = (file, at, random) => {
  let begin = at;
  while (begin < file.length && !isDigit(file[begin]!)) begin++;
  let end = begin;
  while (end < file.length && isDigit(file[end]!)) end++;
  return replace(file, begin, end, Buffer.from(extremeTexts[random(extremeTexts.length)]!));
};

const damages = [flippedBit, otherBytes, cut, removedBytes, insertedBytes, doubledBlock, extremeField, extremeNumber];

/** A copy of the file with one to three damages; most of them fall into the first `headerBytes`. */
export function damage(file: Uint8Array, headerBytes: number, random: RandomStream): Uint8Array {
  let damaged = file;
  for (let count = 1 + random(3); count > 0; count--) {
    const position = random(random(4) === 0 ? damaged.length : Math.min(headerBytes, damaged.length));
    damaged = damages[random(damages.length)]!(damaged, position, random);
  }
  return damaged;
}

/**
 * Reads damaged copies; every one must give a ClebschError of a file's kind or pass `sound`, else this throws. Returns how many were
 * refused.
 */
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
      if (!(error instanceof ClebschError) || error.code !== 'ERR_FORMAT') throw new Error(`damaged file ${i}`, { cause: error });
      refused++;
      continue;
    }
    await sound(result);
  }
  return refused;
}
