import { colourAt, cssGradient } from '../../lib/report/colormap.js';
import { type MollweideOptions, mollweidePng, valueRange } from '../../lib/report/mollweide.js';
import { decodePng } from './decode_png.js';
import { thrownBy } from '../files/thrown.js';

const thetas = Array.from({ length: 24 }, (_, t) => ((2 * t + 1) * Math.PI) / 48);
const nPhi = 48;
const signal = (f: (theta: number, phi: number) => number) =>
  Float32Array.from({ length: 24 * nPhi }, (_, i) => f(thetas[Math.floor(i / nPhi)]!, (2 * Math.PI * (i % nPhi)) / nPhi));

/** The pixel at x, y in -1..1 of the picture's ellipse, as the level (0..1) whose viridis colour is nearest, and its opacity. */
function look(values: Float32Array, x: number, y: number, options: MollweideOptions = {}): { level: number; alpha: number } {
  const { width, height, data } = decodePng(mollweidePng(values, thetas, nPhi, { width: 200, range: [0, 1], ...options }));
  const [column, row] = [Math.round((width / 2) * (1 + x) - 0.5), Math.round((height / 2) * (1 - y) - 0.5)];
  const pixel = data.subarray(4 * (row * width + column), 4 * (row * width + column) + 4);
  const distance = (level: number) => colourAt('viridis', level).reduce((sum, value, i) => sum + (value - pixel[i]!) ** 2, 0);
  const levels = Array.from({ length: 256 }, (_, i) => i / 255);
  return { level: levels.reduce((best, level) => (distance(level) < distance(best) ? level : best)), alpha: pixel[3]! };
}

describe('Mollweide pictures', () => {
  const north = signal((theta) => (1 + Math.cos(theta)) / 2);
  const east = signal((_, phi) => (1 + Math.sin(phi)) / 2);

  test('north is above, phi grows to the right, or to the left as seen from inside', () => {
    expect(look(north, 0, 0.95).level).toBeGreaterThan(0.95);
    expect(look(north, 0, 0).level).toBeCloseTo(0.5, 1);
    expect(look(north, 0, -0.95).level).toBeLessThan(0.05);
    expect(look(east, 0.5, 0).level).toBeCloseTo(1, 1);
    expect(look(east, -0.5, 0).level).toBeCloseTo(0, 1);
    expect(look(east, 0.5, 0, { flip: 'astro' }).level).toBeCloseTo(0, 1);
  });

  test('latitudes lie where the equal-area projection puts them', () => {
    // 2 a + sin(2 a) = pi sin(latitude) with y = sin(a): half the height is at latitude 37.04 degrees.
    const a = Math.PI / 6;
    const sinLatitude = (2 * a + Math.sin(2 * a)) / Math.PI;
    expect(look(north, 0, 0.5).level).toBeCloseTo((1 + sinLatitude) / 2, 1.7);
    expect(look(east, 0.25 * Math.cos(a), 0.5).level).toBeCloseTo((1 + Math.sin(Math.PI / 4)) / 2, 1.7);
  });

  test('the centre can be any direction', () => {
    expect(look(north, 0, 0, { centre: { theta: 0, phi: 1 } }).level).toBeGreaterThan(0.97);
    const spot = signal((theta, phi) => Math.exp(-8 * ((theta - 1) ** 2 + (phi - 2) ** 2)));
    expect(look(spot, 0, 0, { centre: { theta: 1, phi: 2 } }).level).toBeGreaterThan(0.9);
    // phi grows to the right there too, and theta downwards.
    expect(look(east, 0.3, 0, { centre: { theta: Math.PI / 2, phi: 0.1 } }).level).toBeGreaterThan(0.8);
    expect(look(north, 0, 0.5, { centre: { theta: 1, phi: 2 } }).level).toBeGreaterThan(
      look(north, 0, -0.5, { centre: { theta: 1, phi: 2 } }).level,
    );
  });

  test('transparent outside, opaque inside, soft at the edge', () => {
    const { width, height, data } = decodePng(mollweidePng(north, thetas, nPhi, { width: 200 }));
    expect([width, height]).toEqual([200, 100]);
    const alphas = Array.from({ length: width * height }, (_, i) => data[4 * i + 3]!);
    expect(alphas[0]).toBe(0);
    expect(alphas[50 * width + 100]).toBe(255);
    expect(alphas.filter((alpha) => alpha > 0 && alpha < 255).length).toBeGreaterThan(100);
    const area = alphas.reduce((sum, alpha) => sum + alpha / 255, 0);
    expect(area / (Math.PI * 98 * 49)).toBeCloseTo(1, 2);
  });

  test('ranges and constants', () => {
    expect(valueRange([-1, NaN, 3], 'viridis')).toEqual([-1, 3]);
    expect(valueRange([-1, 3], 'diverging')).toEqual([-3, 3]);
    const zero = decodePng(
      mollweidePng(
        signal(() => 0),
        thetas,
        nPhi,
        { width: 20, colormap: 'diverging' },
      ),
    );
    expect([...zero.data.subarray(4 * (5 * 20 + 10), 4 * (5 * 20 + 10) + 4)]).toEqual([...colourAt('diverging', 0.5), 255]);
  });

  test('refuses values that do not fit the grid', () => {
    expect(thrownBy(() => mollweidePng([1, 2, 3], thetas, nPhi))).toMatchObject({ code: 'ERR_SHAPE' });
  });
});

test('colours', () => {
  expect(colourAt('viridis', 0)).toEqual([0x44, 0x01, 0x54]);
  expect(colourAt('viridis', 2)).toEqual([0xfd, 0xe7, 0x25]);
  expect(colourAt('viridis', NaN)).toEqual([128, 128, 128]);
  expect(cssGradient('diverging')).toMatch(/^linear-gradient\(90deg, #053061, .* #67001f\)$/);
});
