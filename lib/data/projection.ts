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

/** Where signals are sampled: colatitudes in [0, pi], and phi_p = 2 pi p / nPhi. */
export interface SphereGrid {
  readonly theta: ArrayLike<number>;
  readonly nPhi: number;
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

/** The points of a sphere that see the plane, those of its southern hemisphere, and where they see it. */
class PlaneView {
  /** How many they are. */
  count = 0;
  /** Their places among all points, in rising order. */
  readonly places: Int32Array;
  /** [count, 2]: row and column from the middle of a digit that lies in the plane, in pixels. */
  readonly coordinates: Float64Array;

  constructor(private readonly directions: Float64Array) {
    this.places = new Int32Array(directions.length / 3);
    this.coordinates = new Float64Array(2 * this.places.length);
  }

  /** Of the signal that `r` turns: a direction x sees what lies at R^-1 x. */
  turn(r: readonly number[]): void {
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = r as [number, number, number, number, number, number, number, number, number];
    const { directions, places, coordinates } = this;
    const scale = (centreHeight * digitSide) / planeSide;
    let count = 0;
    for (let i = 0; i < places.length; i++) {
      const [x, y, z] = [directions[3 * i]!, directions[3 * i + 1]!, directions[3 * i + 2]!];
      const height = r2 * x + r5 * y + r8 * z;
      if (height > 0) continue;
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

/** Pixel positions (row, column), pixel centres at whole numbers, in the plane stretched by the symmetric matrix `strain`. */
function pixelPositions({ count, coordinates }: PlaneView, [aa, ab, bb]: Strain, positions: Float64Array): void {
  const middle = (digitSide - 1) / 2;
  for (let j = 0; j < 2 * count; j += 2) {
    const [row, column] = [coordinates[j]!, coordinates[j + 1]!];
    positions[j] = middle + aa * row + ab * column;
    positions[j + 1] = middle + ab * row + bb * column;
  }
}

/** An image with a frame of zeros one pixel wide. */
const framedSide = digitSide + 2;
const framed = new Float64Array(framedSide ** 2);

/** Bilinear interpolation in one image, with nothing around it, for the points that see the plane. */
function sampleImage(image: Uint8Array, { count, places }: PlaneView, positions: Float64Array, out: Float32Array): void {
  for (let row = 0; row < digitSide; row++) {
    framed.set(image.subarray(row * digitSide, (row + 1) * digitSide), (row + 1) * framedSide + 1);
  }
  for (let i = 0; i < count; i++) {
    const [y, x] = [positions[2 * i]!, positions[2 * i + 1]!];
    if (!(y > -1 && y < digitSide && x > -1 && x < digitSide)) continue;
    const [row, column] = [Math.floor(y), Math.floor(x)];
    const [v, u] = [y - row, x - column];
    const k = (row + 1) * framedSide + column + 1;
    const upper = (1 - u) * framed[k]! + u * framed[k + 1]!;
    const lower = (1 - u) * framed[k + framedSide]! + u * framed[k + framedSide + 1]!;
    out[places[i]!] = ((1 - v) * upper + v * lower) / 255;
  }
}

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
  const view = new PlaneView(gridDirections(grid));
  const positions = new Float64Array(view.coordinates.length);
  const three = (x: ArrayLike<number>, i: number): [number, number, number] => [x[3 * i]!, x[3 * i + 1]!, x[3 * i + 2]!];
  if (!angles) view.turn(rotationMatrix(0, 0, 0));
  return (i, out) => {
    if (angles) view.turn(rotationMatrix(...three(angles, i)));
    pixelPositions(view, strains ? three(strains, i) : noStrain, positions);
    sampleImage(images.subarray(i * pixels, (i + 1) * pixels), view, positions, out);
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
 * above the north pole onto the plane that touches the south pole, and the digit is interpolated there; the image's rows run along x, its
 * columns along y. Poses move the grid: nothing is sampled twice.
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
