import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventFile, encodeEvent, encodeRecord } from '../../lib/train/tensorboard.js';

test('a record: length, checksum of the length, data, checksum of the data', () => {
  // The beginning of every event file of TensorFlow: 24 bytes follow.
  expect(encodeRecord(new Uint8Array(24)).subarray(0, 12).toString('hex')).toBe('1800000000000000' + 'a37f4b22');
  // CRC-32C of '123456789' is 0xe3069283; turned right by 15 bits, plus 0xa282ead8, it is 0xc78ab0e5.
  const record = encodeRecord(Buffer.from('123456789'));
  expect(record.subarray(12, 21).toString()).toBe('123456789');
  expect(record.readUInt32LE(21)).toBe(((((0xe3069283 >>> 15) | (0xe3069283 << 17)) >>> 0) + 0xa282ead8) % 2 ** 32);
  expect(record.length).toBe(25);
});

test.each<[string, Buffer, string]>([
  ['the version', encodeEvent(1, 0, { version: true }), '09000000000000f03f' + '1a0d' + Buffer.from('brain.Event:2').toString('hex')],
  ['a start', encodeEvent(1, 300, { start: true }), '09000000000000f03f' + '10ac02' + '3a020801'],
  [
    'two scalars',
    encodeEvent(0.5, 1, { scalars: { a: 1, bc: -2 } }),
    '09000000000000e03f' + '1001' + '2a15' + '0a08' + '0a0161' + '150000803f' + '0a09' + '0a026263' + '15000000c0',
  ],
])('%s as tensorflow.Event', (_, event, hex) => {
  expect(event.toString('hex')).toBe(hex);
});

test('a file of events, and a second one where a run goes on', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'clebsch-'));
  for (const step of [0, 7]) {
    const events = new EventFile(folder, step);
    events.scalars(step + 1, { loss: 0.5 });
    events.close();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const files = readdirSync(folder).sort();
  expect(files).toEqual([
    expect.stringMatching(/^events\.out\.tfevents\.\d{13}\./),
    expect.stringMatching(/^events\.out\.tfevents\.\d{13}\./),
  ]);
  const bytes = readFileSync(path.join(folder, files[1]!));
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length; at += 16 + lengths.at(-1)!) lengths.push(Number(bytes.readBigUInt64LE(at)));
  // Time 9, step 2; version 15, start 4, scalar 4 + 2 + 4 + 5 - all that the format adds.
  expect(lengths).toEqual([9 + 15, 9 + 2 + 4, 9 + 2 + 4 + 11]);
  rmSync(folder, { recursive: true });
  expect(() => new EventFile(path.join(folder, 'absent'), 0)).toThrow(expect.objectContaining({ code: 'ERR_IO' }) as Error);
});
