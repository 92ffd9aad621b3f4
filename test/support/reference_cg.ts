import {
  type Basis,
  type MixingSet,
  type Tensor,
  type TensorProduct,
  add,
  cast,
  clebschGordan,
  concat,
  mul,
  nn,
  reshape,
  slice,
  sum,
  tensorProduct,
  transpose,
  wignerD,
} from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { differentiate } from '../../lib/tape.js';
import { e3nnBasis, e3nnTensorProduct, e3nnWigner3j } from './reference_e3nn.js';
import { ReferenceSet, relativeError } from './reference.js';

export const cgReference = new ReferenceSet('cg');

export type Precision = 'float64' | 'float32';

/** Where the weights of a degree lie in a file, and their shape. */
interface Segment {
  readonly offset: number;
  readonly shape: readonly number[];
}

/** One path of a product of e3nn between blocks of its irreps; `coefficient` contains its normalization. */
export interface E3nnInstruction {
  readonly in1: number;
  readonly in2: number;
  readonly out: number;
  readonly mode: 'uvw' | 'uvu' | 'uuu' | 'uvuv';
  readonly hasWeight: boolean;
  readonly coefficient: number;
  readonly weightShape: readonly number[];
}

/** An entry of the set's index.json. */
export interface CgCase {
  readonly name: string;
  readonly kind: string;
  readonly params: {
    readonly basis: Basis;
    readonly inputs: number;
    readonly l1: number;
    readonly l2: number;
    readonly l: number;
    readonly edgeSet: string;
    readonly tau: number[];
    readonly tauX: number[];
    readonly tauY: number[];
    readonly tauIn: number[];
    readonly tauMid: number[];
    readonly tauOut: number[];
    readonly channels: number;
    readonly channelsOut: number;
    readonly eps: number;
    readonly momentum: number;
    readonly sign: number;
    readonly scale: number;
    readonly irrepsIn1: string;
    readonly irrepsIn2: string;
    readonly irrepsOut: string;
    readonly instructions: readonly E3nnInstruction[];
    readonly segments: Readonly<Record<string, readonly Segment[]>>;
  };
  readonly files: Readonly<Record<string, string>>;
  readonly tolerance: Readonly<Record<Precision, number>>;
}

/** Every case of the set. */
export function cgCases(): CgCase[] {
  if (!cgReference.present) return [];
  return cgReference.json<{ cases: CgCase[] }>('index.json').cases;
}

/** The set's blocks [C, tauIn, tauOut] of a channel-wise step as ours, [tauIn, tauOut, C]. */
function channelsLast(values: Tensor, segments: readonly Segment[]): Tensor {
  const blocks = segments.map(({ offset, shape }) => {
    const [channels, fragmentsIn, fragmentsOut] = shape as [number, number, number];
    const block = slice(values, [offset], [channels * fragmentsIn * fragmentsOut]);
    return reshape(transpose(reshape(block, [channels, fragmentsIn * fragmentsOut])), [block.size]);
  });
  return concat(blocks);
}

/** One case in one precision: loads its arrays and remembers the largest error. */
export class Comparison {
  worst = 0;

  constructor(
    readonly c: CgCase,
    readonly precision: Precision,
  ) {}

  has(role: string): boolean {
    return this.c.files[role] !== undefined;
  }

  /** In double precision. Weights of channel-wise steps have their channels first in the set, last in the library. */
  private stored(role: string): Tensor {
    const values = cgReference.load(this.c.files[role]!);
    return /(^|_)wc$/.test(role) ? channelsLast(values, this.c.params.segments['wc']!) : values;
  }

  load(role: string): Tensor {
    const values = this.stored(role);
    if (this.precision === 'float64') return values;
    return cast(values, values.dtype === 'complex128' ? 'complex64' : 'float32');
  }

  edges(): MixingSet {
    return cgReference.json<Record<string, MixingSet>>(this.c.files['edges']!)[this.c.params.edgeSet]!;
  }

  add(error: number): void {
    this.worst = Math.max(this.worst, error);
  }

  /** Arrays count relative to their largest number. */
  compare(got: Tensor, role: string): void {
    this.add(relativeError(got.dataSync(), this.stored(role).dataSync()));
  }

