import { type Dtype, dtypeCode } from '../dtype.js';
import { native } from '../native.js';
import { contract, transposedSpec } from '../ops/contract.js';
import { gatherRows } from '../ops/rows.js';
import { asComplex, asReal, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { Tensor, tensor } from '../tensor.js';
import type { PolarSizes, PolarStep } from './polar_step.js';

/** Sums of an order: a matrix [ring][degree] between sorted coefficients from `place` on and a column of the rings. */
interface Block {
  readonly place: number;
  readonly table: number;
  readonly depth: number;
  readonly column: number;
  /** Columns of both signs have the same matrix: real signals, m > 0. */
  readonly signs: 1 | 2;
}

interface Layout {
  /** Row of the coefficients at each sorted place. */
  readonly rows: Int32Array;
  readonly blocks: readonly Block[];
  /** Sorted place of each row, -1: none. */
  readonly rowsBack: Int32Array;
}

/** By orders: of complex signals they ascend, of real ones they are 0, +1, -1, +2, ... */
function layoutOf({ L, firstN: n, rings, real }: PolarSizes): Layout {
  const rows: number[] = [];
  const blocks: Block[] = [];
  let table = 0;
  for (let m = real ? 0 : 1 - L; m < L; m++) {
    const first = Math.max(Math.abs(m), Math.abs(n));
    const depth = L - first;
    const column = real ? Math.max(0, 2 * m - 1) : m + L - 1;
    const orders = real && m > 0 ? [m, -m] : [m];
    blocks.push({ place: rows.length, table, depth, column, signs: orders.length === 2 ? 2 : 1 });
    for (const order of orders) for (let l = first; l < L; l++) rows.push(l * l + l + order);
    table += rings * depth;
  }
  const rowsBack = new Int32Array(L * L).fill(-1);
  rows.forEach((row, i) => (rowsBack[row] = i));
  return { rows: Int32Array.from(rows), blocks, rowsBack };
}

/** Numbers in the table of one direction. */
function tableSize({ L, firstN: n, rings, real }: PolarSizes): number {
  let size = 0;
  for (let m = real ? 0 : 1 - L; m < L; m++) size += rings * (L - Math.max(Math.abs(m), Math.abs(n)));
  return size;
}

/** Specs of the latest batches and channels are kept. */
const maxSpecs = 8;

/**
 * The polar step on the sphere by tables: for each order a small real matrix between degrees and rings. Complex numbers are pairs of real ones.
 * Coefficients are sorted by orders first.
 */
export class PolarTable implements PolarStep {
  readonly method = 'table';
  readonly bytes: number;
  private madeLayout: Layout | undefined;
  private readonly specs = new Map<string, Float64Array>();

  constructor(
    private readonly sizes: PolarSizes,
    private readonly dtype: Dtype,
  ) {
    this.bytes = 2 * tableSize(sizes) * (dtype === 'float64' ? 8 : 4);
  }

  /** Made on first use: what a table would take is asked before. */
  private get layout(): Layout {
    return (this.madeLayout ??= layoutOf(this.sizes));
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    return tidy(() => {
      const [batch, , channels] = x.shape as [number, number, number];
      const { L, rings } = this.sizes;
      const sorted = this.asRealChannels(gatherRows(x, this.index(this.layout.rows, x), -2));
      const width = sorted.shape[2]!;
      const result = contract(sorted, this.table(inverse, x), this.spec(batch, width), [batch, this.columns, width]);
      return reshape(this.asOwn(result, channels), [batch, rings, 2 * L - 1, channels]);
    });
  }

  analysis(rings: Tensor, inverse: boolean): Tensor {
    return tidy(() => {
      const [batch, channels] = [rings.shape[0]!, rings.shape.at(-1)!];
      const flat = this.asRealChannels(reshape(rings, [batch, this.columns, channels]));
      const width = flat.shape[2]!;
      const spec = transposedSpec(this.spec(batch, width));
      const sorted = contract(flat, this.table(inverse, rings), spec, [batch, this.layout.rows.length, width]);
      return gatherRows(this.asOwn(sorted, channels), this.index(this.layout.rowsBack, rings), -2);
    });
  }

  private get columns(): number {
    return this.sizes.rings * (2 * this.sizes.L - 1);
  }

  private asRealChannels(x: Tensor): Tensor {
    if (this.sizes.real) return x;
    return reshape(asReal(x), [...x.shape.slice(0, -1), 2 * x.shape.at(-1)!]);
  }

  private asOwn(x: Tensor, channels: number): Tensor {
    if (this.sizes.real) return x;
    return asComplex(reshape(x, [...x.shape.slice(0, -1), channels, 2]));
  }

  private index(rows: Int32Array, like: Tensor): Tensor {
    return tensor(rows, [rows.length], { device: like.device });
  }

  /** From the native plan cache: asking again costs a look-up. */
  private table(inverse: boolean, like: Tensor): Tensor {
    const { real, sampling, L, rings, firstN } = this.sizes;
    const code = dtypeCode('s2Transform', this.dtype);
    return Tensor.fromNative(native.math.sphereTable(inverse, real, sampling, L, rings, firstN, code, like.deviceCode));
  }

  /** contract spec: sorted coefficients [batch, places, width] x table -> [batch, columns, width]. */
  private spec(batch: number, width: number): Float64Array {
    const key = `${batch} ${width}`;
    const known = this.specs.get(key);
    if (known) return known;
    const { L, rings } = this.sizes;
    const { columns } = this;
    const { rows, blocks } = this.layout;
    const places = rows.length;
    const orders = 2 * L - 1;
    const spec = [blocks.length];
    for (const { place, table, depth, column, signs } of blocks) {
      spec.push(place * width, table, column * width, 5);
      spec.push(batch, places * width, 0, columns * width, signs, depth * width, 0, width);
      spec.push(rings, 0, depth, orders * width, depth, width, 1, 0, width, 1, 0, 1);
    }
    const built = new Float64Array(spec);
    if (this.specs.size >= maxSpecs) this.specs.clear();
    this.specs.set(key, built);
    return built;
  }
}
