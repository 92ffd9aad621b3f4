import type { DeviceOption } from '../device.js';
import { expected } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { type FusedItem, FusedItems } from './fused_items.js';
import type { Tau } from './irreps.js';

/**
 * Which fragments u of x, v of y and w of the output a path couples, with one weight for each combination (e3nn's connection modes):
 * 'uvw' all, weights [tau1, tau2, tauOut]; 'uvu' u and v to the output's u, weights [tau1, tau2]; 'uuu' equal ones, weights [tau1].
 */
export type PathMode = 'uvu' | 'uvw' | 'uuu';

/** Degree l1 of x and degree l2 of y to degree l. */
export interface TensorProductPath {
  readonly l1: number;
  readonly l2: number;
  readonly l: number;
  readonly mode: PathMode;
}

export interface WeightedTensorProductOptions {
  /** Type of the first input. */
  readonly tau1: Tau;
  /** Type of the second input. */
  readonly tau2: Tau;
  /** Type of the output. */
  readonly tauOut: Tau;
  /** Any couplings, in the order of their weights; those to one degree add up, a path may occur again. */
  readonly paths: readonly TensorProductPath[];
  /** Of the tensors; left out, that of the first tensor it is applied to. */
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

const op = 'weightedTensorProduct';

/** Fragments of x, y and output. Throws ERR_VALUE unless the path exists and the mode fits them. */
function checkPath({ tau1, tau2, tauOut }: Omit<WeightedTensorProductOptions, 'paths'>, { l1, l2, l, mode }: TensorProductPath): number[] {
  const given = `(${l1}, ${l2}) -> ${l}`;
  const fragments = [tau1[l1], tau2[l2], tauOut[l]];
  if (fragments.includes(undefined) || Math.abs(l1 - l2) > l || l > l1 + l2) {
    const degrees = `l1 < ${tau1.length}, l2 < ${tau2.length} and l < ${tauOut.length}`;
    throw expected(op, `|l1 - l2| <= l <= l1 + l2 with ${degrees}`, 'paths', given);
  }
  const [u, v, w] = fragments as [number, number, number];
  if (mode !== 'uvw' && mode !== 'uvu' && mode !== 'uuu') throw expected(op, `'uvw', 'uvu' or 'uuu'`, 'the mode of a path', mode);
  const fits = mode === 'uvw' || (u === w && (mode === 'uvu' || u === v));
  if (!fits) {
    const wanted = mode === 'uvu' ? 'as many fragments of the output as of x' : 'equal numbers of fragments';
    throw expected(op, wanted, `the mode '${mode}' of ${given}`, [u, v, w]);
  }
  return [u, v, w];
}

/** Weights of a path. Throws ERR_VALUE as the product does. */
export function pathWeightSize(options: Omit<WeightedTensorProductOptions, 'paths'>, path: TensorProductPath): number {
  const [u, v, w] = checkPath(options, path) as [number, number, number];
  return { uvw: u * v * w, uvu: u * v, uuu: u }[path.mode];
}

function itemsOf(options: WeightedTensorProductOptions): { items: FusedItem[]; weightSize: number } {
  const items: FusedItem[] = [];
  let w = 0;
  for (const path of options.paths) {
    const { mode, ...degrees } = path;
    const [us, vs, ws] = checkPath(options, path) as [number, number, number];
    for (let u = 0; u < us; u++) {
      const [first, count] = mode === 'uvw' ? [0, ws] : [u, 1];
      const [begin, end] = mode === 'uuu' ? [u, u + 1] : [0, vs];
      for (let v = begin; v < end; v++, w += count) items.push({ ...degrees, t1: u, t2: v, first, count, w });
    }
  }
  return { items, weightSize: w };
}

/**
 * A Clebsch-Gordan product with a weight for each pair of fragments (e3nn's TensorProduct without its normalization), real basis:
 * out[l,m,w,c] = sum over paths and their u, v of weight sum_{m1,m2} C(l1 m1 l2 m2|l m) x[l1,m1,u,c] y[l2,m2,v,c].
 * x [..., d1, C], y [..., d2, C], weights [W] (those of the paths one after another, row-major) -> [..., dOut, C]; the weights serve all
 * batch entries and channels. Fragments of a product never lie in memory. Differentiable to any order in x, y and w.
 */
export class WeightedTensorProduct {
  /** W, the number of weights. */
  readonly weightSize: number;
  private readonly products: FusedItems;

  /** @internal */
  constructor(options: WeightedTensorProductOptions) {
    const { items, weightSize } = itemsOf(options);
    this.weightSize = weightSize;
    this.products = new FusedItems(op, options, items, weightSize);
  }

  /** Throws ERR_SHAPE, ERR_DTYPE or ERR_DEVICE where an input does not fit. */
  apply(x: Tensor, y: Tensor, w: Tensor): Tensor {
    return this.products.apply(x, w, y);
  }
}

/** The weighted product of a list of paths. Throws ERR_VALUE for a path that the types do not have or that its mode does not fit. */
export function weightedTensorProduct(options: WeightedTensorProductOptions): WeightedTensorProduct {
  return new WeightedTensorProduct(options);
}
