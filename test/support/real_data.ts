import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';
import { npz } from '../../lib/index.js';

const root = path.join(__dirname, '../../../shared/data');
const at = (file: string): string => path.join(root, file);

/** Whether the measured data is here; it is no part of the repository. */
export const realDataPresent = existsSync(root);

/** Numbers of the array `name` of a MAT 5 file of one compressed double array; re and im interleaved where it is complex. */
function matArray(file: string, name: string): Float64Array {
  const bytes = readFileSync(at(file));
  for (let p = 128; p < bytes.length; p += 8 + bytes.readUInt32LE(p + 4)) {
    const body = inflateSync(bytes.subarray(p + 8, p + 8 + bytes.readUInt32LE(p + 4))).subarray(8);
    if (!body.subarray(0, 64).toString('latin1').includes(name)) continue;
    const parts: Float64Array[] = [];
    for (let q = 0; q < body.length;) {
      const small = body.readUInt16LE(q + 2) !== 0;
      const type = small ? body.readUInt16LE(q) : body.readUInt32LE(q);
      const size = small ? 4 : body.readUInt32LE(q + 4);
      if (type === 9) parts.push(new Float64Array(Uint8Array.from(body.subarray(q + 8, q + 8 + size)).buffer));
      q += small ? 8 : 8 + Math.ceil(size / 8) * 8;
    }
    const [re, im] = parts;
    return im ? Float64Array.from({ length: 2 * re!.length }, (_, i) => (i % 2 === 0 ? re! : im)[i >> 1]!) : re!;
  }
  throw new Error(`${file} has no ${name}`);
}

/** Topography of the Earth, bandlimit 128: complex coefficients with m >= 0 alone, and the map on the mw grid, metres. */
export async function topography(): Promise<{ flm: Float64Array; map: Float64Array }> {
  const arrays = await npz.load(at('harmonic_coeffs/EGM2008_topography_MW_L128_reference.npz'));
  const map = Object.values(arrays)[0]!;
  return { flm: matArray('harmonic_coeffs/EGM2008_Topography_flms_L0128.mat', 'flm'), map: map.dataSync() as Float64Array };
}

/** The end of the header that begins at `start`, in whole FITS blocks. */
function headerEnd(bytes: Buffer, start: number): number {
  const blocks = (n: number): number => Math.ceil(n / 2880) * 2880;
  for (let card = start; ; card += 80) {
    if (bytes.toString('latin1', card, card + 8) === 'END     ') return start + blocks(card + 80 - start);
  }
}

/** The data of the first table of a gzipped FITS file. */
function fitsTable(file: string): Buffer {
  const bytes = gunzipSync(readFileSync(at(file)));
  return bytes.subarray(headerEnd(bytes, headerEnd(bytes, 0)));
}

/** WMAP's W map (nside 32, ring order, mK) and its spectrum by anafast, degrees 0..64. */
export function wmap(): { map: Float64Array; spectrum: number[] } {
  const table = fitsTable('cmb/wmap_band_iqumap_r9_7yr_W_v4_udgraded32.fits.gz');
  const map = Float64Array.from({ length: 12288 }, (_, i) => table.readFloatBE((i >> 10) * 12288 + (i & 1023) * 4));
  const text = fitsTable('cmb/cl_wmap_band_iqumap_r9_7yr_W_v4_udgraded32_II_lmax64_rmmono_3iter_nomask.fits.gz').toString('latin1');
  return { map, spectrum: Array.from({ length: 65 }, (_, l) => Number(text.slice(15 * l, 15 * l + 15))) };
}
