import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expected } from '../errors.js';

const op = 'tensorboard';

/** CRC-32C (Castagnoli), reflected. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** TFRecord's checksum: a CRC-32C that may itself be part of checked data. */
function maskedCrc(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const result = Buffer.alloc(4);
  result.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return result;
}

/** A TFRecord: length (uint64), its checksum, data, its checksum. */
export function encodeRecord(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

// ---- protocol buffers: a field is a key (number << 3 | wire type) and its value

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

const integerField = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((field << 3) | 1), bytes]);
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bytes]);
}

function bytesField(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

/** What an event says beside its time (seconds) and step. */
type EventContent = { readonly version: true } | { readonly start: true } | { readonly scalars: Readonly<Record<string, number>> };

/** tensorflow.Event: wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7. */
export function encodeEvent(time: number, step: number, content: EventContent): Buffer {
  const parts = [doubleField(1, time), ...(step > 0 ? [integerField(2, step)] : [])];
  if ('version' in content) parts.push(bytesField(3, Buffer.from('brain.Event:2')));
  // SessionLog.status = START: what older files say of this step and later ones no longer holds.
  else if ('start' in content) parts.push(bytesField(7, integerField(1, 1)));
  else {
    // Summary.value = 1 with Value.tag = 1 and Value.simple_value = 2.
    const values = Object.entries(content.scalars).map(([tag, value]) =>
      bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)])),
    );
    parts.push(bytesField(5, Buffer.concat(values)));
  }
  return Buffer.concat(parts);
}

/** An event file for TensorBoard in the folder of a run. A run that goes on at `step` gets a second one. */
export class EventFile {
  private readonly descriptor: number;

  /** Throws ERR_IO. */
  constructor(
    private readonly folder: string,
    step: number,
  ) {
    // TensorBoard reads the files of a folder by name: milliseconds have as many digits for centuries.
    const file = path.join(folder, `events.out.tfevents.${Date.now()}.clebsch.${process.pid}`);
    this.descriptor = this.guard(() => openSync(file, 'a'));
    this.write(0, { version: true });
    this.write(step, { start: true });
  }

  /** Throws ERR_IO. */
  scalars(step: number, scalars: Readonly<Record<string, number>>): void {
    this.write(step, { scalars });
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private write(step: number, content: EventContent): void {
    this.guard(() => writeSync(this.descriptor, encodeRecord(encodeEvent(Date.now() / 1000, step, content))));
  }

  private guard<T>(f: () => T): T {
    try {
      return f();
    } catch (cause) {
      throw expected(op, 'a writable place', 'folder', `${this.folder}: ${(cause as Error).message}`, 'ERR_IO');
    }
  }
}
