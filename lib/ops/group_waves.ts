import type { Tensor } from '../tensor.js';
import { tidy } from '../scope.js';
import { product } from './axes.js';
import { contract, transposedSpec } from './contract.js';
import { gatherRows, scatterRows } from './rows.js';
import { reshape } from './views.js';

/** Bandlimits of real signals on SO(3) (on the sphere with N = 1), and a grid: rings of beta, angles alpha_p = 2 pi p / nAlpha, gamma likewise. */
export interface GroupGridSizes {
  readonly L: number;
  readonly N: number;
  readonly nBeta: number;
  readonly nAlpha: number;
  readonly nGamma: number;
}

/** Orders |m| and |n|, the first sorted place of their coefficients, and the first number of their tables. */
export interface OrderPair {
  readonly m: number;
  readonly n: number;
  readonly place: number;
  readonly table: number;
}

/** Signs of (m, n) in the order in which the coefficients of a pair are sorted; the first two and the last two mix with each other. */
const signs = [
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
] as const;

/** How coefficients are sorted and tables laid out: by pairs of orders (see GroupActivationArgs in native/kernels/abi.h). */
export interface OrderLayout {
  readonly pairs: readonly OrderPair[];
  /** Row of the generalized signal of type so3Type(L, N) at each sorted place. */
  readonly rows: Int32Array;
  readonly tableSize: number;
}

function signedRows({ L, N }: GroupGridSizes, m: number, n: number): number[] {
  const kinds = m > 0 && n > 0 ? signs : m > 0 ? [signs[0], signs[3]] : n > 0 ? [signs[0], signs[2]] : [signs[0]];
  const fragments = (l: number): number => Math.min(2 * l + 1, 2 * N - 1);
  const rows: number[] = [];
  for (const [signM, signN] of kinds) {
    let first = 0;
    for (let l = 0; l < L; first += (2 * l + 1) * fragments(l), l++) {
      if (l >= Math.max(m, n)) rows.push(first + (signM * m + l) * fragments(l) + signN * n + Math.min(l, N - 1));
    }
  }
  return rows;
}

export function orderLayout(sizes: GroupGridSizes): OrderLayout {
  const { L, N, nBeta } = sizes;
  const pairs: OrderPair[] = [];
  const rows: number[] = [];
  let table = 0;
  for (let m = 0; m < L; m++) {
    for (let n = 0; n < N; n++) {
      pairs.push({ m, n, place: rows.length, table });
      rows.push(...signedRows(sizes, m, n));
      table += (m > 0 && n > 0 ? 8 : 1) * nBeta * (L - Math.max(m, n));
    }
  }
  return { pairs, rows: Int32Array.from(rows), tableSize: table };
}

/** [count, 2 bandlimit - 1]: cos(k angle), k = 0.., then sin(k angle), k = 1.., times `sign`, at the angles 2 pi p / count. */
export function waveMatrix(count: number, bandlimit: number, sign: number): Float64Array {
  const orders = 2 * bandlimit - 1;
  const matrix = new Float64Array(count * orders);
  for (let p = 0; p < count; p++) {
    for (let k = 0; k < bandlimit; k++) {
      const angle = (2 * Math.PI * ((k * p) % count)) / count;
      matrix[p * orders + k] = Math.cos(angle);
      if (k > 0) matrix[p * orders + bandlimit - 1 + k] = sign * Math.sin(angle);
    }
  }
  return matrix;
}

