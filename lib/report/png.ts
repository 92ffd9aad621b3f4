import zlib from 'node:zlib';
import { expected } from '../errors.js';
import { crc32 } from '../formats/crc32.js';

/** Eight bits a channel, rows from the top: RGB with 3 channels, RGBA with 4. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const colourType = { 3: 2, 4: 6 } as const;

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

/** Each row begins with the number of its filter; 1 stores differences to the pixel at the left, which deflate packs well. */
function filterRows({ width, height, channels, data }: Picture): Uint8Array {
  const stride = width * channels;
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * stride, y * (stride + 1) + 1];
    rows[to - 1] = 1;
    for (let i = 0; i < stride; i++) rows[to + i] = data[from + i]! - (i < channels ? 0 : data[from + i - channels]!);
  }
  return rows;
}

/** The bytes of a PNG file (ISO 15948). Throws ERR_SHAPE where the data does not fit the size. */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, channels, data } = picture;
  const bytes = width * height * channels;
  if (!(bytes > 0) || data.length !== bytes) throw expected('png', `${bytes} bytes`, 'data', `${data.length} bytes`, 'ERR_SHAPE');
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType[channels], 0, 0, 0], 8);
  const packed = zlib.deflateSync(filterRows(picture));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array(0))]);
}
