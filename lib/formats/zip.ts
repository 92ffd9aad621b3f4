import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { expected } from '../errors.js';
import { crc32 } from './crc32.js';
import { expectFormat } from './format_check.js';
import { decodeUtf8 } from './utf8.js';

const op = 'zip';
const inflateRaw = promisify(zlib.inflateRaw);

/** Signatures and lengths of the records (APPNOTE.TXT 4.3). */
const local = { signature: 0x04034b50, bytes: 30 } as const;
const directory = { signature: 0x02014b50, bytes: 46 } as const;
const end = { signature: 0x06054b50, bytes: 22 } as const;
const descriptorSignature = 0x08074b50;

const methods = { stored: 0, deflated: 8 } as const;
const utf8Flag = 0x800;
const descriptorFlag = 0x8;
/** Besides the two above the level of compression; encryption and patches are refused. */
const knownFlags = utf8Flag | descriptorFlag | 0x6;

/** Fields with these values say that the number did not fit (ZIP64). */
const [full16, full32] = [0xffff, 0xffffffff];
const zip64Id = 1;
/** What compressed entries may become together; stored ones are no longer than the file. */
const maxInflatedBytes = 2 ** 30;
/** Midnight of 1 January 1980, as NumPy writes it: equal contents give equal bytes. */
const [time, date] = [0, 0x21];

/** What the central directory and the local header say of an entry. */
interface Entry {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
}

interface DirectoryEntry extends Entry {
  /** The name for people. */
  readonly label: string;
  /** Where the local header begins. */
  readonly offset: number;
}

/** Data of an entry, and the bytes from its local header on that are its own. */
interface Extent {
  readonly begin: number;
  readonly end: number;
  readonly data: Buffer;
}

/** The record at `offset`, which ends before `limit` and has its signature. */
function readRecord(file: Buffer, offset: number, limit: number, { signature, bytes }: typeof local | typeof directory): Buffer {
  const found = offset + bytes <= limit && file.readUInt32LE(offset) === signature;
  expectFormat(op, found, `signature 0x${signature.toString(16)}`, `offset ${offset}`, 'none');
  return file.subarray(offset, offset + bytes);
}

/** Where the central directory begins and ends, and its number of entries. */
function findDirectory(file: Buffer): { begin: number; end: number; count: number } {
  const isEnd = (at: number) => file.readUInt32LE(at) === end.signature && at + end.bytes + file.readUInt16LE(at + 20) === file.length;
  let at = file.length - end.bytes;
  const earliest = Math.max(0, at - full16); // behind it stands a comment at most
  while (at >= earliest && !isEnd(at)) at--;
  expectFormat(op, at >= earliest, 'an end record', 'the file', 'none');
  const [disk, firstDisk, here, count] = [4, 6, 8, 10].map((field) => file.readUInt16LE(at + field)) as [number, number, number, number];
  const [size, begin] = [file.readUInt32LE(at + 12), file.readUInt32LE(at + 16)];
  expectFormat(op, disk === 0 && firstDisk === 0 && here === count, 'an archive in one piece', 'the file', 'a part of one');
  expectFormat(op, count < full16 && begin < full32, 'less than 65535 entries and 4 GiB', 'the file', 'more');
  expectFormat(op, begin + size === at, `${at} (where the end record begins)`, 'the end of the directory', begin + size);
  return { begin, end: at, count };
}

/** The numbers, those that did not fit taken in order from the ZIP64 field of `extra`. NumPy writes such fields for small entries too. */
function widen(numbers: readonly number[], extra: Buffer): number[] {
  let wide = extra.subarray(0, 0);
  for (let at = 0, next = 0; at < extra.length; at = next) {
    const complete = at + 4 <= extra.length;
    next = complete ? at + 4 + extra.readUInt16LE(at + 2) : Infinity;
    expectFormat(op, next <= extra.length, 'complete extra fields', 'a header', 'a cut one');
    if (extra.readUInt16LE(at) === zip64Id) wide = extra.subarray(at + 4, next);
  }
  return numbers.map((number) => {
    if (number !== full32) return number;
    expectFormat(op, wide.length >= 8, 'numbers of 8 bytes', 'the ZIP64 field', 'too few of them');
    const value = Number(wide.readBigUInt64LE());
    wide = wide.subarray(8);
    return value;
  });
}

