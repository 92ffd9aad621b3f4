import { type Dtype, complexDtype, isComplex, realDtype } from '../dtype.js';
import { expected } from '../errors.js';
import { expectFormat } from './format_check.js';
import { type HostArray, decodeElements, elementBytes, elementCount, encodeElements, isCount } from './host_array.js';
import { parseStrictJson } from './strict_json.js';
import { decodeUtf8 } from './utf8.js';

/** What one safetensors file holds. */
export interface Archive {
  readonly tensors: ReadonlyMap<string, HostArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const op = 'safetensors';
const maxHeaderBytes = 25_000_000;
const lengthBytes = 8;
/** An object of objects with lists. */
const headerDepth = 3;

/** Metadata key that lists, as JSON, the complex tensors: the format has no complex type, they are real with a last axis (re, im). */
const complexKey = 'clebsch.complex';

const fileTypes = { F32: 'float32', F64: 'float64', I32: 'int32', U8: 'uint8' } as const;
type FileType = keyof typeof fileTypes;

function fileTypeOf(dtype: Dtype): string {
  return Object.entries(fileTypes).find(([, stored]) => stored === realDtype(dtype))![0];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  expectFormat(op, file.length >= lengthBytes, `at least ${lengthBytes} bytes`, 'the file', `${file.length} bytes`);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  expectFormat(op, length <= maxHeaderBytes, `at most ${maxHeaderBytes} bytes`, 'the header', `${length} bytes`);
  const start = lengthBytes + Number(length);
  expectFormat(op, start <= file.length, `${length} bytes`, 'the header', `a file that ends after ${file.length - lengthBytes} of them`);
  const text = decodeUtf8(op, 'the header', file.subarray(lengthBytes, start));
  const header = parseStrictJson(op, 'the header', text, headerDepth);
  expectFormat(op, isObject(header), 'a JSON object', 'the header', header);
  return { header, data: file.subarray(start) };
}

function readMetadata(value: unknown): Record<string, string> {
  expectFormat(op, isObject(value), 'an object of strings', '__metadata__', value);
  for (const [key, text] of Object.entries(value)) expectFormat(op, typeof text === 'string', 'a string', `__metadata__ '${key}'`, text);
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, dataBytes: number): Entry {
  const tensor = `tensor '${name}'`;
  expectFormat(op, isObject(value), 'an object', tensor, value);
  const keys = Object.keys(value).sort().join(', ');
  expectFormat(op, keys === 'data_offsets, dtype, shape', 'data_offsets, dtype, shape', tensor, keys || 'no keys');
  const { dtype, shape, data_offsets: offsets } = value;
  const known = typeof dtype === 'string' && Object.hasOwn(fileTypes, dtype);
  expectFormat(op, known, Object.keys(fileTypes).join(', '), `the dtype of ${tensor}`, dtype);
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  expectFormat(op, count !== undefined, 'a list of counts', `the shape of ${tensor}`, shape);
  const valid = Array.isArray(offsets) && offsets.length === 2 && offsets.every(isCount);
  expectFormat(op, valid, 'two counts', `the offsets of ${tensor}`, offsets);
  const [begin, end] = offsets as [number, number];
  expectFormat(op, begin <= end && end <= dataBytes, `a range within ${dataBytes} bytes`, `the offsets of ${tensor}`, `${begin} to ${end}`);
  const type = fileTypes[dtype as FileType];
  const bytes = count * elementBytes(type);
  expectFormat(op, end - begin === bytes, `${bytes} bytes (${String(dtype)} [${String(shape)}])`, tensor, `${end - begin} bytes`);
  return { name, dtype: type, shape: shape as number[], begin, end };
}

/** Every byte belongs to exactly one tensor: no holes where something could hide, no overlaps. */
function checkCoverage(entries: readonly Entry[], dataBytes: number): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    expectFormat(
      op,
      begin === position,
      `the offset ${position}`,
      `tensor '${name}'`,
      `${begin} (${begin < position ? 'an overlap' : 'a hole'})`,
    );
    position = end;
  }
  expectFormat(op, position === dataBytes, `${position} bytes`, 'the tensors together', `${dataBytes} bytes in the file`);
}

