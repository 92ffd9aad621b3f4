import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../lib/formats/crc32.js';
import * as npy from '../../lib/formats/npy.js';
import { parse, serialize } from '../../lib/formats/npz.js';
import { arrays, byNumpy, umlauts } from './numpy_archives.js';

/** Fields of an entry as the format stores them. */
interface Fields {
  readonly name: string | Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly extra: Buffer;
}

interface Made extends Partial<Fields> {
  /** Bytes behind the local header. */
  readonly data?: Buffer;
  /** Where the local header and the directory say something else. */
  readonly local?: Partial<Fields>;
  readonly directory?: Partial<Fields> & { readonly offset?: number };
  /** Whether no local header is written. */
  readonly listed?: 'only';
}

const little = (format: string, ...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value, i) => {
      const bytes = Buffer.alloc(Number(format[i]));
      bytes.writeUIntLE(value, 0, bytes.length);
      return bytes;
    }),
  );
const common = ({ flags, method, crc, compressed, size, name, extra }: Fields): Buffer =>
  little('2222244422', 20, flags, method, 0, 0x21, crc, compressed, size, name.length, extra.length);
const content = Buffer.concat(npy.serialize({ dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }));

/** An archive by the letter of the format, of entries x.npy = [1, 2, 3] unless they say otherwise. */
function archive(entries: readonly Made[], end: readonly number[] = []): Buffer {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  for (const { data = content, local, directory: listed, ...own } of entries) {
    const sizes = { crc: crc32(content), compressed: data.length, size: content.length };
    const fields: Fields = { name: 'x.npy', flags: 0, method: 0, ...sizes, extra: Buffer.alloc(0), ...own };
    const [here, there] = [
      { ...fields, ...local },
      { offset: Buffer.concat(files).length, ...fields, ...listed },
    ];
    if (own.listed !== 'only') files.push(little('4', 0x04034b50), common(here), Buffer.from(here.name), here.extra, data);
    const placement = little('22244', 0, 0, 0, 0, there.offset);
    directory.push(little('42', 0x02014b50, 20), common(there), placement, Buffer.from(there.name), there.extra);
  }
  const [before, listed] = [Buffer.concat(files), Buffer.concat(directory)];
  const written = [0, 0, entries.length, entries.length, listed.length, before.length, 0].map((value, i) => end[i] ?? value);
  return Buffer.concat([before, listed, little('42222442', 0x06054b50, ...written)]);
}

function withUint16(bytes: Buffer, fromEnd: number, value: number): Buffer {
  bytes.writeUInt16LE(value, bytes.length + fromEnd);
  return bytes;
}

const deflated = deflateRawSync(content);
const packed = { method: 8, data: deflated } as const;
const wide = (...values: number[]): Buffer =>
  little('22' + '44'.repeat(values.length), 1, 8 * values.length, ...values.flatMap((v) => [v, 0]));
const descriptor = (form: string, ...values: number[]): Buffer => Buffer.concat([deflated, little(form, ...values)]);
const [c, s] = [deflated.length, content.length];
const x = new Map([['x', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) }]]);

