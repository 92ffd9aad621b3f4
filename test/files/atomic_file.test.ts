import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readBytes, writeFileAtomic } from '../../lib/atomic_file.js';

describe('atomic files', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('writes the parts in order, replaces what was there, leaves nothing else', async () => {
    const file = path.join(folder, 'a.bin');
    writeFileSync(file, 'old and longer than the new');
    await writeFileAtomic(file, [Buffer.from('one,'), new Uint8Array(0), Buffer.from('two')], 'test');
    expect(readFileSync(file, 'utf8')).toBe('one,two');
    expect(readdirSync(folder)).toEqual(['a.bin']);
    expect(await readBytes(file, 'test')).toEqual(Buffer.from('one,two'));
  });

  test('many writers of one file: one of them wins, whole', async () => {
    const file = path.join(folder, 'a.bin');
    const contents = Array.from({ length: 8 }, (_, i) => Buffer.alloc(100_000, i));
    await Promise.all(contents.map((content) => writeFileAtomic(file, [content], 'test')));
    const read = readFileSync(file);
    expect(contents.some((content) => content.equals(read))).toBe(true);
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  test('a failed write keeps the old file, cleans up and names the path', async () => {
    writeFileSync(path.join(folder, 'plain'), 'kept');
    const targets = [path.join(folder, 'missing', 'a.bin'), path.join(folder, 'plain', 'a.bin')];
    for (const file of targets) {
      await expect(writeFileAtomic(file, [Buffer.from('x')], 'save')).rejects.toMatchObject({
        code: 'ERR_IO',
        op: 'save',
        message: expect.stringContaining(file) as string,
      });
    }
    expect(readdirSync(folder)).toEqual(['plain']);
    expect(readFileSync(path.join(folder, 'plain'), 'utf8')).toBe('kept');
  });

  test('a target that cannot be replaced', async () => {
    await expect(writeFileAtomic(folder, [Buffer.from('x')], 'save')).rejects.toMatchObject({ code: 'ERR_IO' });
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(path.dirname(folder)).filter((name) => name.startsWith('.clebsch-'))).toEqual([]);
  });

  test('a missing file is ERR_IO with its path', async () => {
    const file = path.join(folder, 'absent');
    await expect(readBytes(file, 'load')).rejects.toMatchObject({ code: 'ERR_IO', message: expect.stringContaining(file) as string });
  });
});
