import { expected } from '../errors.js';
import { type ColormapName, colourAt } from './colormap.js';
import { type Picture, encodePng } from './png.js';

export interface MollweideOptions {
  /** Pixels, twice the height; default 480. */
  readonly width?: number;
  readonly colormap?: ColormapName;
  /** The values of the first and the last colour; default the smallest and the largest value, around 0 for `diverging`. */
  readonly range?: readonly [low: number, high: number];
  /** The direction in the middle of the picture; default theta = pi/2, phi = 0. */
  readonly centre?: { readonly theta: number; readonly phi: number };
  /** `geo`: seen from outside, phi grows to the right (default); `astro`: seen from the centre of the sphere, phi grows to the left. */
  readonly flip?: 'geo' | 'astro';
}

type Vector = readonly [x: number, y: number, z: number];
type Sampler = (theta: number, phi: number) => number;

/** The range that shows all of `values` (NaN aside), symmetric around 0 for the diverging colours. */
export function valueRange(values: ArrayLike<number>, colormap: ColormapName): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  if (colormap !== 'diverging') return [low, high];
  const bound = Math.max(-low, high);
  return [-bound, bound];
}

/** Bilinear interpolation in theta and phi. Beyond the first and last ring it goes towards the ring's mean at the pole. */
function makeSampler(values: ArrayLike<number>, thetas: ArrayLike<number>, nPhi: number): Sampler {
  const rings = Array.from({ length: thetas.length }, (_, t) => ({
    theta: thetas[t]!,
    values: Array.from({ length: nPhi }, (__, p) => values[t * nPhi + p]!),
  }));
  const mean = (ring: readonly number[]) => new Array<number>(nPhi).fill(ring.reduce((sum, value) => sum + value, 0) / nPhi);
  const [first, last] = [rings[0]!, rings.at(-1)!];
  if (first.theta > 0) rings.unshift({ theta: 0, values: mean(first.values) });
  if (last.theta < Math.PI) rings.push({ theta: Math.PI, values: mean(last.values) });
  return (theta, phi) => {
    let t = 0;
    while (t < rings.length - 2 && rings[t + 1]!.theta < theta) t++;
    const [above, below] = [rings[t]!, rings[t + 1]!];
    const v = (theta - above.theta) / (below.theta - above.theta);
    const column = ((((phi / (2 * Math.PI)) * nPhi) % nPhi) + nPhi) % nPhi;
    const [p, u] = [Math.floor(column) % nPhi, column - Math.floor(column)];
    const along = (ring: readonly number[]) => (1 - u) * ring[p]! + u * ring[(p + 1) % nPhi]!;
    return (1 - v) * along(above.values) + v * along(below.values);
  };
}

/** The direction at a point of the ellipse (x/2)^2 + y^2 <= 1, the x axis being in the middle and z above. */
function inverseMollweide(x: number, y: number): Vector {
  const auxiliary = Math.asin(y);
  const sinLatitude = (2 * auxiliary + Math.sin(2 * auxiliary)) / Math.PI;
  const cosLatitude = Math.sqrt(Math.max(0, 1 - sinLatitude ** 2));
  const longitude = (Math.PI * x) / (2 * Math.max(Math.cos(auxiliary), 1e-12));
  return [cosLatitude * Math.cos(longitude), cosLatitude * Math.sin(longitude), sinLatitude];
}

/** Rz(phi) Ry(theta - pi/2), which takes the x axis to the direction (theta, phi). */
function turnTo({ theta, phi }: { theta: number; phi: number }, [x, y, z]: Vector): Vector {
  const [st, ct, cp, sp] = [Math.sin(theta), Math.cos(theta), Math.cos(phi), Math.sin(phi)];
  const [outward, up] = [st * x - ct * z, ct * x + st * z];
  return [cp * outward - sp * y, sp * outward + cp * y, up];
}

/**
 * A signal on the sphere in the equal-area Mollweide projection, transparent outside the ellipse.
 *
 * @param values [nTheta, nPhi], at the colatitudes `thetas` (ascending) and phi_p = 2 pi p / nPhi
 * Throws ERR_SHAPE where the values do not fit the grid.
 */
export function mollweidePicture(
  values: ArrayLike<number>,
  thetas: ArrayLike<number>,
  nPhi: number,
  options: MollweideOptions = {},
): Picture {
  const { width = 480, colormap = 'viridis', centre = { theta: Math.PI / 2, phi: 0 }, flip = 'geo' } = options;
  const fits = thetas.length > 0 && values.length === thetas.length * nPhi;
  if (!fits) throw expected('mollweide', `${thetas.length} x ${nPhi} numbers`, 'values', `${values.length} of them`, 'ERR_SHAPE');
  const [low, high] = options.range ?? valueRange(values, colormap);
  const sample = makeSampler(values, thetas, nPhi);
  const height = Math.round(width / 2);
  const radius = height / 2 - 1;
  const data = new Uint8Array(4 * width * height);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i += 4) {
      const x = ((column + 0.5 - width / 2) / radius) * (flip === 'astro' ? -1 : 1);
      const y = (height / 2 - row - 0.5) / radius;
      const level = x ** 2 / 4 + y ** 2;
      // The distance to the edge, to first order and in pixels, is the share of the edge pixel that the ellipse covers.
      const cover = Math.min(1, 0.5 + (radius * (1 - level)) / Math.sqrt(x ** 2 / 4 + 4 * y ** 2 + 1e-12));
      if (cover <= 0) continue;
      const shrink = 1 / Math.max(1, Math.sqrt(level));
      const [dx, dy, dz] = turnTo(centre, inverseMollweide(x * shrink, y * shrink));
      const value = sample(Math.acos(Math.min(1, Math.max(-1, dz))), Math.atan2(dy, dx));
      data.set([...colourAt(colormap, high > low ? (value - low) / (high - low) : 0.5), Math.round(255 * cover)], i);
    }
  }
  return { width, height, channels: 4, data };
}

/** `mollweidePicture` as the bytes of a PNG file. */
export function mollweidePng(...args: Parameters<typeof mollweidePicture>): Uint8Array {
  return encodePng(mollweidePicture(...args));
}
