import { type Dtype, dtypeCode } from '../dtype.js';
import { native } from '../native.js';
import { contract, transposedSpec } from '../ops/contract.js';
import { orderLayout } from '../ops/group_waves.js';
import { gatherRows } from '../ops/rows.js';
import { asComplex, asReal, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { Tensor, tensor } from '../tensor.js';
import type { PolarSizes, PolarStep } from './polar_step.js';

/** A block of a table: a matrix [result][degree] per ring, between coefficients from `place` on and columns of orders. */
interface Block {
  readonly place: number;
  readonly table: number;
  /** Coefficients that a result is made of. */
  readonly depth: number;
  /** Columns of its results: `count` many, each `step` numbers from the last. */
  readonly column: number;
  readonly count: number;
  readonly step: number;
  /** Between coefficients and between tables of consecutive results. */
  readonly placeStep: number;
  readonly tableStep: number;
}

interface Layout {
  /** Row of the coefficients at each sorted place. */
  readonly rows: Int32Array;
  /** Rows of the coefficients. */
  readonly size: number;
  readonly blocks: readonly Block[];
  /** Sorted place of each row, -1: none. */
  readonly rowsBack: Int32Array;
}

function layoutOf(rows: Int32Array, size: number, blocks: readonly Block[]): Layout {
  const rowsBack = new Int32Array(size).fill(-1);
  rows.forEach((row, i) => (rowsBack[row] = i));
  return { rows, size, blocks, rowsBack };
}

/** Orders n ascending and m ascending: a block for each, in a table that has one for all n of the range (math/polar_tables.h). */
function complexLayout({ L, firstN, lastN, rings, takes }: PolarSizes): Layout {
  const rows: number[] = [];
  const blocks: Block[] = [];
  const orders = 2 * L - 1;
  let table = 0;
  for (let n = firstN; n <= lastN; n++) {
    for (let m = 1 - L; m < L; m++) {
      const first = Math.max(Math.abs(m), Math.abs(n));
      const depth = L - first;
      const column = (n - firstN) * rings * orders + m + L - 1;
      if (takes(n)) blocks.push({ place: rows.length, table, depth, column, count: 1, step: 0, placeStep: 0, tableStep: 0 });
      for (let l = first; l < L && takes(n); l++) rows.push((n - firstN) * L * L + l * l + l + m);
      table += rings * depth;
    }
  }
  return layoutOf(Int32Array.from(rows), (lastN - firstN + 1) * L * L, blocks);
}

/** Columns 0, +1, -1, +2, -2, ... of both orders. Coefficients are those of the generalized signal of type so3Type(L, N). */
function realLayout({ L, lastN, rings, takes }: PolarSizes): Layout {
  const { pairs, rows } = orderLayout({ L, N: lastN + 1, nBeta: rings, nAlpha: 0, nGamma: 0 });
  const plane = rings * (2 * L - 1);
  const blocks: Block[] = [];
  for (const { m, n, place, table } of pairs) {
    if (!takes(n)) continue;
    const degrees = L - Math.max(m, n);
    const column = Math.max(0, 2 * n - 1) * plane + Math.max(0, 2 * m - 1);
    if (m > 0 && n > 0) {
      // (++, --) gives (cos cos, sin sin), (+-, -+) gives (sin cos, cos sin)
      const common = { depth: 2 * degrees, count: 2, placeStep: 0, tableStep: 2 * rings * degrees };
      blocks.push({ ...common, place, table, column, step: plane + 1 });
      const second = { place: place + 2 * degrees, table: table + 4 * rings * degrees };
      blocks.push({ ...common, ...second, column: column + 1, step: plane - 1 });
    } else {
      const step = m > 0 ? 1 : plane;
      blocks.push({ place, table, depth: degrees, column, count: m + n > 0 ? 2 : 1, step, placeStep: degrees, tableStep: 0 });
    }
  }
  return layoutOf(rows, rows.length, blocks);
}

/** Numbers in the table of one direction. */
function tableSize({ L, firstN, lastN, rings, real }: PolarSizes): number {
  let size = 0;
  for (let n = firstN; n <= lastN; n++) {
    for (let m = real ? 0 : 1 - L; m < L; m++) {
      // Of a real signal, two systems of twice as many results and degrees
      size += (real && m > 0 && n > 0 ? 8 : 1) * rings * (L - Math.max(Math.abs(m), Math.abs(n)));
    }
  }
  return size;
}

/** Specs of the latest batches and channels are kept. */
const maxSpecs = 8;

/**
 * The polar step by tables: for each pair of orders a small real matrix between degrees and rings. Complex numbers are pairs of real ones.
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
    return (this.madeLayout ??= this.sizes.real ? realLayout(this.sizes) : complexLayout(this.sizes));
  }

  synthesis(x: Tensor, inverse: boolean): Tensor {
    return tidy(() => {
      const [batch, , channels] = x.shape as [number, number, number];
      const { L, rings } = this.sizes;
      const sorted = this.asRealChannels(gatherRows(x, this.index(this.layout.rows, x), -2));
      const width = sorted.shape[2]!;
      const result = contract(sorted, this.table(inverse, x), this.spec(batch, width), [batch, this.columns, width]);
      return reshape(this.asOwn(result, channels), [batch, this.planes * rings, 2 * L - 1, channels]);
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

  /** Columns of orders n. */
  private get planes(): number {
    const { real, firstN, lastN } = this.sizes;
    return real ? 2 * lastN + 1 : lastN - firstN + 1;
  }

  private get columns(): number {
    return this.planes * this.sizes.rings * (2 * this.sizes.L - 1);
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
    const { real, group, sampling, L, rings, firstN, lastN } = this.sizes;
    const code = dtypeCode(group ? 'so3Transform' : 's2Transform', this.dtype);
    return Tensor.fromNative(
      native.math.polarTable(inverse, real, group, sampling, L, rings, real ? 0 : firstN, lastN, code, like.deviceCode),
    );
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
    for (const { place, table, depth, column, count, step, placeStep, tableStep } of blocks) {
      spec.push(place * width, table, column * width, 5);
      spec.push(batch, places * width, 0, columns * width, count, placeStep * width, tableStep, step * width);
      spec.push(rings, 0, depth, orders * width, depth, width, 1, 0, width, 1, 0, 1);
    }
    const built = new Float64Array(spec);
    if (this.specs.size >= maxSpecs) this.specs.clear();
    this.specs.set(key, built);
    return built;
  }
}
