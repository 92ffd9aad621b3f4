import { type Device, deviceName } from '../device.js';
import type { Dtype } from '../dtype.js';
import { native } from '../native.js';
import { product } from '../ops/axes.js';
import { contract, transposedSpec } from '../ops/contract.js';
import { gatherRows } from '../ops/rows.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { checkType } from './degree.js';
import { type Tau, degreeOffset, so3Type } from './irreps.js';

export interface SO3GridOptions {
  /** Bandlimits of the signals: degrees l < L, orders |n| < N. */
  readonly L: number;
  readonly N: number;
  /** Bandlimits that the grid resolves, at least L and N. */
  readonly gridL: number;
  readonly gridN: number;
  readonly dtype: 'float32' | 'float64';
  readonly deviceCode: number;
}

/** One order pair (|m|, |n|): where it begins among the sorted rows, and its blocks in the two tables. */
interface OrderPair {
  readonly m: number;
  readonly n: number;
  readonly row: number;
  readonly table: number;
}

/** Signs of (m, n) in the order in which the rows of a pair are sorted; the first two and the last two mix with each other. */
const signs = [
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
] as const;

/**
 * Real signals on SO(3) between their coefficients, the generalized signal of type so3Type(L, N) (conventions.md: f = sum (2l+1)/(8 pi^2) c_lmn
 * D^real_lmn), and values on a Gauss-Legendre grid [..., nBeta, nAlpha, nGamma, C]. By separation of variables:
 * D^real = Z(alpha) d^real(beta) Z(gamma), and d^real couples cosines with cosines and sines with sines alone.
 */
export class SO3Grid {
  readonly nBeta: number;
  readonly nAlpha: number;
  readonly nGamma: number;
  readonly tau: Tau;
  private readonly pairs: readonly OrderPair[];
  private readonly rows: Int32Array;
  private readonly rowsBack: Int32Array;
  private readonly tables = new Map<string, Tensor>();

  constructor(private readonly options: SO3GridOptions) {
    const { L, N, gridL, gridN } = options;
    [this.nBeta, this.nAlpha, this.nGamma] = [gridL, 2 * gridL - 1, 2 * gridN - 1];
    this.tau = so3Type(L, N);
    const { pairs, rows } = sortOrders(L, N, this.nBeta, this.tau);
    [this.pairs, this.rows] = [pairs, rows];
    this.rowsBack = new Int32Array(rows.length);
    rows.forEach((row, i) => (this.rowsBack[row] = i));
  }

  /** Values at the nodes: [..., sum (2l+1) tau_l, C] -> [..., nBeta, nAlpha, nGamma, C]. */
  inverse(x: Tensor): Tensor {
    const { L, N } = this.options;
    const { nBeta, nAlpha, nGamma } = this;
    const channels = checkType('SO3Grid', 'x', x, this.tau);
    const lead = x.shape.slice(0, -2);
    const batch = product(lead);
    return tidy(() => {
      const sorted = gatherRows(x, this.index(this.rows), -2);
      const waves = [batch * nBeta, 2 * L - 1, 2 * N - 1, channels];
      const orders = contract(sorted, this.table('inverse'), this.betaSpec(batch, channels), waves);
      const gamma = contract(orders, this.waves('gamma'), waveSpec(batch * nBeta * (2 * L - 1), 2 * N - 1, nGamma, channels), [
        batch * nBeta * (2 * L - 1),
        nGamma,
        channels,
      ]);
      const out = [...lead, nBeta, nAlpha, nGamma, channels];
      return contract(gamma, this.waves('alpha'), waveSpec(batch * nBeta, 2 * L - 1, nAlpha, nGamma * channels), out);
    });
  }

  /** c_lmn = integral of f D^real_lmn: [..., nBeta, nAlpha, nGamma, C] -> [..., sum (2l+1) tau_l, C]. */
  forward(f: Tensor): Tensor {
    const { L, N } = this.options;
    const { nBeta, nAlpha, nGamma } = this;
    const [lead, channels] = [f.shape.slice(0, -4), f.shape.at(-1)!];
    const batch = product(lead);
    return tidy(() => {
      const toAlpha = transposedSpec(waveSpec(batch * nBeta, 2 * L - 1, nAlpha, nGamma * channels));
      const alpha = contract(f, this.waves('alpha'), toAlpha, [batch * nBeta, 2 * L - 1, nGamma, channels]);
      const toGamma = transposedSpec(waveSpec(batch * nBeta * (2 * L - 1), 2 * N - 1, nGamma, channels));
      const orders = contract(alpha, this.waves('gamma'), toGamma, [batch * nBeta, 2 * L - 1, 2 * N - 1, channels]);
      const sorted = contract(orders, this.table('forward'), transposedSpec(this.betaSpec(batch, channels)), [
        batch,
        this.rows.length,
        channels,
      ]);
      return reshape(gatherRows(sorted, this.index(this.rowsBack), -2), [...lead, this.rows.length, channels]);
    });
  }

