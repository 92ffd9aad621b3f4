import type { HostArray } from '../../lib/formats/host_array.js';
import { parse, serialize } from '../../lib/formats/npy.js';
import { thrownBy } from './thrown.js';

const arrays: HostArray[] = [
  { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, NaN, -0) },
  { dtype: 'float64', shape: [], data: Float64Array.of(Math.E) },
  { dtype: 'complex64', shape: [2], data: Float32Array.of(1, 2, 3, 4) },
  { dtype: 'complex128', shape: [1, 1, 1], data: Float64Array.of(1, 2) },
  { dtype: 'int32', shape: [3], data: Int32Array.of(-1, 0, 2 ** 31 - 1) },
  { dtype: 'uint8', shape: [0, 7], data: new Uint8Array(0) },
];

/** A .npy file of the given version with this header text and data. */
function file(header: string, data: Uint8Array = new Uint8Array(0), version = 1): Uint8Array {
  const start = Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\x00`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(header.length, 0, length.length);
  return Buffer.concat([start, length, Buffer.from(header), data]);
}

const dict = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
const bytesOf = (array: NodeJS.TypedArray) => new Uint8Array(array.buffer);

describe('npy', () => {
  test.each(arrays.map((array) => [array.dtype, array] as const))('round trip of %s', (_, array) => {
    const bytes = Buffer.concat(serialize(array));
    expect(parse(bytes)).toEqual(array);
    expect(bytes.indexOf('\n') % 64).toBe(63);
  });

  test('the header is that of NumPy', () => {
    const text = Buffer.concat(serialize(arrays[4]!)).toString('latin1', 10, 128);
    expect(text).toMatch(/^\{'descr': '<i4', 'fortran_order': False, 'shape': \(3,\), \} *\n/);
  });

  test.each([1, 2, 3])('version %d', (version) => {
    expect(parse(file(dict('<f4', '(1,)'), bytesOf(Float32Array.of(5)), version)).data).toEqual(Float32Array.of(5));
  });

  test('big-endian, in any alignment', () => {
    const bytes = file(dict('>f8', '(1,)'), Buffer.from('3ff8000000000000', 'hex'));
    const shifted = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
    expect(parse(shifted).data).toEqual(Float64Array.of(1.5));
    expect(parse(file(dict('>i8', '(1,)'), Buffer.from('fffffffffffffffe', 'hex'))).data).toEqual(Int32Array.of(-2));
  });

  test('Fortran order becomes row-major', () => {
    const data = Int32Array.from({ length: 24 }, (_, i) => i);
    const read = parse(file(dict('<i4', '(2, 3, 4)', 'True'), bytesOf(data)));
    const at = (i: number, j: number, k: number) => read.data[(i * 3 + j) * 4 + k];
    expect([at(0, 0, 0), at(1, 0, 0), at(0, 1, 0), at(0, 0, 1), at(1, 2, 3)]).toEqual([0, 1, 2, 6, 23]);
    const complex = parse(file(dict('<c8', '(1, 2)', 'True'), bytesOf(Float32Array.of(1, 2, 3, 4))));
    expect(complex.data).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  test('int64 and bool', () => {
    expect(parse(file(dict('<i8', '(2,)'), bytesOf(BigInt64Array.of(-5n, 2n ** 31n - 1n)))).data).toEqual(Int32Array.of(-5, 2 ** 31 - 1));
    expect(parse(file(dict('|b1', '(3,)'), Uint8Array.of(0, 1, 2)))).toEqual({ dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 1, 1) });
  });

  const four = new Uint8Array(4);
  const hostile: [string, Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(0), /at least 12 bytes/],
    ['another signature', Buffer.alloc(20), /signature/],
    ['version 4', file(dict('<f4', '(1,)'), four, 4), /version, got 4\.0/],
    ['header beyond the file', file(dict('<f4', '(1,)')).subarray(0, 40), /the header/],
    ['header too long', file(dict('<f4', '(1,)').padEnd(20000), four), /at most 10000/],
    ['no dict', file('[1, 2]\n'), /a Python dict/],
    ['code', file("{'descr': __import__('os'), }\n"), /'key': value/],
    ['missing key', file("{'descr': '<f4', 'shape': (1,), }\n", four), /descr, fortran_order, shape/],
    ['key twice', file("{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }\n", four), /'descr' twice/],
    ['structured type', file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", four), /descr/],
    ['objects', file(dict('|O', '(1,)'), four), /descr, got '\|O'/],
    ['half precision', file(dict('<f2', '(2,)'), four), /descr, got '<f2'/],
    ['no byte order', file(dict('|f4', '(1,)'), four), /descr/],
    ['type that every object has', file(dict('<constructor', '(1,)'), four), /descr/],
    ['fortran_order not a truth value', file(dict('<f4', '(1,)', "'yes'"), four), /fortran_order/],
    ['shape not a tuple', file(dict('<f4', '(1)'), four), /shape/],
    ['negative dimension', file(dict('<f4', '(-1,)'), four), /shape/],
    ['fractional dimension', file(dict('<f4', '(1.0,)'), four), /shape/],
    ['overflowing shape', file(dict('<f4', '(4294967296, 4294967296)'), four), /shape/],
    ['too few bytes', file(dict('<f4', '(2,)'), four), /8 bytes/],
    ['too many bytes', file(dict('|u1', '(2,)'), four), /2 bytes/],
    ['int64 beyond int32', file(dict('<i8', '(1,)'), bytesOf(BigInt64Array.of(2n ** 31n))), /range of int32 for the data, got 2147483648$/],
  ];

  test.each(hostile)('refuses %s', (_, bytes, message) => {
    expect(thrownBy(() => parse(bytes))).toMatchObject({ code: 'ERR_FORMAT', message: expect.stringMatching(message) as string });
  });
});