  /** Tables count absolutely. */
  compareTable(got: ArrayLike<number>, want: ArrayLike<number>): void {
    for (let i = 0; i < want.length; i++) this.add(Math.abs(got[i]! - want[i]!));
  }

  /**
   * The gradients of sum(g f) by `sources`, which `f` uses by reference and which the files call `roles`, and its Hessian in all of them
   * together times v.
   */
  compareDerivatives(
    f: () => Tensor,
    sources: readonly Tensor[],
    roles: readonly string[],
    direction = (role: string): string => `v_${role}`,
  ): void {
    const [g, v] = [this.load('g'), roles.map((role) => this.load(direction(role)))];
    const gradients = (): Tensor[] => differentiate(sources, () => sum(mul(f(), g))).grads;
    const along = (): Tensor =>
      gradients()
        .map((gradient, i) => sum(mul(gradient, v[i]!)))
        .reduce((a, b) => add(a, b));
    gradients().forEach((gradient, i) => this.compare(gradient, `grad_${roles[i]!}`));
    differentiate(sources, along).grads.forEach((product, i) => this.compare(product, `hv_${roles[i]!}`));
  }
}

function clebschGordanTable(x: Comparison): void {
  const { l1, l2, l, basis } = x.c.params;
  x.compareTable(clebschGordan(l1, l2, l, { basis }), x.load('values').dataSync());
}

/** Single coefficients up to degree 128, where whole tables would be large. */
function sparseCoefficients(x: Comparison): void {
  type Row = readonly [l1: number, m1: number, l2: number, m2: number, l: number, m: number, value: number];
  const { rows } = cgReference.json<{ rows: Row[] }>(x.c.files['rows']!);
  const tables = new Map<string, Map<string, number>>();
  for (const [l1, m1, l2, m2, l, m, value] of rows) {
    const key = `${l1} ${l2} ${l}`;
    if (!tables.has(key)) tables.set(key, couplings(l1, l2, l, x.c.params.basis));
    x.add(Math.abs((tables.get(key)!.get(`${m1} ${m2} ${m}`) ?? 0) - value));
  }
}

function couplings(l1: number, l2: number, l: number, basis: Basis): Map<string, number> {
  const list = native.math.couplings(l1, l2, l, basis === 'complex');
  return new Map(
    Array.from({ length: list.length / 4 }, (_, i) => [`${list[4 * i]} ${list[4 * i + 1]} ${list[4 * i + 2]}`, list[4 * i + 3]!]),
  );
}

function realWigner(x: Comparison): void {
  const [angles, values] = [x.load('angles').dataSync(), x.load('values').dataSync()];
  const { l } = x.c.params;
  const n = (2 * l + 1) ** 2;
  for (let k = 0; 3 * k < angles.length; k++) {
    const [alpha, beta, gamma] = [angles[3 * k]!, angles[3 * k + 1]!, angles[3 * k + 2]!];
    x.compareTable(wignerD(l, { alpha, beta, gamma }, { basis: 'real' }), values.subarray(k * n, (k + 1) * n));
  }
}

function productOf(x: Comparison, basis = x.c.params.basis): TensorProduct {
  const { tauX, tauY } = x.c.params;
  return tensorProduct({ tau1: tauX, ...(tauY && x.c.params.inputs === 2 ? { tau2: tauY } : {}), edges: x.edges(), basis });
}

function product(x: Comparison): void {
  const p = productOf(x);
  if (p.tau.join() !== x.c.params.tauOut.join()) x.add(Infinity);
  x.compare(p.apply(x.load('x'), x.has('y') ? x.load('y') : undefined), 'output');
}

function productBases(x: Comparison): void {
  for (const [basis, name] of [
    ['complex', 'Complex'],
    ['real', 'Real'],
  ] as const) {
    x.compare(productOf(x, basis).apply(x.load(`x${name}`), x.load(`y${name}`)), `output${name}`);
  }
}

