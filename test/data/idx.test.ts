import { gzipSync } from 'node:zlib';
import { type IdxArray, parse } from '../../lib/data/idx.js';

const plain = Buffer.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
const array: IdxArray = { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) };

describe('idx', () => {
  test('plain and gzip', async () => {
    for (const file of [plain, gzipSync(plain)]) {
      expect(await parse(file)).toEqual(array);
    }
  });

  const header = (magic: number[], ...dims: number[]) =>
    Buffer.from([...magic, ...dims.flatMap((dim) => [dim >>> 24, (dim >>> 16) & 255, (dim >>> 8) & 255, dim & 255])]);
  const bomb = gzipSync(Buffer.concat([header([0, 0, 8, 1], 10), Buffer.alloc(50_000_000)]));
  const hostile: [string, Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(0), /at least 4 bytes/],
    ['another magic number', header([0, 0, 13, 1], 0), /magic number, got 0x00000d01/],
    ['no axes', header([0, 0, 8, 0]), /magic number/],
    ['too many axes', header([0, 0, 8, 200], 1), /magic number/],
    ['a cut header', header([0, 0, 8, 3], 1, 2), /a header of 16 bytes/],
    ['cut data', plain.subarray(0, 17), /6 bytes of data for the file, got 5 bytes/],
    ['data left over', Buffer.concat([plain, Buffer.of(0)]), /6 bytes of data for the file, got 7 bytes/],
    ['an absurd size', header([0, 0, 8, 3], 0xffffffff, 0xffffffff, 0xffffffff), /at most 1073741824 bytes/],
    ['a gzip bomb', bomb, /gzip data of the size its header says/],
    ['cut gzip', gzipSync(plain).subarray(0, 25), /gzip data|at least|header/],
    ['gzip of something else', gzipSync(Buffer.from('hello world')), /magic number/],
    ['two bytes of gzip', Buffer.of(0x1f, 0x8b), /for the file/],
  ];

  test.each(hostile)('refuses %s', async (_, file, message) => {
    await expect(parse(file)).rejects.toMatchObject({ code: 'ERR_FORMAT', message: expect.stringMatching(message) as string });
  });
});
