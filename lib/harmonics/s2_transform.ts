import { type Dtype, complexDtype, isComplex } from '../dtype.js';
import { type DeviceOption, deviceCode } from '../device.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { product } from '../ops/axes.js';
import { contract, transposedSpec } from '../ops/contract.js';
import { gatherRows } from '../ops/rows.js';
import { asComplex, asReal, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { toComplexBasis, toRealBasis } from './basis.js';
import { s2Type } from './irreps.js';
import { type Grid, type GridOptions, resolveGrid } from './sampling.js';
import { legendreTable } from './tables.js';

export interface S2TransformOptions extends GridOptions {
  /** Real signals and real-basis coefficients; else (default) complex signals and complex-basis coefficients. */
  readonly real?: boolean;
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/**
 * Spin-0 harmonic transforms on the sphere for one bandlimit and grid. Signals are [..., nTheta, nPhi, C], coefficients [..., L*L, C] at l*l + l + m:
 * float32/64 where the plan is real (real basis), else complex64/128 (complex basis). All four maps are linear and differentiable;
 * the adjoints are those of the matrices of `inverse` and `forward`.
 */
export interface S2Transform {
  /** f = sum f_lm Y_lm at the nodes. */
  inverse(flm: Tensor): Tensor;
  /** f_lm = integral of f conj(Y_lm), exact for a signal of bandlimit L. */
  forward(f: Tensor): Tensor;
  inverseAdjoint(f: Tensor): Tensor;
  forwardAdjoint(flm: Tensor): Tensor;
  readonly nTheta: number;
  readonly nPhi: number;
  /** Polar angles of the rings, radians. */
  readonly theta: Float64Array;
  /** Longitudes of the columns, radians. */
  readonly phi: Float64Array;
  /** Integral of f = sum_t w_t sum_p f_tp. */
  readonly quadratureWeights: Float64Array;
  readonly method: 'table';
  /** Bytes of the tables of both directions. */
  readonly bytes: number;
}

/** Up to here a plan keeps its Fourier matrices: 1 MB each in float32. */
const maxKeptBandlimit = 256;

/**
 * By separation of variables: a small real matrix per order m between degrees and rings (native/math/legendre.h), and a real Fourier matrix between
 * orders and longitudes. Orders are kept as columns 0, +1, -1, +2, -2, ...
 */
class TableTransform implements S2Transform {
  readonly method = 'table';
  readonly theta: Float64Array;
  readonly phi: Float64Array;
  readonly quadratureWeights: Float64Array;
  readonly bytes: number;
  /** Row of the coefficient at [column][l - |m|]. */
  private readonly rows: Int32Array;
  private readonly rowsBack: Int32Array;
  /** Fourier matrices of the two directions, kept on the device until `dispose()` unless they are large. */
  private readonly kept = new Map<boolean, Tensor>();
  private keeping: boolean;

  constructor(
    private readonly grid: Grid,
    private readonly dtype: Dtype,
    private readonly real: boolean,
    private readonly device: number,
  ) {
    const { L, sampling, nTheta, nPhi, phiOffset } = grid;
    this.theta = native.math.nodes(sampling, L, nTheta);
    this.phi = Float64Array.from({ length: nPhi }, (_, p) => (2 * Math.PI * (p + phiOffset)) / nPhi);
    this.quadratureWeights = native.math.quadratureWeights(sampling, L, nTheta, nPhi);
    this.bytes = nTheta * L * (L + 1) * (dtype === 'float64' ? 8 : 4);
    this.rows = orderRows(L);
    this.rowsBack = new Int32Array(L * L);
    this.rows.forEach((row, i) => (this.rowsBack[row] = i));
    this.keeping = L <= maxKeptBandlimit;
  }

  get nTheta(): number {
    return this.grid.nTheta;
  }

  get nPhi(): number {
    return this.grid.nPhi;
  }

  inverse(flm: Tensor): Tensor {
    return this.onCoefficients('inverse', flm, (x) => this.synthesis(x, true));
  }

  forwardAdjoint(flm: Tensor): Tensor {
    return this.onCoefficients('forwardAdjoint', flm, (x) => this.synthesis(x, false));
  }

  forward(f: Tensor): Tensor {
    return this.onSignal('forward', f, (x) => this.analysis(x, false));
  }

  inverseAdjoint(f: Tensor): Tensor {
    return this.onSignal('inverseAdjoint', f, (x) => this.analysis(x, true));
  }

  /** Frees what it keeps. It can be used further, more slowly. */
  dispose(): void {
    this.keeping = false;
    for (const matrix of this.kept.values()) matrix.dispose();
    this.kept.clear();
  }

  private onCoefficients(op: string, x: Tensor, map: (x: Tensor) => Tensor): Tensor {
    const { L } = this.grid;
    this.check(op, x, [L * L]);
    return tidy(() => {
      if (this.real) return map(x);
      return joinParts(map(splitParts(toRealBasis(x, s2Type(L)))));
    });
  }

  private onSignal(op: string, x: Tensor, map: (x: Tensor) => Tensor): Tensor {
    const { L, nTheta, nPhi } = this.grid;
    this.check(op, x, [nTheta, nPhi]);
    return tidy(() => {
      if (this.real) return map(x);
      return toComplexBasis(joinParts(map(splitParts(x))), s2Type(L));
    });
  }

  private check(op: string, x: Tensor, axes: readonly number[]): void {
    const wanted = this.real ? this.dtype : complexDtype(this.dtype);
    if (x.dtype !== wanted) throw expected(`s2Transform.${op}`, wanted, 'x', x.dtype, 'ERR_DTYPE');
    const rank = x.shape.length;
    const found = x.shape.slice(rank - 1 - axes.length, rank - 1);
    if (rank < axes.length + 1 || found.join() !== axes.join()) {
      throw expected(`s2Transform.${op}`, `[..., ${axes.join(', ')}, C]`, 'x', x.shape, 'ERR_SHAPE');
    }
    if (x.deviceCode !== this.device)
      throw expected(`s2Transform.${op}`, 'a tensor on the device of the plan', 'x', x.device, 'ERR_DEVICE');
  }

  /** Real coefficients [..., L*L, C] to samples, with the table of the inverse or (adjoint) of the forward transform. */
  private synthesis(x: Tensor, inverse: boolean): Tensor {
    const { L, sampling, nTheta, nPhi } = this.grid;
    const [lead, channels] = [x.shape.slice(0, -2), x.shape.at(-1)!];
    const batch = product(lead);
    const sorted = gatherRows(x, this.index(this.rows, x), -2);
    const table = legendreTable(inverse, sampling, L, nTheta, x);
    const rings = contract(sorted, table, this.orderSpec(batch, channels), [batch, nTheta, 2 * L - 1, channels]);
    const spec = this.fourierSpec(batch, channels);
    return reshape(contract(rings, this.fourierTensor(x, inverse), spec, [batch, nTheta, nPhi, channels]), [
      ...lead,
      nTheta,
      nPhi,
      channels,
    ]);
  }

  /** The transpose of `synthesis`: samples to real coefficients. */
  private analysis(f: Tensor, inverse: boolean): Tensor {
    const { L, sampling, nTheta } = this.grid;
    const [lead, channels] = [f.shape.slice(0, -3), f.shape.at(-1)!];
    const batch = product(lead);
    const toRings = transposedSpec(this.fourierSpec(batch, channels));
    const rings = contract(f, this.fourierTensor(f, inverse), toRings, [batch, nTheta, 2 * L - 1, channels]);
    const table = legendreTable(inverse, sampling, L, nTheta, f);
    const sorted = contract(rings, table, transposedSpec(this.orderSpec(batch, channels)), [batch, L * L, channels]);
    return reshape(gatherRows(sorted, this.index(this.rowsBack, f), -2), [...lead, L * L, channels]);
  }

  private index(rows: Int32Array, like: Tensor): Tensor {
    return tensor(rows, [rows.length], { device: like.device });
  }

  /** The adjoint pair (forward) carries 1/nPhi of its average over longitudes. */
  private fourierTensor(like: Tensor, inverse: boolean): Tensor {
    const kept = this.kept.get(inverse);
    if (kept !== undefined) return kept;
    const { L, nPhi } = this.grid;
    const matrix = tensor(fourierMatrix(this.grid, this.dtype, inverse ? 1 : nPhi), [nPhi, 2 * L - 1], { device: like.device });
    if (this.keeping) this.kept.set(inverse, matrix.keep());
    return matrix;
  }

  /** contract spec: sorted coefficients [batch, L*L, C] x Legendre table -> [batch, nTheta, 2L-1, C]; +m and -m share their matrix. */
  private orderSpec(batch: number, channels: number): Float64Array {
    const { L, nTheta } = this.grid;
    const spec = [L];
    const outRow = (2 * L - 1) * channels;
    let [first, table] = [0, 0];
    for (let m = 0; m < L; m++) {
      const n = L - m;
      const signs = m === 0 ? 1 : 2;
      const column = m === 0 ? 0 : 2 * m - 1;
      spec.push(first, table, column * channels, 5);
      spec.push(batch, L * L * channels, 0, nTheta * outRow);
      spec.push(signs, n * channels, 0, channels);
      spec.push(nTheta, 0, n, outRow);
      spec.push(n, channels, 1, 0);
      spec.push(channels, 1, 0, 1);
      first += signs * n * channels;
      table += nTheta * n;
    }
    return new Float64Array(spec);
  }

  /** contract spec: [batch, nTheta, 2L-1, C] x Fourier matrix [nPhi, 2L-1] -> [batch, nTheta, nPhi, C]. */
  private fourierSpec(batch: number, channels: number): Float64Array {
    const { L, nTheta, nPhi } = this.grid;
    const orders = 2 * L - 1;
    const spec = [1, 0, 0, 0, 4, batch * nTheta, orders * channels, 0, nPhi * channels, nPhi, 0, orders, channels];
    return new Float64Array([...spec, orders, channels, 1, 0, channels, 1, 0, 1]);
  }
}

function orderRows(L: number): Int32Array {
  const rows: number[] = [];
  for (let m = 0; m < L; m++) {
    for (const order of m === 0 ? [0] : [m, -m]) {
      for (let l = m; l < L; l++) rows.push(l * l + l + order);
    }
  }
  return Int32Array.from(rows);
}

/**
 * [nPhi, 2L-1]: the longitude factor of S_lm at each column, over `divisor`. S_lm(theta, phi) = P_lm(theta) times: 1 for m = 0,
 * sqrt(2) (-1)^m cos(m phi) for +m and sqrt(2) (-1)^m sin(m phi) for -m.
 */
function fourierMatrix({ L, nPhi, phiOffset }: Grid, dtype: Dtype, divisor: number): Float32Array | Float64Array {
  const orders = 2 * L - 1;
  const matrix = new (dtype === 'float64' ? Float64Array : Float32Array)(nPhi * orders);
  // Angles are whole multiples of pi / nPhi, counted exactly.
  const [cos, sin] = [Math.cos, Math.sin].map((f) => Float64Array.from({ length: 2 * nPhi }, (_, k) => f((Math.PI * k) / nPhi)));
  for (let p = 0; p < nPhi; p++) {
    matrix[p * orders] = 1 / divisor;
    for (let m = 1; m < L; m++) {
      const k = (m * (2 * p + 2 * phiOffset)) % (2 * nPhi);
      const factor = m % 2 === 0 ? Math.SQRT2 : -Math.SQRT2;
      matrix[p * orders + 2 * m - 1] = (factor * cos![k]!) / divisor;
      matrix[p * orders + 2 * m] = (factor * sin![k]!) / divisor;
    }
  }
  return matrix;
}

/** A complex tensor [..., C] as a real one [..., 2C]. */
function splitParts(x: Tensor): Tensor {
  return isComplex(x.dtype) ? reshape(asReal(x), [...x.shape.slice(0, -1), 2 * x.shape.at(-1)!]) : x;
}

function joinParts(x: Tensor): Tensor {
  return asComplex(reshape(x, [...x.shape.slice(0, -1), x.shape.at(-1)! / 2, 2]));
}

/** By use, the latest last. */
const plans = new Map<string, TableTransform>();
const maxPlans = 16;

/** The transform plan of the options, built on first use. Wrong options throw before any work. */
export function s2Transform(options: S2TransformOptions): S2Transform {
  const grid = resolveGrid('s2Transform', options);
  const dtype = options.dtype ?? 'float32';
  if (dtype !== 'float32' && dtype !== 'float64') throw expected('s2Transform', "'float32' or 'float64'", 'dtype', dtype, 'ERR_DTYPE');
  const device = deviceCode(options.device);
  const real = options.real ?? false;
  const key = JSON.stringify([grid, dtype, real, device]);
  let plan = plans.get(key);
  if (plan === undefined) {
    plan = new TableTransform(grid, dtype, real, device);
    if (plans.size >= maxPlans) dropOldest();
  }
  plans.delete(key);
  plans.set(key, plan);
  return plan;
}

function dropOldest(): void {
  const [key, plan] = plans.entries().next().value!;
  plan.dispose();
  plans.delete(key);
}
