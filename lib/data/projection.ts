import { setImmediate } from 'node:timers/promises';
import { ClebschError, expected } from '../errors.js';
import { digitSide } from './mnist.js';
import { type DigitPoses, poseEntries, poseLength } from './poses.js';

const op = 'projectDigits';

const pixels = digitSide ** 2;

/** Height of the centre of projection above the plane; the sphere of radius 1 touches the plane with its south pole. */
const centreHeight = 2.001;
/** The digit covers [-1.5, 1.5]^2 of the plane. */
const planeSide = 3;
/** How long the event loop waits for us at most. */
const sliceMs = 10;

/**
 * How a digit is read between its pixels.
 * - `bilinear`: linear in both directions; the middle of the 28 x 28 pixels lies at the pole.
 * - `s2cnn`: as the program behind the published data did until November 2024 (github.com/jonkhler/s2cnn, examples/mnist/gendata.py, before commit
 *   af34379). It mixes the pixels before and after the one that a position falls into; the pole is half a pixel further on; a digit's samples are
 *   scaled to whole numbers 0..255. Every stroke gets a fainter copy beside it, always on the same side of the digit, which tells 6 from 9 whatever
 *   the rotation.
 */
export const interpolations = ['bilinear', 's2cnn'] as const;
export type Interpolation = (typeof interpolations)[number];

/** Where signals are sampled, and how: colatitudes in [0, pi], and phi_p = 2 pi p / nPhi. */
export interface SphereGrid {
  readonly theta: ArrayLike<number>;
  readonly nPhi: number;
  /** Default 'bilinear'. */
  readonly interpolation?: Interpolation;
}

/** Unit vectors [nTheta * nPhi, 3] of the grid's points. */
function gridDirections({ theta, nPhi }: SphereGrid): Float64Array {
  const directions = new Float64Array(theta.length * nPhi * 3);
  for (let t = 0, i = 0; t < theta.length; t++) {
    const [sin, cos] = [Math.sin(theta[t]!), Math.cos(theta[t]!)];
    for (let p = 0; p < nPhi; p++, i += 3) {
      const phi = (2 * Math.PI * p) / nPhi;
      directions.set([sin * Math.cos(phi), sin * Math.sin(phi), cos], i);
    }
  }
  return directions;
}

/** The rotation Rz(alpha) Ry(beta) Rz(gamma), row-major. */
function rotationMatrix(alpha: number, beta: number, gamma: number): number[] {
  const [ca, sa, cb, sb] = [Math.cos(alpha), Math.sin(alpha), Math.cos(beta), Math.sin(beta)];
  const [cc, sc] = [Math.cos(gamma), Math.sin(gamma)];
  return [
    ca * cb * cc - sa * sc,
    -ca * cb * sc - sa * cc,
    ca * sb,
    sa * cb * cc + ca * sc,
    -sa * cb * sc + ca * cc,
    sa * sb,
    -sb * cc,
    sb * sc,
    cb,
  ];
}

/** The points of a sphere that see the plane, those below some height above the equator, and where they see it. */
class PlaneView {
  /** How many they are. */
  count = 0;
  /** Their places among all points, in rising order. */
  readonly places: Int32Array;
  /** [count, 2]: row and column from the middle of a digit that lies in the plane, in pixels. */
  readonly coordinates: Float64Array;

  constructor(
    private readonly directions: Float64Array,
    private readonly top: number,
  ) {
    this.places = new Int32Array(directions.length / 3);
    this.coordinates = new Float64Array(2 * this.places.length);
  }

  /** Of the signal that `r` turns: a direction x sees what lies at R^-1 x. */
  turn(r: readonly number[]): void {
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = r as [number, number, number, number, number, number, number, number, number];
    const { directions, places, coordinates, top } = this;
    const scale = (centreHeight * digitSide) / planeSide;
    let count = 0;
    for (let i = 0; i < places.length; i++) {
      const [x, y, z] = [directions[3 * i]!, directions[3 * i + 1]!, directions[3 * i + 2]!];
      const height = r2 * x + r5 * y + r8 * z;
      if (height > top) continue;
      const stretch = scale / (centreHeight - 1 - height);
      places[count] = i;
      coordinates[2 * count] = stretch * (r0 * x + r3 * y + r6 * z);
      coordinates[2 * count + 1] = stretch * (r1 * x + r4 * y + r7 * z);
      count++;
    }
    this.count = count;
  }
}

type Strain = readonly [aa: number, ab: number, bb: number];
const noStrain: Strain = [1, 0, 1];

/** Pixel positions (row, column), pixel centres at whole numbers, in the plane stretched by the symmetric matrix `strain` about `middle`. */
function pixelPositions({ count, coordinates }: PlaneView, [aa, ab, bb]: Strain, middle: number, positions: Float64Array): void {
  for (let j = 0; j < 2 * count; j += 2) {
    const [row, column] = [coordinates[j]!, coordinates[j + 1]!];
    positions[j] = middle + aa * row + ab * column;
    positions[j + 1] = middle + ab * row + bb * column;
  }
}

/** An image with a frame of zeros. */
const frame = 2;
const framedSide = digitSide + 2 * frame;
const framed = new Float64Array(framedSide ** 2);

/** Writes the values 0..1 of an image, with nothing around it, for the points that see the plane. */
type Reader = (view: PlaneView, positions: Float64Array, out: Float32Array) => void;

/** Sum over the four pixels from `k` on, `apart` from each other, whose second row and column have the weights v and u. */
function mixed(k: number, apart: number, v: number, u: number): number {
  const below = k + apart * framedSide;
  return (1 - v) * ((1 - u) * framed[k]! + u * framed[k + apart]!) + v * ((1 - u) * framed[below]! + u * framed[below + apart]!);
}