function productGradient(x: Comparison): void {
  const p = productOf(x);
  const roles = x.has('y') ? ['x', 'y'] : ['x'];
  const [a, b] = roles.map((role) => x.load(role));
  x.compareDerivatives(() => p.apply(a!, b), b ? [a!, b] : [a!], roles);
}

/** A square product and a constrained convolution. */
function productLinear(x: Comparison): void {
  const { tauX, tauIn, tauMid, tauOut, channels, channelsOut } = x.c.params;
  const p = tensorProduct({ tau1: tauX, edges: x.edges() });
  const sizes = { tauIn, tauMid, tauOut, channelsIn: channels, channelsOut };
  const layer = new nn.GeneralizedConvolution({ ...sizes, constrained: true, bias: false, dtype: x.precision });
  layer.loadStateDict({ 'weights.0': x.load('wu'), 'weights.1': x.load('wc'), 'weights.2': x.load('wx') });
  const input = x.load('x');
  x.compare(p.apply(input), 'product');
  x.compare(layer.forward(p.apply(input)), 'output');
  x.compareDerivatives(() => layer.forward(p.apply(input)), [input, ...layer.weights], ['x', 'wu', 'wc', 'wx']);
}

/** A product of two signals and a general convolution with a bias. */
function productLinearUnconstrained(x: Comparison): void {
  const { tauX, tauIn, tauOut, channels, channelsOut } = x.c.params;
  const p = tensorProduct({ tau1: tauX, tau2: tauX, edges: x.edges() });
  const layer = new nn.GeneralizedConvolution({ tauIn, tauOut, channelsIn: channels, channelsOut, dtype: x.precision });
  layer.loadStateDict({ 'weights.0': x.load('w'), bias: x.load('bias') });
  const [a, b] = [x.load('x'), x.load('y')];
  const output = (): Tensor => layer.forward(p.apply(a, b));
  x.compare(p.apply(a, b), 'product');
  x.compare(output(), 'output');
  x.compareDerivatives(output, [a, b, layer.weights[0]!, layer.bias!], ['x', 'y', 'w', 'bias']);
}

function norm(x: Comparison): void {
  const { tau, channels, eps, momentum } = x.c.params;
  const layer = new nn.CovariantNorm({ tau, channels, eps, momentum, dtype: x.precision });
  layer.loadStateDict({ running: x.load('running') }, { strict: false });
  const input = x.load('x');
  x.compare(layer.forward(input), 'output');
  x.compare(layer.running!, 'running_new');
  x.compare(layer.eval().forward(input), 'output_eval');
  layer.train();
  x.compareDerivatives(
    () => layer.forward(input),
    [input],
    ['x'],
    () => 'v',
  );
}

interface Kind {
  readonly precisions: readonly Precision[];
  readonly measure: (x: Comparison) => void;
}

const tables = ['float64'] as const;
const arrays = ['float64', 'float32'] as const;

const kinds: Readonly<Record<string, Kind>> = {
  clebschGordan: { precisions: tables, measure: clebschGordanTable },
  clebschGordanSparse: { precisions: tables, measure: sparseCoefficients },
  wignerReal: { precisions: tables, measure: realWigner },
  product: { precisions: arrays, measure: product },
  productBases: { precisions: arrays, measure: productBases },
  productGradient: { precisions: arrays, measure: productGradient },
  productLinear: { precisions: arrays, measure: productLinear },
  productLinearUnconstrained: { precisions: arrays, measure: productLinearUnconstrained },
  norm: { precisions: arrays, measure: norm },
  e3nnBasis: { precisions: tables, measure: e3nnBasis },
  e3nnWigner3j: { precisions: tables, measure: e3nnWigner3j },
  e3nnTensorProduct: { precisions: arrays, measure: e3nnTensorProduct },
};

/** The largest error of a case over its tolerance, in each precision in which the library has these numbers. */
export function cgErrors(c: CgCase): { precision: Precision; share: number }[] {
  const kind = kinds[c.kind];
  if (kind === undefined) throw new Error(`no comparison for reference cases of the kind ${c.kind}`);
  return kind.precisions.map((precision) => {
    const comparison = new Comparison(c, precision);
    kind.measure(comparison);
    return { precision, share: comparison.worst / c.tolerance[precision] };
  });
}