  /** Frees the tables; they are built anew where they are needed again. */
  dispose(): void {
    for (const table of this.tables.values()) table.dispose();
    this.tables.clear();
  }

  private index(rows: Int32Array): Tensor {
    return this.kept(rows === this.rows ? 'rows' : 'rowsBack', () => tensor(rows, [rows.length], { device: this.device }));
  }

  /** Factors of cos(k angle) and sin(k angle) at the angles 2 pi p / count: columns 1, cos, sin, cos 2, ... [count, 2 bandlimit - 1]. */
  private waves(angle: 'alpha' | 'gamma'): Tensor {
    const [count, bandlimit, sign] = angle === 'alpha' ? [this.nAlpha, this.options.L, 1] : [this.nGamma, this.options.N, -1];
    return this.kept(angle, () => this.upload(waveMatrix(count, bandlimit, sign), [count, 2 * bandlimit - 1]));
  }

  private table(direction: 'inverse' | 'forward'): Tensor {
    return this.kept(direction, () => {
      const values = this.betaTable(direction);
      return this.upload(values, [values.length]);
    });
  }

  private get device(): Device {
    return deviceName(this.options.deviceCode);
  }

  private upload(values: Float64Array, shape: number[]): Tensor {
    return tensor(values, shape, { dtype: this.options.dtype as Dtype, device: this.device });
  }

  private kept(key: string, make: () => Tensor): Tensor {
    let found = this.tables.get(key);
    if (found === undefined) {
      found = tidy(make).keep();
      this.tables.set(key, found);
    }
    return found;
  }

  /** contract spec: sorted coefficients x table -> [batch, nBeta, 2L-1, 2N-1, C]. */
  private betaSpec(batch: number, channels: number): Float64Array {
    const { L, N } = this.options;
    const { nBeta } = this;
    const spec: number[] = [0];
    const [columnM, columnN] = [(2 * N - 1) * channels, channels];
    const ring = (2 * L - 1) * columnM;
    const size = this.rows.length * channels;
    for (const { m, n, row, table } of this.pairs) {
      const degrees = L - Math.max(m, n);
      const place = Math.max(0, 2 * m - 1) * columnM + Math.max(0, 2 * n - 1) * columnN;
      const add = (a: number, b: number, c: number, ...dims: number[]): void => {
        spec[0]!++;
        spec.push(a, b, c, 2 + dims.length / 4, batch, size, 0, nBeta * ring, ...dims, channels, 1, 0, 1);
      };
      if (m > 0 && n > 0) {
        const half = 4 * nBeta * degrees;
        const inner = [nBeta, 0, 2 * degrees, ring, 2 * degrees, channels, 1, 0];
        add(row * channels, table, place, 2, 0, half / 2, columnM + columnN, ...inner);
        add((row + 2 * degrees) * channels, table + half, place + columnN, 2, 0, half / 2, columnM - columnN, ...inner);
      } else {
        const count = m + n > 0 ? 2 : 1;
        add(
          row * channels,
          table,
          place,
          count,
          degrees * channels,
          0,
          m > 0 ? columnM : columnN,
          nBeta,
          0,
          degrees,
          ring,
          degrees,
          channels,
          1,
          0,
        );
      }
    }
    return new Float64Array(spec);
  }

