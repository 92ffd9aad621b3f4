import { encodePng } from '../../lib/report/png.js';
import { decodePng, readChunks } from './decode_png.js';
import { thrownBy } from '../files/thrown.js';

describe('PNG', () => {
  test.each([3, 4] as const)('%d channels: decodes to the same pixels', (channels) => {
    const [width, height] = [7, 5];
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37 + (i % 11) * 91) & 255);
    expect(decodePng(encodePng({ width, height, channels, data }))).toEqual({ width, height, channels, data });
  });

  test('chunks, signature and check sums', () => {
    const png = Buffer.from(encodePng({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) }));
    expect(png.toString('hex', 0, 8)).toBe('89504e470d0a1a0a');
    const chunks = readChunks(png);
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect(chunks[0]!.data.toString('hex')).toBe('00000001000000010802000000');
    // The end of every PNG file.
    expect(chunks[2]!.crc).toBe(0xae426082);
  });

  test('refuses data of another size', () => {
    const picture = { width: 2, height: 2, channels: 3, data: new Uint8Array(11) } as const;
    expect(thrownBy(() => encodePng(picture))).toMatchObject({ code: 'ERR_SHAPE' });
  });
});
