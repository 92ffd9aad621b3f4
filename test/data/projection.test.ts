import { random } from '../../lib/index.js';
import { digitStrains } from '../../lib/data/random_poses.js';
import { projectDigits } from '../../lib/data/projection.js';

const side = 28;
const theta = Array.from({ length: 40 }, (_, t) => ((2 * t + 1) * Math.PI) / 80);
const grid = { theta, nPhi: 48 };
const points = theta.length * grid.nPhi;

/** The value at the grid point nearest to a direction. */
function near(signal: Float32Array, at: number, phi: number): number {
  const t = theta.reduce((best, node, i) => (Math.abs(node - at) < Math.abs(theta[best]! - at) ? i : best), 0);
  const p = ((Math.round((phi * grid.nPhi) / (2 * Math.PI)) % grid.nPhi) + grid.nPhi) % grid.nPhi;
  return signal[t * grid.nPhi + p]!;
}

/** A digit with ink in the rows [r0, r1) and columns [c0, c1). */
function block(r0: number, r1: number, c0: number, c1: number): Uint8Array {
  return Uint8Array.from({ length: side ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / side), i % side];
    return row >= r0 && row < r1 && column >= c0 && column < c1 ? 255 : 0;
  });
}

describe('digits on the sphere', () => {
  test('lie on the southern hemisphere, rows along x, columns along y, values 0..1', async () => {
    const centre = await projectDigits(block(10, 18, 10, 18), grid);
    expect(near(centre, Math.PI, 0)).toBeCloseTo(1, 6);
    expect(near(centre, Math.PI / 2 + 0.1, 0)).toBe(0);
    const below = await projectDigits(block(18, 28, 8, 20), grid);
    expect(near(below, Math.PI - 0.8, 0)).toBeCloseTo(1, 6);
    expect(near(below, Math.PI - 0.8, Math.PI)).toBe(0);
    const right = await projectDigits(block(8, 20, 18, 28), grid);
    expect(near(right, Math.PI - 0.8, Math.PI / 2)).toBeCloseTo(1, 6);
    const full = await projectDigits(block(0, side, 0, side), grid);
    expect(Math.max(...full)).toBeLessThanOrEqual(1);
    expect(full.slice(0, points / 2).every((value) => value === 0)).toBe(true);
  });

  test('a point sees the pixel that the projection from above the north pole hits', async () => {
    const ramp = Uint8Array.from({ length: side ** 2 }, (_, i) => 5 * Math.floor(i / side) + 3 * (i % side));
    const signal = await projectDigits(ramp, grid);
    const [t, p] = [33, 5];
    const [sin, height] = [Math.sin(theta[t]!), 1 + Math.cos(theta[t]!)];
    // Along the ray from (0, 0, 2.001) through the point down to height 0; 28 pixels over 3 units, centres at half units.
    const reach = (sin * 2.001) / (2.001 - height);
    const phi = (2 * Math.PI * p) / grid.nPhi;
    const row = ((reach * Math.cos(phi) + 1.5) / 3) * side - 0.5;
    const column = ((reach * Math.sin(phi) + 1.5) / 3) * side - 0.5;
    expect(signal[t * grid.nPhi + p]).toBeCloseTo((5 * row + 3 * column) / 255, 6);
  });

  // Printed by examples/mnist/gendata.py of s2cnn, as it was from 2018 to 2024, for this image on its grid of bandwidth 10. (It has the middle of
  // the digit at the north pole, too.)
  test('s2cnn: the samples of the program behind the published data', async () => {
    const pattern = Uint8Array.from({ length: side ** 2 }, (_, i) => {
      const [row, column] = [Math.floor(i / side), i % side];
      return Math.min(row, column) < 3 || Math.max(row, column) > side - 4 ? 0 : (i * 7919) % 256;
    });
    const its = { theta: Array.from({ length: 20 }, (_, t) => (Math.PI * t) / 20), nPhi: 20, interpolation: 's2cnn' } as const;
    const rowOf = (signal: Float32Array, t: number): number[] =>
      Array.from(signal.subarray(20 * t, 20 * t + 20), (v) => Math.round(255 * v));
    const signal = await projectDigits(pattern, its);
    expect(rowOf(signal, 11).every((v) => v === 0)).toBe(true);
    expect(rowOf(signal, 12)).toEqual([0, 0, 3, 2, 0, 0, 0, 1, 15, 0, 0, 0, 23, 85, 0, 0, 0, 121, 3, 0]);
    expect(rowOf(signal, 14)).toEqual([107, 165, 214, 89, 243, 116, 141, 212, 167, 163, 200, 144, 93, 218, 64, 191, 23, 96, 140, 144]);
    expect(rowOf(signal, 18)).toEqual([130, 107, 74, 73, 255, 238, 207, 182, 168, 166, 178, 201, 234, 92, 105, 67, 101, 126, 140, 141]);
    const turned = await projectDigits(pattern, its, { angles: [0.3, 1.1, 2.5] });
    expect(rowOf(turned, 9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 70, 101, 158, 136, 204, 155, 10, 0, 0, 0, 0, 0]);
    expect(rowOf(turned, 14)).toEqual([0, 0, 0, 0, 0, 0, 0, 185, 228, 153, 68, 167, 169, 148, 230, 93, 0, 0, 0, 0]);
    expect(Math.max(...(await projectDigits(new Uint8Array(side ** 2), its)))).toBe(0);
  });

  test('angles turn the signal: f(R^-1 x)', async () => {
    const digit = block(12, 16, 12, 16);
    const unturned = await projectDigits(digit, grid);
    // Rz by three grid steps moves the columns by three.
    const shifted = await projectDigits(block(4, 12, 9, 15), grid, { angles: [(2 * Math.PI * 3) / grid.nPhi, 0, 0] });
    const original = await projectDigits(block(4, 12, 9, 15), grid);
    for (let i = 0; i < points; i++) {
      const [t, p] = [Math.floor(i / grid.nPhi), i % grid.nPhi];
      expect(shifted[t * grid.nPhi + ((p + 3) % grid.nPhi)]).toBeCloseTo(original[i]!, 5);
    }
    // Rz(alpha) Ry(beta) takes the south pole to the antipode of (beta, alpha).
    const [alpha, beta] = [0.7, 1.1];
    const turned = await projectDigits(digit, grid, { angles: [alpha, beta, 2.2] });
    expect(near(unturned, Math.PI, 0)).toBeGreaterThan(0.9);
    expect(near(turned, Math.PI - beta, alpha + Math.PI)).toBeGreaterThan(0.9);
    expect(near(turned, beta, alpha)).toBe(0);
  });

  test('strains stretch the digit, and turn nothing', async () => {
    const digit = block(10, 18, 12, 16);
    const plain = await projectDigits(digit, grid);
    expect(await projectDigits(digit, grid, { strains: [1, 0, 1] })).toEqual(plain);
    const area = (i: number): number => Math.sin(theta[Math.floor(i / grid.nPhi)]!);
    const ink = (signal: Float32Array): number => signal.reduce((sum, value, i) => sum + area(i) * value, 0);
    expect(ink(await projectDigits(digit, grid, { strains: [2, 0, 2] }))).toBeLessThan(0.35 * ink(plain));
    // Twice as long along the rows alone: the columns' edges stay.
    const longer = await projectDigits(digit, grid, { strains: [0.5, 0, 1] });
    expect(longer).toEqual(await projectDigits(digit, grid, { angles: [0, 0, 0], strains: [0.5, 0, 1] }));
    expect(ink(longer)).toBeGreaterThan(1.5 * ink(plain));
    await expect(projectDigits(digit, grid, { strains: [1, 0] })).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });

  test('random strains are positive, of the given size, the same again, and others in each copy', async () => {
    const n = 4000;
    const before = random.state();
    const strains = await digitStrains(n, 3, 1, 0.1);
    expect(random.state()).toEqual(before);
    expect(await digitStrains(n, 3, 1, 0.1)).toEqual(strains);
    const other = await digitStrains(n, 3, 2, 0.1);
    expect(other.some((value, i) => value === strains[i])).toBe(false);
    const logs = Array.from({ length: n }, (_, i) => {
      const [aa, ab, bb] = strains.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
      const root = Math.hypot((aa - bb) / 2, ab);
      const stretches = [(aa + bb) / 2 + root, (aa + bb) / 2 - root];
      expect(stretches[1]).toBeGreaterThan(0);
      return stretches.map(Math.log);
    });
    // Of the logarithm, half the trace is the zoom, and half the difference of the stretches has the length of two normal numbers.
    const power = (f: (x: number[]) => number): number => Math.sqrt(logs.reduce((sum, x) => sum + f(x) ** 2, 0) / n);
    expect(power(([x, y]) => (x! + y!) / 2)).toBeCloseTo(0.1, 2);
    expect(power(([x, y]) => (x! - y!) / 2)).toBeCloseTo(0.1 * Math.SQRT2, 2);
    expect(await digitStrains(2, 3, 1, 0)).toEqual(Float64Array.of(1, 0, 1, 1, 0, 1));
  });

  test('images are independent of each other', async () => {
    const pair = Uint8Array.from([...block(10, 18, 10, 18), ...block(4, 12, 9, 15)]);
    const both = await projectDigits(pair, grid, { angles: [1, 2, 3, 4, 5, 6] });
    expect(both.slice(points)).toEqual(await projectDigits(pair.slice(side ** 2), grid, { angles: [4, 5, 6] }));
  });

  test('keeps the event loop alive, and stops by signal', async () => {
    const images = new Uint8Array(2000 * side ** 2).fill(128);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const angles = Float64Array.from({ length: 6000 }, (_, i) => i);
    await projectDigits(images, grid, { angles });
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(2);
    const stopped = projectDigits(images, grid, { angles, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('refuses other shapes', async () => {
    await expect(projectDigits(new Uint8Array(100), grid)).rejects.toMatchObject({ code: 'ERR_SHAPE' });
    await expect(projectDigits(block(0, 1, 0, 1), grid, { angles: [0, 0] })).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });
});
