import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { ClebschError, expected } from '../errors.js';
import { expectFormat } from '../formats/format_check.js';
import { elementCount } from '../formats/host_array.js';

const op = 'idx';
const gunzip = promisify(zlib.gunzip);
/** Deflate writes at most 1032 bytes for each byte it reads, so this bounds what a header costs: 4 MB. */
const headerPrefixBytes = 4096;
const maxAxes = 8;
const maxBytes = 2 ** 30;

/** An array of unsigned bytes, as the files of the MNIST family hold it. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Where the data begins, and the shape. */
function readHeader(file: Buffer): { start: number; shape: number[]; count: number } {
  expectFormat(op, file.length >= 4, 'at least 4 bytes', 'the file', `${file.length} bytes`);
  const magic = file.readUInt32BE(0);
  const axes = magic & 0xff;
  const valid = magic >>> 8 === 0x08 && axes >= 1 && axes <= maxAxes;
  expectFormat(op, valid, `0x000008 and 1 to ${maxAxes} axes`, 'the magic number', `0x${magic.toString(16).padStart(8, '0')}`);
  const start = 4 + 4 * axes;
  expectFormat(op, file.length >= start, `a header of ${start} bytes`, 'the file', `${file.length} bytes`);
  const shape = Array.from({ length: axes }, (_, axis) => file.readUInt32BE(4 + 4 * axis));
  const count = elementCount(shape);
  expectFormat(op, count !== undefined && count <= maxBytes, `at most ${maxBytes} bytes`, 'the data', shape);
  return { start, shape, count };
}

/** The inflated file. What the header promises bounds the output, so that a small file cannot claim all memory. */
async function inflate(file: Uint8Array): Promise<Buffer> {
  try {
    const prefix = zlib.gunzipSync(file.subarray(0, headerPrefixBytes), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    const { start, count } = readHeader(prefix);
    return await gunzip(file, { maxOutputLength: start + count });
  } catch (error) {
    if (error instanceof ClebschError) throw error;
    throw expected(op, 'gzip data of the size its header says', 'the file', (error as Error).message, 'ERR_FORMAT');
  }
}

/**
 * Reads the bytes of an idx file of unsigned bytes (magic number 0x000008 and the number of axes, big-endian dimensions), gzip or not.
 * Throws ERR_FORMAT for everything else.
 */
export async function parse(file: Uint8Array): Promise<IdxArray> {
  const compressed = file[0] === 0x1f && file[1] === 0x8b;
  const bytes = compressed ? await inflate(file) : Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const { start, shape, count } = readHeader(bytes);
  expectFormat(op, bytes.length === start + count, `${count} bytes of data`, 'the file', `${bytes.length - start} bytes`);
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, count) };
}
