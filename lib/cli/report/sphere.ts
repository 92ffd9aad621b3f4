import { projectDigits } from '../../data/projection.js';
import { type Tau, degreeOffset } from '../../harmonics/irreps.js';
import { s2Transform } from '../../harmonics/s2_transform.js';
import type { SignalInput } from '../../data/signal_input.js';
import type { ColormapName } from '../../report/colormap.js';
import type { ReportPicture } from '../../report/html.js';
import { mollweidePicture } from '../../report/mollweide.js';
import type { Picture } from '../../report/png.js';
import { tidy } from '../../scope.js';
import { tensor } from '../../tensor.js';

/** Digits lie around the south pole; seen from the centre of the sphere they are upright. */
const view = { centre: { theta: Math.PI, phi: Math.PI }, flip: 'astro' } as const;

/** Samples behind a picture, [rows, 2 rows] at the colatitudes (t + 1/2) pi / rows. */
export interface Sphere {
  readonly samples: ArrayLike<number>;
  readonly rows: number;
}

export type Range = readonly [low: number, high: number];

/** Enough for a picture, and for the bandlimit. */
const rowsFor = (L: number): number => Math.max(120, 2 * L);

const colatitudes = (rows: number): Float64Array => Float64Array.from({ length: rows }, (_, t) => ((t + 0.5) * Math.PI) / rows);

/** The samples of coefficients [L*L] in the real basis. */
export async function sphereOf(coefficients: Float64Array): Promise<Sphere> {
  const L = Math.sqrt(coefficients.length);
  const rows = rowsFor(L);
  const options = { dtype: 'float64', device: 'cpu' } as const;
  const plan = s2Transform({ L, sampling: 'equiangular', height: rows, width: 2 * rows, real: true, ...options });
  const samples = await tidy(() => plan.inverse(tensor(coefficients, [1, L * L, 1], options)).data());
  return { samples, rows };
}

/** Digits [n, 28, 28] on the sphere as they are projected, each turned by its `angles` [n, 3]. */
export async function projectedSpheres(
  images: Uint8Array,
  { interpolation = 'bilinear' }: SignalInput,
  angles?: Float64Array,
): Promise<Sphere[]> {
  const rows = rowsFor(1);
  const all = await projectDigits(images, { theta: colatitudes(rows), nPhi: 2 * rows, interpolation }, angles && { angles });
  const size = 2 * rows ** 2;
  return Array.from({ length: all.length / size }, (_, i) => ({ samples: all.subarray(i * size, (i + 1) * size), rows }));
}

/** `width` pixels wide and half as high. */
export function drawSphere({ samples, rows }: Sphere, colormap: ColormapName, range: Range, width: number): Picture {
  return mollweidePicture(samples, colatitudes(rows), 2 * rows, { ...view, colormap, range, width });
}

/** A sphere as a picture of the report, with its scale of colours. */
export function spherePicture(name: string, caption: string, sphere: Sphere, colormap: ColormapName, range: Range): ReportPicture {
  return { name, caption, picture: drawSphere(sphere, colormap, range, 480), scale: { colormap, range } };
}

/**
 * Of a signal of type tau with some channels, [rows, channels]: in one channel, of each degree its middle fragment, as coefficients of a signal on the
 * sphere [L*L]. On SO(3) that is the fragment n = 0, on the sphere the only one; a degree without fragments gives zeros.
 */
export function middleFragments(signal: ArrayLike<number>, tau: Tau, channels: number, channel: number): Float64Array {
  const result = new Float64Array(tau.length ** 2);
  tau.forEach((fragments, l) => {
    if (fragments === 0) return;
    const first = degreeOffset(tau, l) + Math.floor((fragments - 1) / 2);
    for (let m = 0; m < 2 * l + 1; m++) result[l * l + m] = signal[(first + m * fragments) * channels + channel]!;
  });
  return result;
}