describe('npz', () => {
  test.each(Object.entries(byNumpy))('reads what %s wrote', async (_, base64) => {
    expect(await parse(Buffer.from(base64, 'base64'))).toEqual(arrays);
  });

  test('writes the entries that NumPy writes, and reads them', async () => {
    const bytes = Buffer.concat(serialize(arrays));
    expect(await parse(bytes)).toEqual(arrays);
    expect(bytes.subarray(40, 40 + 134)).toEqual(Buffer.from(byNumpy.savez, 'base64').subarray(60, 60 + 134));
    expect(await parse(Buffer.concat(serialize(new Map())))).toEqual(new Map());
  });

  test('names of any alphabet, also those of properties of every object', async () => {
    expect(await parse(Buffer.from(umlauts, 'base64'))).toEqual(
      new Map([['größe', { dtype: 'float32', shape: [], data: Float32Array.of(3) }]]),
    );
    const named = new Map(
      ['größe', '__proto__', '', 'a/../b', '数'].map((name, i) => [name, { dtype: 'uint8', shape: [1], data: Uint8Array.of(i) }] as const),
    );
    expect(await parse(Buffer.concat(serialize(named)))).toEqual(named);
  });

  test.each(['a\0b', '\ud800', 'x'.repeat(65531)])('refuses to write a name that would be another one', (name) => {
    expect(() => serialize(new Map([[name, arrays.get('labels')!]]))).toThrow(expect.objectContaining({ code: 'ERR_VALUE' }));
  });

  const streamed = { method: 8, flags: 8, crc: crc32(content), compressed: c, local: { crc: 0, compressed: 0, size: 0 } };
  const sound: [string, Buffer][] = [
    ['stored', archive([{}])],
    ['deflated', archive([packed])],
    ['with numbers in a ZIP64 field', archive([{ ...packed, size: 0xffffffff, compressed: 0xffffffff, extra: wide(s, c) }])],
    ['with an offset in a ZIP64 field', archive([{ directory: { offset: 0xffffffff, extra: wide(0) } }])],
    [
      'behind another extra field',
      archive([{ ...packed, size: 0xffffffff, extra: Buffer.concat([little('221', 7, 1, 9), wide(s)]), local: { size: s } }]),
    ],
    ['with a descriptor', archive([{ ...streamed, data: descriptor('4444', 0x08074b50, crc32(content), c, s) }])],
    ['with a descriptor without signature', archive([{ ...streamed, data: descriptor('444', crc32(content), c, s) }])],
    ['with a wide descriptor', archive([{ ...streamed, data: descriptor('44444', crc32(content), c, 0, s, 0) }])],
    ['with a comment', withUint16(Buffer.concat([archive([{}]), Buffer.from('PK')]), -4, 2)],
  ];
  test.each(sound)('reads entries %s', async (_, bytes) => {
    expect(await parse(bytes)).toEqual(x);
    const moved = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
    expect(await parse(moved)).toEqual(x);
  });

  const nested = archive([{}]).subarray(0, 35 + s);
  const hostile: [string, Buffer, RegExp][] = [
    ['no bytes', Buffer.alloc(0), /an end record for the file, got none/],
    ['a cut file', archive([{}]).subarray(0, -1), /an end record/],
    ['bytes behind the end', Buffer.concat([archive([{}]), Buffer.of(0)]), /an end record/],
    ['a part of an archive', archive([{}], [1]), /in one piece/],
    ['a count that differs', archive([{}], [0, 0, 1, 2]), /in one piece/],
    ['too many entries', archive([{}], [0, 0, 2, 2]), /signature 0x2014b50/],
    ['too few entries', archive([{}], [0, 0, 0, 0]), /0 entries for the directory, got 51 bytes behind them/],
    ['a ZIP64 end', archive([{}], [0, 0, 0xffff, 0xffff]), /less than 65535 entries/],
    ['a directory elsewhere', archive([{}], [0, 0, 1, 1, 50]), /the end of the directory/],
    ['a name beyond the directory', withUint16(archive([{}]), -22 - 51 + 28, 0xffff), /complete entries for the directory, got a cut one/],
    ['encryption', archive([{ flags: 1 }]), /no encryption and no patch for entry 'x\.npy', got flags 0x1/],
    ['another method', archive([{ method: 12 }]), /stored or deflated data for entry 'x\.npy', got method 12/],
    ['stored data of two sizes', archive([{ size: 7 }]), /bytes as stored/],
    ['data beyond the directory', archive([{ compressed: 9999, size: 9999 }]), /9999 bytes before the directory/],
    ['a header beyond the file', archive([{ directory: { offset: 9999 } }]), /signature 0x4034b50/],
    [
      'an endless offset',
      archive([{ directory: { offset: 0xffffffff, extra: little('2244', 1, 8, 0, 0xffffffff) } }]),
      /signature 0x4034b50/,
    ],
    ['an endless size', archive([{ ...packed, size: 0xffffffff, extra: little('2244', 1, 8, 0, 0xffffffff) }]), /at most 1073741824 bytes/],
    ['a cut extra field', archive([{ directory: { extra: little('22', 1, 8) } }]), /complete extra fields/],
    ['an empty ZIP64 field', archive([{ size: 0xffffffff, compressed: 0xffffffff, extra: wide() }]), /numbers of 8 bytes/],
    [
      'another name in the header',
      archive([{ local: { name: 'y.npy' } }]),
      /the same as in the directory for the header of entry 'x\.npy'/,
    ],
    ['another checksum in the header', archive([{ local: { crc: 1 } }]), /the same as in the directory/],
    ['another size in the header', archive([{ ...packed, local: { size: 7 } }]), /the same as in the directory/],
    ['no size in the header', archive([{ local: { size: 0 } }]), /the same as in the directory/],
    ['other flags in the header', archive([{ local: { flags: 2 } }]), /the same as in the directory/],
    ['another method in the header', archive([{ local: { method: 8 } }]), /the same as in the directory/],
    ['no descriptor', archive([{ ...streamed, data: deflated }]), /a descriptor behind the data/],
    ['another descriptor', archive([{ ...streamed, data: descriptor('444', 0, c, s) }]), /a descriptor behind the data/],
    ['other data', archive([{ crc: 5 }]), /data of its checksum/],
    ['deflated garbage', archive([{ method: 8, data: Buffer.alloc(20, 0xff) }]), /deflated data of 131 bytes/],
    ['less data than promised', archive([{ ...packed, size: s + 1 }]), /132 bytes for entry 'x\.npy', got 131 bytes/],
    ['a bomb', archive([{ method: 8, data: deflateRawSync(Buffer.alloc(50_000_000)), size: 9 }]), /deflated data of 9 bytes/],
    ['a bomb that says so', archive([1, 2, 3].map((i) => ({ ...packed, name: `${i}.npy`, size: 2 ** 29 }))), /at most 1073741824 bytes/],
    ['a name twice', archive([{}, {}]), /distinct names for the directory, got 'x\.npy' twice/],
    [
      'entries inside of entries',
      archive([
        { data: nested, crc: crc32(nested), size: nested.length, name: 'y.npy' },
        { listed: 'only', directory: { offset: 35 } },
      ]),
      /do not overlap/,
    ],
    ['no flag of UTF-8', archive([{ name: Buffer.from('ß.npy') }]), /ASCII, or the flag of UTF-8/],
    ['a name that is not UTF-8', archive([{ name: Buffer.of(0xff), flags: 0x800 }]), /UTF-8 for the name of an entry/],
    ['another kind of file', archive([{ name: 'x.txt' }]), /NAME\.npy for the name of an entry, got x\.txt/],
    [
      'an entry that is no array',
      archive([{ data: Buffer.from('hello world!'), size: 12, crc: crc32(Buffer.from('hello world!')) }]),
      /a \.npy file for entry 'x\.npy', got \[npy\] expected the npy signature/,
    ],
  ];
  test.each(hostile)('refuses %s', async (_, bytes, message) => {
    await expect(parse(bytes)).rejects.toMatchObject({ code: 'ERR_FORMAT', message: expect.stringMatching(message) as string });
  });
});