/** An entry of the directory at `at`, and where the next one begins. */
function readDirectoryEntry(file: Buffer, at: number, limit: number): { entry: DirectoryEntry; next: number } {
  const record = readRecord(file, at, limit, directory);
  const nameEnd = at + directory.bytes + record.readUInt16LE(28);
  const extraEnd = nameEnd + record.readUInt16LE(30);
  const next = extraEnd + record.readUInt16LE(32);
  expectFormat(op, next <= limit, 'complete entries', 'the directory', 'a cut one');
  const name = file.subarray(at + directory.bytes, nameEnd);
  const [flags, method, crc] = [record.readUInt16LE(8), record.readUInt16LE(10), record.readUInt32LE(16)];
  const [size, compressed, offset] = widen(
    [24, 20, 42].map((field) => record.readUInt32LE(field)),
    file.subarray(nameEnd, extraEnd),
  ) as [number, number, number];
  const label = decodeUtf8(op, 'the name of an entry', name);
  const named = (flags & utf8Flag) !== 0 || name.every((byte) => byte < 0x80);
  expectFormat(op, named, 'ASCII, or the flag of UTF-8', `the name of entry '${label}'`, 'neither');
  const entry = { name, label, flags, method, crc, compressed, size, offset };
  checkEntry(entry);
  return { entry, next };
}

function checkEntry({ label, flags, method, compressed, size }: DirectoryEntry): void {
  const what = `entry '${label}'`;
  expectFormat(op, (flags & ~knownFlags) === 0, 'no encryption and no patch', what, `flags 0x${flags.toString(16)}`);
  expectFormat(op, method === methods.stored || method === methods.deflated, 'stored or deflated data', what, `method ${method}`);
  expectFormat(op, method !== methods.stored || size === compressed, `${compressed} bytes as stored`, what, `${size} bytes`);
}

function readDirectory(file: Buffer): { entries: DirectoryEntry[]; begin: number } {
  const { begin, end: limit, count } = findDirectory(file);
  const entries = new Map<string, DirectoryEntry>();
  let [at, inflated] = [begin, 0];
  for (let i = 0; i < count; i++) {
    const { entry, next } = readDirectoryEntry(file, at, limit);
    expectFormat(op, !entries.has(entry.label), 'distinct names', 'the directory', `'${entry.label}' twice`);
    entries.set(entry.label, entry);
    if (entry.method === methods.deflated) inflated += entry.size;
    at = next;
  }
  expectFormat(op, at === limit, `${count} entries`, 'the directory', `${limit - at} bytes behind them`);
  expectFormat(op, inflated <= maxInflatedBytes, `at most ${maxInflatedBytes} bytes`, 'the inflated entries', `${inflated} bytes`);
  return { entries: [...entries.values()], begin };
}

/** The bytes of unsigned numbers of 2 or 4 bytes each. */
function littleEndian(bytes: 2 | 4, ...numbers: readonly number[]): Buffer {
  const result = Buffer.alloc(bytes * numbers.length);
  numbers.forEach((number, i) => result.writeUIntLE(number, i * bytes, bytes));
  return result;
}

/** The forms of a data descriptor: the format leaves open whether it has a signature, and whether sizes are of 4 or 8 bytes. */
function descriptors({ crc, compressed, size }: Entry): Buffer[] {
  const forms = [
    [descriptorSignature, crc, compressed, 0, size, 0],
    [descriptorSignature, crc, compressed, size],
    [crc, compressed, 0, size, 0],
    [crc, compressed, size],
  ];
  return forms.map((numbers) => littleEndian(4, ...numbers));
}

/** How many bytes behind the data at `at` the descriptor takes. */
function descriptorBytes(file: Buffer, at: number, limit: number, entry: DirectoryEntry): number {
  if ((entry.flags & descriptorFlag) === 0) return 0;
  const found = descriptors(entry).find((form) => at + form.length <= limit && form.equals(file.subarray(at, at + form.length)));
  expectFormat(op, found !== undefined, 'a descriptor behind the data, as in the directory', `entry '${entry.label}'`, 'none');
  return found.length;
}

/** The data of an entry, before `limit`. The local header says what the directory says; sizes may be left to a descriptor. */
function locate(file: Buffer, entry: DirectoryEntry, limit: number): Extent {
  const { offset, label } = entry;
  const record = readRecord(file, offset, limit, local);
  const nameEnd = offset + local.bytes + record.readUInt16LE(26);
  const begin = nameEnd + record.readUInt16LE(28);
  const dataEnd = begin + entry.compressed;
  expectFormat(op, dataEnd <= limit, `${entry.compressed} bytes before the directory`, `entry '${label}'`, `${limit - begin} bytes`);
  const sizes = [22, 18].map((field) => record.readUInt32LE(field));
  const found = [record.readUInt32LE(14), ...widen(sizes, file.subarray(nameEnd, begin))];
  const streamed = (entry.flags & descriptorFlag) !== 0;
  const agrees =
    file.subarray(offset + local.bytes, nameEnd).equals(entry.name) &&
    record.readUInt16LE(6) === entry.flags &&
    record.readUInt16LE(8) === entry.method &&
    [entry.crc, entry.size, entry.compressed].every((wanted, i) => found[i] === wanted || (streamed && found[i] === 0));
  expectFormat(op, agrees, 'the same as in the directory', `the header of entry '${label}'`, 'something else');
  return { begin: offset, end: dataEnd + descriptorBytes(file, dataEnd, limit, entry), data: file.subarray(begin, dataEnd) };
}