  /**
   * Per pair with m, n > 0: for each of its two systems [out 2][nBeta][in 2][degrees] of (d+, +-d-; +-d-, d+), else [nBeta][degrees] of d+, where
   * d+ and d- are the entries (m, n) and (-m, -n) of d^real.
   */
  private betaTable(direction: 'inverse' | 'forward'): Float64Array {
    const { L, gridL } = this.options;
    const { nBeta, nAlpha, nGamma } = this;
    const beta = native.math.nodes('gl', gridL, nBeta);
    const weight = native.math.quadratureWeights('gl', gridL, nBeta, nAlpha);
    const last = this.pairs.at(-1)!;
    const values = new Float64Array(last.table + pairSize(last.m, last.n, nBeta, L));
    for (let l = 0; l < L; l++) {
      const norm = direction === 'inverse' ? (2 * l + 1) / (8 * Math.PI ** 2) : (2 * Math.PI) / nGamma;
      for (let t = 0; t < nBeta; t++) {
        const d = native.math.wignerD(l, 0, beta[t]!, 0, false);
        const factor = direction === 'inverse' ? norm : norm * weight[t]!;
        const entry = (m: number, n: number): number => factor * d[(m + l) * (2 * l + 1) + n + l]!;
        for (const { m, n, table } of this.pairs) {
          const first = Math.max(m, n);
          if (l < first) continue;
          const degrees = L - first;
          if (m === 0 || n === 0) {
            values[table + t * degrees + l - first] = entry(m, n);
            continue;
          }
          const [plus, minus] = [entry(m, n), entry(-m, -n)];
          for (const [system, cross] of [minus, -minus].entries()) {
            for (let out = 0; out < 2; out++) {
              const at = table + ((2 * system + out) * nBeta + t) * 2 * degrees + l - first;
              values[at] = out === 0 ? plus : cross;
              values[at + degrees] = out === 0 ? cross : plus;
            }
          }
        }
      }
    }
    return values;
  }
}

function pairSize(m: number, n: number, nBeta: number, L: number): number {
  return (m > 0 && n > 0 ? 8 : 1) * nBeta * (L - Math.max(m, n));
}

/** The order pairs, and for each sorted row the row of the generalized signal that it holds. */
function sortOrders(L: number, N: number, nBeta: number, tau: Tau): { pairs: OrderPair[]; rows: Int32Array } {
  const pairs: OrderPair[] = [];
  const rows: number[] = [];
  let table = 0;
  for (let m = 0; m < L; m++) {
    for (let n = 0; n < N; n++) {
      pairs.push({ m, n, row: rows.length, table });
      table += pairSize(m, n, nBeta, L);
      const kinds = m > 0 && n > 0 ? signs : m > 0 ? [signs[0], signs[3]] : n > 0 ? [signs[0], signs[2]] : [signs[0]];
      for (const [signM, signN] of kinds) {
        for (let l = Math.max(m, n); l < L; l++) {
          const fragment = signN * n + Math.min(l, N - 1);
          rows.push(degreeOffset(tau, l) + (signM * m + l) * tau[l]! + fragment);
        }
      }
    }
  }
  return { pairs, rows: Int32Array.from(rows) };
}

function waveMatrix(count: number, bandlimit: number, sign: number): Float64Array {
  const orders = 2 * bandlimit - 1;
  const matrix = new Float64Array(count * orders);
  for (let p = 0; p < count; p++) {
    matrix[p * orders] = 1;
    for (let k = 1; k < bandlimit; k++) {
      const angle = (2 * Math.PI * ((k * p) % count)) / count;
      matrix[p * orders + 2 * k - 1] = Math.cos(angle);
      matrix[p * orders + 2 * k] = sign * Math.sin(angle);
    }
  }
  return matrix;
}

/** contract spec: [batch, orders, inner] x waves [count, orders] -> [batch, count, inner]. */
function waveSpec(batch: number, orders: number, count: number, inner: number): Float64Array {
  const dims = [batch, orders * inner, 0, count * inner, count, 0, orders, inner, orders, inner, 1, 0, inner, 1, 0, 1];
  return new Float64Array([1, 0, 0, 0, 4, ...dims]);
}

/** By use, the latest last. */
const grids = new Map<string, SO3Grid>();
const maxGrids = 16;

/** The grid of the options, its tables built on first use and kept while it is among the latest. */
export function so3Grid(options: SO3GridOptions): SO3Grid {
  const key = JSON.stringify(options);
  const grid = grids.get(key) ?? new SO3Grid(options);
  grids.delete(key);
  grids.set(key, grid);
  if (grids.size > maxGrids) {
    const [oldest, unused] = grids.entries().next().value!;
    unused.dispose();
    grids.delete(oldest);
  }
  return grid;
}
