import { type Dtype, type TypedArray, isComplex } from '../dtype.js';
import { expectFormat } from './format_check.js';
import { type HostArray, decodeElements, elementBytes, elementCount, encodeElements } from './host_array.js';

const op = 'npy';
const magic = '\x93NUMPY';
/** NumPy's own limit: a longer header is an attack or a structured type. */
const maxHeaderBytes = 10_000;

/** NumPy's type codes behind the byte order; `i8` is read where its values fit into int32, `b1` becomes 0 or 1. */
const fileTypes = {
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
  i4: 'int32',
  i8: 'int32',
  u1: 'uint8',
  b1: 'uint8',
} as const;
type FileType = keyof typeof fileTypes;
const descrOf: Readonly<Record<Dtype, string>> = {
  float32: '<f4',
  float64: '<f8',
  complex64: '<c8',
  complex128: '<c16',
  int32: '<i4',
  uint8: '|u1',
};

interface Header {
  readonly type: FileType;
  readonly order: 'LE' | 'BE';
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** The text of the header and what follows it. Version 1 has a length of 2 bytes, versions 2 and 3 of 4; all are read as one. */
function splitFile(file: Buffer): { text: string; data: Buffer } {
  expectFormat(op, file.length >= 12, 'at least 12 bytes', 'the file', `${file.length} bytes`);
  expectFormat(op, file.toString('latin1', 0, 6) === magic, 'the npy signature', 'the file', 'another one');
  const version = file[6]!;
  expectFormat(op, version >= 1 && version <= 3 && file[7] === 0, '1.0, 2.0 or 3.0', 'the version', `${version}.${file[7]}`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  expectFormat(op, length <= maxHeaderBytes, `at most ${maxHeaderBytes} bytes`, 'the header', `${length} bytes`);
  expectFormat(op, start + length <= file.length, `${length} bytes`, 'the header', `a file that ends after ${file.length - start} of them`);
  return { text: file.toString('utf8', start, start + length), data: file.subarray(start + length) };
}

/** The items of the Python dict literal that NumPy writes, values still as text. */
function readDict(text: string): Map<string, string> {
  const items = new Map<string, string>();
  const body = /^\{(.*)\}\s*$/s.exec(text)?.[1];
  expectFormat(op, body !== undefined, 'a Python dict', 'the header', text);
  const item = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([^()]*\)|\[.*\])\s*(?:,|$)\s*/sy;
  while (item.lastIndex < body.length) {
    const at = item.lastIndex;
    const match = item.exec(body);
    expectFormat(op, match !== null, "'key': value", 'the header', body.slice(at));
    expectFormat(op, !items.has(match[1]!), 'distinct keys', 'the header', `'${match[1]}' twice`);
    items.set(match[1]!, match[2]!);
  }
  return items;
}

function readHeader(text: string): Header {
  const items = readDict(text);
  const keys = [...items.keys()].sort().join(', ');
  expectFormat(op, keys === 'descr, fortran_order, shape', 'descr, fortran_order, shape', 'the header', keys || 'no keys');
  const [descr, fortranOrder, shape] = [items.get('descr')!, items.get('fortran_order')!, items.get('shape')!];
  const [, order, type] = /^'([<>|])(\w+)'$/.exec(descr) ?? [];
  const known = type !== undefined && Object.hasOwn(fileTypes, type);
  expectFormat(op, known && (order !== '|' || type.endsWith('1')), Object.keys(fileTypes).join(', '), 'descr', descr);
  expectFormat(op, /^(True|False)$/.test(fortranOrder), 'True or False', 'fortran_order', fortranOrder);
  // (), (3,) and (3, 4): a comma must follow a single number.
  expectFormat(op, /^\(\s*(\d+\s*,\s*)*(\d+\s*)?\)$/.test(shape) && !/^\(\s*\d+\s*\)$/.test(shape), 'a tuple of counts', 'shape', shape);
  const dims = (shape.match(/\d+/g) ?? []).map(Number);
  return { type: type as FileType, order: order === '>' ? 'BE' : 'LE', fortranOrder: fortranOrder === 'True', shape: dims };
}

function narrowInt64(bytes: Uint8Array, order: 'LE' | 'BE'): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length / 8 }, (_, i) => {
    const value = view.getBigInt64(8 * i, order === 'LE');
    expectFormat(op, BigInt.asIntN(32, value) === value, 'int64 values within the range of int32', 'the data', value);
    return Number(value);
  });
}

/** Fortran order is row-major order of the reversed shape: a transpose of all axes. */
function reverseAxes(data: TypedArray, shape: readonly number[], scalars: number): TypedArray {
  const result = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, dim) => product * dim, scalars));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to += scalars) {
    for (let part = 0; part < scalars; part++) result[to + part] = data[from + part]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Reads the bytes of a .npy file (NEP 1) of version 1, 2 or 3: f4, f8, c8, c16, i4, i8 (values within int32), u1 and b1, in either byte
 * order, in C or Fortran order (the result is always row-major). Throws ERR_FORMAT for everything else.
 */
export function parse(file: Uint8Array): HostArray {
  const { text, data } = splitFile(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  const { type, order, fortranOrder, shape } = readHeader(text);
  const dtype = fileTypes[type];
  const count = elementCount(shape);
  expectFormat(op, count !== undefined, 'a representable size', 'shape', shape);
  const bytes = count * (type === 'i8' ? 8 : elementBytes(dtype));
  expectFormat(op, bytes === data.length, `${bytes} bytes (${type} [${String(shape)}])`, 'the data', `${data.length} bytes`);
  const values = type === 'i8' ? narrowInt64(data, order) : decodeElements(data, dtype, order);
  if (type === 'b1') values.forEach((value, i) => (values[i] = Number(value !== 0)));
  const scalars = isComplex(dtype) ? 2 : 1;
  return { dtype, shape, data: fortranOrder ? reverseAxes(values, shape, scalars) : values };
}

/** The parts of a .npy file of version 1 in C order, to be written one after another. */
export function serialize({ dtype, shape, data }: HostArray): Uint8Array[] {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descrOf[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = 10;
  const length = Math.ceil((start + dict.length + 1) / 64) * 64 - start;
  const header = Buffer.from(`${magic}\x01\x00\x00\x00${dict.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  return [header, encodeElements(data)];
}