/** contract spec: sorted coefficients [batch, size, C] x table -> waves [batch, nBeta, 2L-1, 2N-1, C]. */
function betaSpec({ L, N, nBeta }: GroupGridSizes, { pairs, rows }: OrderLayout, batch: number, channels: number): Float64Array {
  const spec: number[] = [0];
  const [stepM, stepN] = [(2 * N - 1) * channels, channels];
  const [sineM, sineN] = [(L - 1) * stepM, (N - 1) * stepN];
  const ring = (2 * L - 1) * stepM;
  for (const { m, n, place, table } of pairs) {
    const degrees = L - Math.max(m, n);
    const wave = m * stepM + n * stepN;
    const add = (a: number, b: number, c: number, ...dims: number[]): void => {
      spec[0]!++;
      spec.push(a, b, c, 2 + dims.length / 4, batch, rows.length * channels, 0, nBeta * ring, ...dims, channels, 1, 0, 1);
    };
    if (m > 0 && n > 0) {
      const depth = 2 * degrees;
      const block = nBeta * depth;
      const inner = [nBeta, 0, depth, ring, depth, channels, 1, 0];
      add(place * channels, table, wave, 2, 0, block, sineM + sineN, ...inner);
      add((place + depth) * channels, table + 2 * block, wave + sineN, 2, 0, block, sineM - sineN, ...inner);
    } else {
      const count = m + n > 0 ? 2 : 1;
      const both = [count, degrees * channels, 0, m > 0 ? sineM : sineN];
      add(place * channels, table, wave, ...both, nBeta, 0, degrees, ring, degrees, channels, 1, 0);
    }
  }
  return new Float64Array(spec);
}

/** contract spec: [batch, orders, inner] x waves [count, orders] -> [batch, count, inner]. */
function waveSpec(batch: number, orders: number, count: number, inner: number): Float64Array {
  const dims = [batch, orders * inner, 0, count * inner, count, 0, orders, inner, orders, inner, 1, 0, inner, 1, 0, 1];
  return new Float64Array([1, 0, 0, 0, 4, ...dims]);
}

/** What the maps between coefficients and angles are made of, on one device. */
export interface WaveTensors {
  readonly alpha: Tensor;
  readonly gamma: Tensor;
  readonly rows: Tensor;
}

interface WaveSpecs {
  readonly beta: Float64Array;
  readonly gamma: Float64Array;
  readonly alpha: Float64Array;
}

function specs(sizes: GroupGridSizes, layout: OrderLayout, batch: number, channels: number): WaveSpecs {
  const { L, N, nBeta, nAlpha, nGamma } = sizes;
  return {
    beta: betaSpec(sizes, layout, batch, channels),
    gamma: waveSpec(batch * nBeta * (2 * L - 1), 2 * N - 1, nGamma, channels),
    alpha: waveSpec(batch * nBeta, 2 * L - 1, nAlpha, nGamma * channels),
  };
}

/** Coefficients [..., size, C] by way of `table` to values [..., nBeta, nAlpha, nGamma, C]. */
export function toAngles(x: Tensor, table: Tensor, waves: WaveTensors, sizes: GroupGridSizes): Tensor {
  const { L, N, nBeta, nAlpha, nGamma } = sizes;
  const [lead, channels] = [x.shape.slice(0, -2), x.shape.at(-1)!];
  const batch = product(lead);
  const spec = specs(sizes, orderLayout(sizes), batch, channels);
  return tidy(() => {
    const sorted = gatherRows(x, waves.rows, -2);
    const rings = contract(sorted, table, spec.beta, [batch, nBeta, 2 * L - 1, 2 * N - 1, channels]);
    const turned = contract(rings, waves.gamma, spec.gamma, [batch, nBeta, 2 * L - 1, nGamma, channels]);
    return contract(turned, waves.alpha, spec.alpha, [...lead, nBeta, nAlpha, nGamma, channels]);
  });
}

/** The transpose of {@link toAngles}. */
export function fromAngles(f: Tensor, table: Tensor, waves: WaveTensors, sizes: GroupGridSizes): Tensor {
  const { L, N, nBeta, nGamma } = sizes;
  const [lead, channels] = [f.shape.slice(0, -4), f.shape.at(-1)!];
  const batch = product(lead);
  const layout = orderLayout(sizes);
  const spec = specs(sizes, layout, batch, channels);
  return tidy(() => {
    const turned = contract(f, waves.alpha, transposedSpec(spec.alpha), [batch, nBeta, 2 * L - 1, nGamma, channels]);
    const rings = contract(turned, waves.gamma, transposedSpec(spec.gamma), [batch, nBeta, 2 * L - 1, 2 * N - 1, channels]);
    const sorted = contract(rings, table, transposedSpec(spec.beta), [batch, layout.rows.length, channels]);
    return reshape(scatterRows(sorted, waves.rows, -2, layout.rows.length), [...lead, layout.rows.length, channels]);
  });
}
