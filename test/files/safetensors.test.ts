import type { HostArray } from '../../lib/formats/host_array.js';
import { type Archive, parse, serialize } from '../../lib/formats/safetensors.js';
import { readDamaged } from './damage.js';
import { thrownBy } from './thrown.js';

const tensors = new Map<string, HostArray>([
  ['layer.weight', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) }],
  ['labels', { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 127, 255) }],
  ['step', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
  ['exact', { dtype: 'float64', shape: [1, 2], data: Float64Array.of(Math.PI, 1e-300) }],
  ['empty', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
  ['wave', { dtype: 'complex64', shape: [2], data: Float32Array.of(1, 2, 3, 4) }],
  ['field', { dtype: 'complex128', shape: [], data: Float64Array.of(5, 6) }],
  ['__proto__', { dtype: 'uint8', shape: [1], data: Uint8Array.of(9) }],
]);
const metadata = { format: 'clebsch', note: 'ünï "quoted"' };

/** A file with this header (text, or an object to be written as JSON) and this many bytes of data. */
function file(header: string | object, dataBytes = 0): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

const entry = (dtype: unknown, shape: unknown, begin: unknown, end: unknown) => ({ dtype, shape, data_offsets: [begin, end] });
const good = entry('F32', [1], 0, 4);

describe('safetensors', () => {
  test('round trip, metadata and complex tensors included', () => {
    const archive = parse(Buffer.concat(serialize(tensors, metadata)));
    expect(archive.metadata).toEqual(metadata);
    expect(archive.tensors.size).toBe(tensors.size);
    for (const [name, array] of tensors) expect(archive.tensors.get(name)).toEqual(array);
  });

  test('equal contents give equal bytes, and data is aligned', () => {
    const bytes = Buffer.concat(serialize(tensors, metadata));
    const reversed = new Map([...tensors].reverse());
    const reversedMetadata = Object.fromEntries(Object.entries(metadata).reverse());
    expect(Buffer.concat(serialize(reversed, reversedMetadata)).equals(bytes)).toBe(true);
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
  });

  test('reads from any alignment', () => {
    const bytes = Buffer.concat(serialize(tensors, metadata));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(parse(shifted.subarray(1)).tensors.get('exact')).toEqual(tensors.get('exact'));
  });

  test('reads a file of the reference implementation', () => {
    // safetensors.numpy.save({'b': np.arange(3, dtype='<i4'), 'a': np.ones((1, 2), '<f4')}, {'k': 'v'})
    const header =
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"I32","shape":[3],"data_offsets":[8,20]}} ';
    const data = Buffer.from('0000803f0000803f000000000100000002000000', 'hex');
    const { tensors: read, metadata: notes } = parse(Buffer.concat([file(header), data]));
    expect(notes).toEqual({ k: 'v' });
    expect(read.get('a')).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 1) });
    expect(read.get('b')).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 2) });
  });

  const absurd = Buffer.alloc(16);
  absurd.writeBigUInt64LE(2n ** 63n);
  const beyond = Buffer.alloc(16);
  beyond.writeBigUInt64LE(1000n);
  const hostile: [string, Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(0), /at least 8 bytes/],
    ['absurd header length', absurd, /at most 25000000 bytes/],
    ['header beyond the file', beyond, /1000 bytes/],
    ['not JSON', file('{"a":'), /JSON/],
    ['not UTF-8', Buffer.concat([file('{"a"'), Buffer.of()]).fill(0xff, 9), /UTF-8/],
    ['a byte order mark', file('\ufeff{}'), /JSON/],
    ['an array', file('[]'), /a JSON object/],
    ['null', file('null'), /a JSON object/],
    ['duplicate tensor', file(`{"a":${JSON.stringify(good)},"a":${JSON.stringify(good)}}`, 4), /'a' twice/],
    ['duplicate key, escaped', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"d\\u0074ype":"I32"}}', 4), /'dtype' twice/],
    ['duplicate metadata', file('{"__metadata__":{"k":"1","k":"2"}}'), /'k' twice/],
    ['metadata not an object', file({ __metadata__: ['x'] }), /__metadata__/],
    ['metadata not strings', file({ __metadata__: { k: 1 } }), /__metadata__ 'k'/],
    ['tensor not an object', file({ w: 3 }), /tensor 'w'/],
    ['tensor null', file({ w: null }), /tensor 'w'/],
    ['missing field', file({ w: { dtype: 'F32', shape: [] } }), /tensor 'w'/],
    ['further field', file({ w: { ...good, extra: 1 } }, 4), /tensor 'w'/],
    ['dtype of another library', file({ w: entry('BF16', [1], 0, 2) }, 2), /the dtype of tensor 'w', got BF16/],
    ['dtype that every object has', file({ w: entry('constructor', [1], 0, 4) }, 4), /the dtype of tensor 'w'/],
    ['dtype not text', file({ w: entry(['F32'], [1], 0, 4) }, 4), /the dtype of tensor 'w'/],
    ['negative dimension', file({ w: entry('F32', [-1, -1], 0, 4) }, 4), /the shape of tensor 'w'/],
    ['fractional dimension', file({ w: entry('F32', [0.5, 2], 0, 4) }, 4), /the shape of tensor 'w'/],
    ['overflowing shape', file({ w: entry('F32', [2 ** 31, 2 ** 31, 0], 0, 0) }), /the shape of tensor 'w'/],
    ['shape not a list', file({ w: entry('F32', 1, 0, 4) }, 4), /the shape of tensor 'w'/],
    ['negative offset', file({ w: entry('F32', [1], -4, 0) }, 4), /the offsets of tensor 'w'/],
    ['reversed offsets', file({ w: entry('F32', [1], 4, 0) }, 4), /the offsets of tensor 'w'/],
    ['offsets beyond the file', file({ w: entry('F32', [2], 0, 8) }, 4), /the offsets of tensor 'w'/],
    ['three offsets', file({ w: { ...good, data_offsets: [0, 4, 4] } }, 4), /the offsets of tensor 'w'/],
    ['shape and bytes disagree', file({ w: entry('F32', [2], 0, 4) }, 4), /8 bytes \(F32 \[2\]\) for tensor 'w', got 4 bytes/],
    ['a deeply nested tensor', file(`{"w":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), /nested too deeply/],
    [
      'a deeply nested dtype',
      file(`{"w":{"dtype":${'['.repeat(1e5)}${']'.repeat(1e5)},"shape":[],"data_offsets":[0,4]}}`, 4),
      /nested too deeply/,
    ],
    ['overlap', file({ v: entry('F32', [2], 0, 8), w: entry('F32', [2], 4, 12) }, 12), /tensor 'w', got 4 \(an overlap\)/],
    ['the same bytes twice', file({ v: good, w: good }, 4), /tensor 'w', got 0 \(an overlap\)/],
    ['hole', file({ v: good, w: entry('F32', [1], 8, 12) }, 12), /tensor 'w', got 8 \(a hole\)/],
    ['bytes left over', file({ v: good }, 5), /5 bytes in the file/],
    ['complex list not JSON', file({ __metadata__: { 'clebsch.complex': '[' } }), /clebsch\.complex/],
    ['complex list of unknown', file({ __metadata__: { 'clebsch.complex': '["x"]' } }), /clebsch\.complex/],
    ['complex without a pair', file({ __metadata__: { 'clebsch.complex': '["w"]' }, w: good }, 4), /clebsch\.complex, got w/],
  ];

  test.each(hostile)('refuses %s', (_, bytes, message) => {
    expect(thrownBy(() => parse(bytes))).toMatchObject({ code: 'ERR_FORMAT', message: expect.stringMatching(message) as string });
  });

  test('2,000 damaged files: each is refused or a sound file', async () => {
    const bytes = Buffer.concat(serialize(tensors, metadata));
    const headerBytes = 8 + Number(bytes.readBigUInt64LE());
    const sound = ({ tensors: read, metadata: notes }: Archive) => {
      const again = parse(Buffer.concat(serialize(read, notes)));
      expect(again.tensors).toEqual(read);
      expect(again.metadata).toEqual(notes);
    };
    const refused = await readDamaged(bytes, headerBytes, 2000, parse, sound);
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(2000);
  });

  test('serialize refuses what a file cannot hold', () => {
    const wrong: HostArray = { dtype: 'float32', shape: [3], data: new Float32Array(2) };
    expect(thrownBy(() => serialize(new Map([['w', wrong]])))).toMatchObject({ code: 'ERR_SHAPE' });
    expect(thrownBy(() => serialize(new Map([['__metadata__', tensors.get('step')!]])))).toMatchObject({ code: 'ERR_VALUE' });
    expect(thrownBy(() => serialize(new Map(), { 'clebsch.complex': '[]' }))).toMatchObject({ code: 'ERR_VALUE' });
  });
});