function readBilinear({ count, places }: PlaneView, positions: Float64Array, out: Float32Array): void {
  for (let i = 0; i < count; i++) {
    const [y, x] = [positions[2 * i]!, positions[2 * i + 1]!];
    if (!(y > -1 && y < digitSide && x > -1 && x < digitSide)) continue;
    const [row, column] = [Math.floor(y), Math.floor(x)];
    out[places[i]!] = mixed((row + frame) * framedSide + column + frame, 1, y - row, x - column) / 255;
  }
}

function readAsS2cnn({ count, places }: PlaneView, positions: Float64Array, out: Float32Array): void {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const [y, x] = [positions[2 * i]!, positions[2 * i + 1]!];
    if (!(y > -2 && y < digitSide + 1 && x > -2 && x < digitSide + 1)) continue;
    // Rounded towards zero, as there
    const [row, column] = [Math.trunc(y), Math.trunc(x)];
    const k = (row - 1 + frame) * framedSide + column - 1 + frame;
    const value = mixed(k, 2, (y - row + 1) / 2, (x - column + 1) / 2);
    out[places[i]!] = value;
    most = Math.max(most, value);
  }
  if (most === 0) return;
  for (let i = 0; i < count; i++) out[places[i]!] = Math.floor((255 * out[places[i]!]!) / most) / 255;
}

/** What tells the interpolations apart: the pixel at the pole, the height up to which points may see a corner of the digit, and how it is read. */
const readers: Readonly<Record<Interpolation, { readonly middle: number; readonly top: number; readonly read: Reader }>> = {
  bilinear: { middle: (digitSide - 1) / 2, top: 0, read: readBilinear },
  s2cnn: { middle: digitSide / 2, top: 0.2, read: readAsS2cnn },
};

/** Raise it where the samples of a digit change: prepared digits of before are not used then. */
export const projectionVersion = 1;

/** Writes the samples [points] of the i-th of some digits. */
type Projector = (i: number, out: Float32Array) => void;

/** Digits [n, 28, 28] and their poses. */
export interface DigitBatch extends DigitPoses<ArrayLike<number>> {
  readonly images: Uint8Array;
}

/** What is needed for many digits is made once. */
function projector({ images, angles, strains }: DigitBatch, grid: SphereGrid): Projector {
  const { middle, top, read } = readers[grid.interpolation ?? 'bilinear'];
  const view = new PlaneView(gridDirections(grid), top);
  const positions = new Float64Array(view.coordinates.length);
  const three = (x: ArrayLike<number>, i: number): [number, number, number] => [x[3 * i]!, x[3 * i + 1]!, x[3 * i + 2]!];
  if (!angles) view.turn(rotationMatrix(0, 0, 0));
  return (i, out) => {
    if (angles) view.turn(rotationMatrix(...three(angles, i)));
    pixelPositions(view, strains ? three(strains, i) : noStrain, middle, positions);
    for (let row = 0; row < digitSide; row++) {
      const first = i * pixels + row * digitSide;
      framed.set(images.subarray(first, first + digitSide), (row + frame) * framedSide + frame);
    }
    read(view, positions, out);
  };
}

/** The number of digits. Throws ERR_SHAPE. */
export function countDigits({ images, ...poses }: DigitBatch): number {
  const n = images.length / pixels;
  if (!Number.isInteger(n)) throw expected(op, '[n, 28, 28]', 'images', `${images.length} pixels`, 'ERR_SHAPE');
  for (const [name, { length }] of poseEntries(poses)) {
    if (length !== poseLength * n) throw expected(op, `[${n}, ${poseLength}]`, name, `${length} numbers`, 'ERR_SHAPE');
  }
  return n;
}

/** {@link projectDigits} without a pause, for threads that have nothing else to do. */
export function projectDigitsSync(digits: DigitBatch, grid: SphereGrid): Float32Array<ArrayBuffer> {
  const n = countDigits(digits);
  const points = grid.theta.length * grid.nPhi;
  const out = new Float32Array(n * points);
  const project = projector(digits, grid);
  for (let i = 0; i < n; i++) project(i, out.subarray(i * points, (i + 1) * points));
  return out;
}

/**
 * Puts digits on the southern hemisphere as Cohen et al. (Spherical CNNs, ICLR 2018, 5.2) do: each grid point is projected from just
 * above the north pole onto the plane that touches the south pole, and the digit is read there (see `Interpolation`); the image's rows run along x,
 * its columns along y. Poses move the grid: nothing is sampled twice.
 *
 * @param images [n, 28, 28], 0..255
 * @returns [n, nTheta, nPhi], 0..1. The event loop runs in between. Throws ERR_SHAPE, or ERR_ABORTED after `signal`.
 */
export async function projectDigits(
  images: Uint8Array,
  grid: SphereGrid,
  { signal, ...poses }: DigitPoses<ArrayLike<number>> & { readonly signal?: AbortSignal | undefined } = {},
): Promise<Float32Array> {
  const n = countDigits({ images, ...poses });
  const points = grid.theta.length * grid.nPhi;
  const out = new Float32Array(n * points);
  const project = projector({ images, ...poses }, grid);
  let sliceEnd = performance.now() + sliceMs;
  for (let i = 0; i < n; i++) {
    if (signal?.aborted) throw new ClebschError('ERR_ABORTED', op, 'stopped by its signal');
    project(i, out.subarray(i * points, (i + 1) * points));
    if (performance.now() < sliceEnd) continue;
    await setImmediate();
    sliceEnd = performance.now() + sliceMs;
  }
  return out;
}
