import { expected } from '../errors.js';
import { type ColormapName, colourAt } from './colormap.js';
import type { Picture } from './png.js';

/** Blank paper, opaque or transparent. */
function blank(width: number, height: number, alpha: 0 | 255): Picture {
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let i = 3; i < data.length; i += 4) data[i] = alpha;
  return { width, height, channels: 4, data };
}

/** What `pixelPicture` draws. */
export interface PixelOptions {
  readonly height: number;
  readonly width: number;
  /** Side of a pixel in the picture, default 1. */
  readonly scale?: number;
  readonly colormap: ColormapName;
  readonly range: readonly [low: number, high: number];
}

/** Values [height, width] as squares. Throws ERR_SHAPE where there are more or fewer. */
export function pixelPicture(values: ArrayLike<number>, { height, width, scale = 1, colormap, range }: PixelOptions): Picture {
  if (values.length !== height * width)
    throw expected('pixelPicture', `${height} x ${width} numbers`, 'values', `${values.length} of them`, 'ERR_SHAPE');
  const picture = blank(width * scale, height * scale, 255);
  const [low, high] = range;
  for (let y = 0, i = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++, i += 4) {
      const value = values[Math.floor(y / scale) * width + Math.floor(x / scale)]!;
      picture.data.set(colourAt(colormap, (value - low) / (high - low)), i);
    }
  }
  return picture;
}

/** RGBA pictures side by side, `gap` transparent pixels between them, each in the middle of the height. */
export function sideBySide(pictures: readonly Picture[], gap: number): Picture {
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const all = blank(width, height, 0);
  let left = 0;
  for (const picture of pictures) {
    const top = Math.floor((height - picture.height) / 2);
    for (let y = 0; y < picture.height; y++) {
      const row = picture.data.subarray(4 * y * picture.width, 4 * (y + 1) * picture.width);
      all.data.set(row, 4 * ((top + y) * width + left));
    }
    left += picture.width + gap;
  }
  return all;
}