function readComplexNames(metadata: Record<string, string>, entries: readonly Entry[]): Set<string> {
  const text = metadata[complexKey];
  if (text === undefined) return new Set();
  const names = parseStrictJson(op, complexKey, text, 1);
  expectFormat(op, Array.isArray(names), 'a list of tensor names', complexKey, text);
  const byName = new Map<unknown, Entry>(entries.map((entry) => [entry.name, entry]));
  for (const name of names as unknown[]) {
    const entry = byName.get(name);
    const paired = entry !== undefined && entry.dtype.startsWith('float') && entry.shape.at(-1) === 2;
    expectFormat(op, paired, 'the name of a float tensor with a last axis of 2', complexKey, name);
  }
  return new Set(names as string[]);
}

function readTensor(entry: Entry, data: Uint8Array, complex: boolean): HostArray {
  const values = decodeElements(data.subarray(entry.begin, entry.end), entry.dtype, 'LE');
  if (!complex) return { dtype: entry.dtype, shape: entry.shape, data: values };
  return { dtype: complexDtype(entry.dtype), shape: entry.shape.slice(0, -1), data: values };
}

/**
 * Reads the bytes of a safetensors file (https://github.com/huggingface/safetensors, "Format"), with F32, F64, I32 and U8 tensors.
 * Tensors listed in the metadata `clebsch.complex` come back complex, and that key is left out of `metadata`.
 * Throws ERR_FORMAT, with the tensor's name where there is one, for everything that is not exactly such a file.
 */
export function parse(file: Uint8Array): Archive {
  const { header, data } = readHeader(file);
  const { __metadata__: stored, ...described } = header;
  const metadata = stored === undefined ? {} : readMetadata(stored);
  const entries = Object.entries(described).map(([name, value]) => readEntry(name, value, data.length));
  checkCoverage(entries, data.length);
  const complex = readComplexNames(metadata, entries);
  const tensors = new Map(entries.map((entry) => [entry.name, readTensor(entry, data, complex.has(entry.name))]));
  delete metadata[complexKey];
  return { tensors, metadata };
}

function checkArray(name: string, array: HostArray): void {
  const bytes = (elementCount(array.shape) ?? NaN) * elementBytes(array.dtype);
  if (bytes === array.data.byteLength) return;
  const shape = `${array.dtype} [${String(array.shape)}]`;
  throw expected(op, `${bytes} bytes (${shape})`, `tensor '${name}'`, `${array.data.byteLength} bytes`, 'ERR_SHAPE');
}

/** JSON is the format's own; the spaces at its end align the data to 8 bytes. */
function encodeHeader(header: object): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = Buffer.alloc(lengthBytes + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  text.copy(bytes, lengthBytes);
  return bytes;
}

/**
 * The parts of a safetensors file, to be written one after another. Equal contents give equal bytes: names are sorted, tensors with
 * wider scalars come first (so each is aligned). Throws ERR_VALUE for a name or metadata key that the format reserves.
 */
export function serialize(tensors: ReadonlyMap<string, HostArray>, metadata: Readonly<Record<string, string>> = {}): Uint8Array[] {
  const named = [...tensors].sort(
    ([nameA, a], [nameB, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : 1),
  );
  if (tensors.has('__metadata__')) throw expected(op, 'another name', 'a tensor', '__metadata__');
  if (complexKey in metadata) throw expected(op, 'other keys', 'metadata', complexKey);
  const complex = named.filter(([, array]) => isComplex(array.dtype)).map(([name]) => name);
  const stored = { ...metadata, ...(complex.length > 0 && { [complexKey]: JSON.stringify(complex.sort()) }) };
  const header: [string, object][] = [['__metadata__', Object.fromEntries(Object.entries(stored).sort(([a], [b]) => (a < b ? -1 : 1)))]];
  let position = 0;
  for (const [name, array] of named) {
    checkArray(name, array);
    const shape = isComplex(array.dtype) ? [...array.shape, 2] : array.shape;
    const end = position + array.data.byteLength;
    header.push([name, { dtype: fileTypeOf(array.dtype), shape, data_offsets: [position, end] }]);
    position = end;
  }
  return [encodeHeader(Object.fromEntries(header)), ...named.map(([, array]) => encodeElements(array.data))];
}