/** No byte belongs to two entries: else a small file could unfold to any size. */
function checkOverlaps(extents: readonly Extent[]): void {
  const sorted = [...extents].sort((a, b) => a.begin - b.begin);
  sorted.forEach(({ begin }, i) => {
    const before = sorted[i - 1]?.end ?? 0;
    expectFormat(op, begin >= before, 'entries that do not overlap', 'the file', `one that begins at ${begin}, before ${before}`);
  });
}

/** The content of an entry. Inflating stops at the size that the directory promises. */
async function contentOf(data: Buffer, { label, method, size, crc }: DirectoryEntry): Promise<Buffer> {
  const what = `entry '${label}'`;
  const content =
    method === methods.stored
      ? data
      : await inflateRaw(data, { maxOutputLength: Math.max(size, 1) }).catch((error: unknown) => {
          throw expected(op, `deflated data of ${size} bytes`, what, (error as Error).message, 'ERR_FORMAT');
        });
  expectFormat(op, content.length === size, `${size} bytes`, what, `${content.length} bytes`);
  expectFormat(op, crc32(content) === crc, 'data of its checksum', what, 'other data');
  return content;
}

/**
 * Names and contents of a zip archive's entries, stored or deflated, with data descriptors or without. The whole structure is checked before
 * the first entry comes: the directory and the local headers agree, names are distinct, entries do not overlap and inflate to at most 1 GiB
 * together. Throws ERR_FORMAT for everything else, also for archives of 65535 entries or more.
 */
export async function* unpackZip(bytes: Uint8Array): AsyncGenerator<[name: string, content: Uint8Array]> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, begin } = readDirectory(file);
  const extents = entries.map((entry) => locate(file, entry, begin));
  checkOverlaps(extents);
  for (const [i, entry] of entries.entries()) yield [entry.label, await contentOf(extents[i]!.data, entry)];
}

/** The fields that both headers have, from the version on. */
function commonFields({ name, flags, method, crc, compressed, size }: Entry): Buffer {
  const version = 20;
  const noExtraField = 0;
  const small = littleEndian(2, version, flags, method, time, date);
  return Buffer.concat([small, littleEndian(4, crc, compressed, size), littleEndian(2, name.length, noExtraField)]);
}

function newEntry(label: string, parts: readonly Uint8Array[]): Entry {
  const name = Buffer.from(label);
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const faithful = name.length < full16 && name.toString() === label && !label.includes('\0');
  if (!faithful) throw expected(op, 'at most 65534 bytes of UTF-8 without zeros', 'the name of an entry', label);
  const flags = name.length === label.length ? 0 : utf8Flag;
  return { name, flags, method: methods.stored, crc: crc32(...parts), compressed: size, size };
}

/** The parts of an archive of stored entries, to be written one after another. Throws ERR_VALUE for what needs ZIP64. */
export function packZip(contents: ReadonlyMap<string, readonly Uint8Array[]>): Uint8Array[] {
  const [files, headers]: [Uint8Array[], Uint8Array[]] = [[], []];
  let [position, directoryBytes] = [0, 0];
  for (const [label, parts] of contents) {
    const entry = newEntry(label, parts);
    const fields = commonFields(entry);
    const placement = Buffer.concat([littleEndian(2, 0, 0, 0), littleEndian(4, 0, position)]); // comment, disk, attributes, offset
    headers.push(littleEndian(4, directory.signature), littleEndian(2, 20), fields, placement, entry.name);
    files.push(littleEndian(4, local.signature), fields, entry.name, ...parts);
    position += local.bytes + entry.name.length + entry.size;
    directoryBytes += directory.bytes + entry.name.length;
    if (position + directoryBytes >= full32) throw expected(op, 'less than 4 GiB', 'the tensors together', `more`);
  }
  if (contents.size >= full16) throw expected(op, `less than ${full16}`, 'the number of tensors', contents.size);
  const counts = littleEndian(2, 0, 0, contents.size, contents.size);
  return [...files, ...headers, littleEndian(4, end.signature), counts, littleEndian(4, directoryBytes, position), littleEndian(2, 0)];
}
