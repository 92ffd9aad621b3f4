import { type Device, deviceName } from '../device.js';
import { native } from '../native.js';
import { type GroupActivationTensors, type Pointwise, groupActivation } from '../ops/group_activation.js';
import { type GroupGridSizes, type OrderLayout, fromAngles, orderLayout, toAngles, waveMatrix } from '../ops/group_waves.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { checkType } from './degree.js';
import { type Tau, so3Type } from './irreps.js';

export interface GroupGridOptions {
  /** Bandlimits of the signals: degrees l < L, orders |n| < N. */
  readonly L: number;
  readonly N: number;
  /** Bandlimits that the grid resolves, at least L and N. */
  readonly gridL: number;
  readonly gridN: number;
  /** 'sphere' (N = gridN = 1): f = sum c_lm S_lm; 'group': f = sum (2l+1)/(8 pi^2) c_lmn D^real_lmn (conventions.md). */
  readonly domain: 'sphere' | 'group';
  readonly dtype: 'float32' | 'float64';
  readonly deviceCode: number;
}

/** Factors of D^real_lmn in values, and of the integral against it in coefficients. */
function factors({ domain }: GroupGridOptions, l: number, nGamma: number): { inverse: number; forward: number } {
  if (domain === 'group') return { inverse: (2 * l + 1) / (8 * Math.PI ** 2), forward: (2 * Math.PI) / nGamma };
  const norm = Math.sqrt((2 * l + 1) / (4 * Math.PI));
  return { inverse: norm, forward: norm };
}

/**
 * Real signals on SO(3), or on the sphere, between their coefficients, the generalized signal of type so3Type(L, N), and values on a Gauss-Legendre
 * grid [..., nBeta, nAlpha, nGamma, C]. By separation of variables: D^real = Z(alpha) d^real(beta) Z(gamma), and d^real couples cosines with
 * cosines and sines with sines alone.
 */
export class GroupGrid {
  readonly sizes: GroupGridSizes;
  readonly tau: Tau;
  private readonly layout: OrderLayout;
  private kept: GroupActivationTensors | undefined;

  constructor(private readonly options: GroupGridOptions) {
    const { L, N, gridL, gridN } = options;
    // Angles alpha in fours, so that each has its mirror images among them.
    this.sizes = { L, N, nBeta: gridL, nAlpha: 4 * Math.ceil((2 * gridL - 1) / 4), nGamma: 2 * gridN - 1 };
    this.tau = so3Type(L, N);
    this.layout = orderLayout(this.sizes);
  }

  /** Values at the nodes: [..., sum (2l+1) tau_l, C] -> [..., nBeta, nAlpha, nGamma, C]. */
  inverse(x: Tensor): Tensor {
    checkType('GroupGrid', 'x', x, this.tau);
    const tensors = this.tensors();
    return toAngles(x, tensors.inverse, tensors, this.sizes);
  }

  /** The integrals against the harmonics: [..., nBeta, nAlpha, nGamma, C] -> [..., sum (2l+1) tau_l, C]. */
  forward(f: Tensor): Tensor {
    const tensors = this.tensors();
    return fromAngles(f, tensors.forward, tensors, this.sizes);
  }

  /** forward(fn(inverse(x))), in one pass. */
  activate(x: Tensor, fn: Pointwise): Tensor {
    checkType('GroupGrid', 'x', x, this.tau);
    return groupActivation(x, fn, this.tensors(), this.sizes);
  }

  /** Frees the tables; they are built anew where they are needed again. */
  dispose(): void {
    if (this.kept) for (const table of Object.values(this.kept) as Tensor[]) table.dispose();
    this.kept = undefined;
  }

  private tensors(): GroupActivationTensors {
    return (this.kept ??= tidy(() => {
      const { dtype, deviceCode } = this.options;
      const { L, N, nAlpha, nGamma } = this.sizes;
      const device: Device = deviceName(deviceCode);
      const real = (values: Float64Array): Tensor => tensor(values, [values.length], { dtype, device }).keep();
      const whole = (values: Int32Array): Tensor => tensor(values, [values.length], { device }).keep();
      const { inverse, forward } = this.betaTables();
      return {
        alpha: real(waveMatrix(nAlpha, L, 1)),
        gamma: real(waveMatrix(nGamma, N, -1)),
        rows: whole(this.layout.rows),
        pairs: whole(Int32Array.from(this.layout.pairs.flatMap(({ place, table }) => [place, table]))),
        inverse: real(inverse),
        forward: real(forward),
      };
    }));
  }

  /**
   * Per pair with m, n > 0 two systems, each [2 results][nBeta][2 x degrees], of (d+, +-d-; +-d-, d+), else [nBeta][degrees] of d+, where d+ and d-
   * are the entries (m, n) and (-m, -n) of d^real(beta).
   */
  private betaTables(): { inverse: Float64Array; forward: Float64Array } {
    const { L, gridL } = this.options;
    const { nBeta, nAlpha, nGamma } = this.sizes;
    const beta = native.math.nodes('gl', gridL, nBeta);
    const weight = native.math.quadratureWeights('gl', gridL, nBeta, nAlpha);
    const inverse = new Float64Array(this.layout.tableSize);
    const forward = new Float64Array(this.layout.tableSize);
    for (let l = 0; l < L; l++) {
      const factor = factors(this.options, l, nGamma);
      for (let t = 0; t < nBeta; t++) {
        const d = native.math.wignerD(l, 0, beta[t]!, 0, false);
        this.forEntries(l, t, (at, m, n, sign) => {
          const entry = sign * d[(m + l) * (2 * l + 1) + n + l]!;
          inverse[at] = factor.inverse * entry;
          forward[at] = factor.forward * weight[t]! * entry;
        });
      }
    }
    return { inverse, forward };
  }

  /** f(place in the tables, m, n, sign) for all numbers of degree l on ring t. */
  private forEntries(l: number, t: number, f: (at: number, m: number, n: number, sign: number) => void): void {
    const { L, nBeta } = this.sizes;
    for (const { m, n, table } of this.layout.pairs) {
      const first = Math.max(m, n);
      if (l < first) continue;
      const degrees = L - first;
      if (m === 0 || n === 0) {
        f(table + t * degrees + l - first, m, n, 1);
        continue;
      }
      for (const [system, sign] of [1, -1].entries()) {
        for (let result = 0; result < 2; result++) {
          const at = table + ((2 * system + result) * nBeta + t) * 2 * degrees + l - first;
          const cross = at + (result === 0 ? degrees : 0);
          f(result === 0 ? at : at + degrees, m, n, 1);
          f(cross, -m, -n, sign);
        }
      }
    }
  }
}

/** By use, the latest last. */
const grids = new Map<string, GroupGrid>();
const maxGrids = 16;

/** The grid of the options, its tables built on first use and kept while it is among the latest. */
export function groupGrid(options: GroupGridOptions): GroupGrid {
  const key = JSON.stringify(options);
  const grid = grids.get(key) ?? new GroupGrid(options);
  grids.delete(key);
  grids.set(key, grid);
  if (grids.size > maxGrids) {
    const [oldest, unused] = grids.entries().next().value!;
    unused.dispose();
    grids.delete(oldest);
  }
  return grid;
}
