import { inflateSync } from 'node:zlib';
import type { Picture } from '../../lib/report/png.js';

export interface Chunk {
  type: string;
  data: Buffer;
  crc: number;
}

/** The chunks behind the signature. */
export function readChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
      crc: png.readUInt32BE(at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

/** A plain decoder of eight-bit PNG files with the filters "none" and "left". */
export function decodePng(file: Uint8Array): Picture {
  const png = Buffer.from(file);
  const [header, ...rest] = readChunks(png);
  const [width, height] = [header!.data.readUInt32BE(0), header!.data.readUInt32BE(4)];
  const channels = header!.data[9] === 6 ? 4 : 3;
  const rows = inflateSync(Buffer.concat(rest.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, from = 0; y < height; y++) {
    const filter = rows[from++]!;
    if (filter > 1) throw new Error(`filter ${filter}`);
    for (let i = 0; i < width * channels; i++) {
      const to = y * width * channels + i;
      data[to] = rows[from++]! + (filter === 1 && i >= channels ? data[to - channels]! : 0);
    }
  }
  return { width, height, channels, data };
}
