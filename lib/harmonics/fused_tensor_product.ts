import type { DeviceOption } from '../device.js';
import { expected } from '../errors.js';
import type { Tensor } from '../tensor.js';
import type { Basis } from './basis.js';
import { type FusedItem, FusedItems } from './fused_items.js';
import type { Tau } from './irreps.js';
import type { MixingSet } from './mixing_set.js';

export interface FusedTensorProductOptions {
  /** Type of the first input. */
  readonly tau1: Tau;
  /** Type of the second input; left out, the product is of one input with itself. */
  readonly tau2?: Tau;
  /** For each output degree, its pairs [l1, l2] in order. */
  readonly edges: MixingSet;
  /** Type of the output, as many degrees as `edges` has. */
  readonly tauOut: Tau;
  /** Default 'real'. */
  readonly basis?: Basis;
  /** Of the tensors; left out, that of the first tensor it is applied to. */
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

const op = 'fusedTensorProduct';

/** The fragments of the product in order, each with its row of the uniform weights [tau_l, tauOut_l]. */
function itemsOf({ tau1, tau2, edges, tauOut }: FusedTensorProductOptions): { items: FusedItem[]; weightSize: number } {
  const items: FusedItem[] = [];
  let w = 0;
  for (const [l, pairs] of edges.entries()) {
    const count = tauOut[l]!;
    for (const [l1, l2] of pairs) {
      const half = tau2 === undefined && l1 === l2;
      for (let t1 = 0; t1 < (tau1[l1] ?? 0); t1++) {
        for (let t2 = half ? t1 + (l % 2) : 0; t2 < ((tau2 ?? tau1)[l2] ?? 0); t2++, w += count)
          items.push({ l, l1, l2, t1, t2, first: 0, count, w });
      }
    }
  }
  return { items, weightSize: w };
}

function checkEdges({ tau1, tau2 = tau1, edges, tauOut }: FusedTensorProductOptions): void {
  if (tauOut.length !== edges.length) throw expected(op, `${edges.length} degrees, as edges`, 'tauOut', [...tauOut]);
  for (const [l, pairs] of edges.entries()) {
    for (const [l1, l2] of pairs) {
      const whole = Number.isInteger(l1) && Number.isInteger(l2) && l1 >= 0 && l2 >= 0;
      if (!whole || l1 >= tau1.length || l2 >= tau2.length || Math.abs(l1 - l2) > l || l > l1 + l2) {
        const wanted = `|l1 - l2| <= l <= l1 + l2 with l1 < ${tau1.length} and l2 < ${tau2.length}`;
        throw expected(op, wanted, 'edges', `(${l1}, ${l2}) -> ${l}`);
      }
    }
  }
}

/**
 * A Clebsch-Gordan product and the uniform step of a generalized convolution as one operation:
 * out[l,m,u,c] = sum over the product's fragments t of w_l[t,u] sum_{m1,m2} C(l1 m1 l2 m2|l m) x[l1,m1,t1,c] y[l2,m2,t2,c].
 * x [..., d1, C], weights [W] (blocks [tau_l, tauOut_l], see `generalizedConvolution`), y [..., d2, C] -> [..., dOut, C].
 * The fragments, of the order that `tensorProduct` documents, never lie in memory. Differentiable to any order in x, w and y.
 */
export class FusedTensorProduct {
  /** Non-zero couplings of one channel, of the fragments that reach the output. */
  readonly terms: number;
  /** W, the number of weights. */
  readonly weightSize: number;
  private readonly products: FusedItems;

  /** @internal */
  constructor(options: FusedTensorProductOptions) {
    checkEdges(options);
    const { items, weightSize } = itemsOf(options);
    this.weightSize = weightSize;
    this.products = new FusedItems(op, options, items, weightSize);
    this.terms = this.products.terms;
  }

  /** Throws ERR_SHAPE, ERR_DTYPE or ERR_DEVICE where an input does not fit, ERR_VALUE where y is missing or there is no tau2 for it. */
  apply(x: Tensor, w: Tensor, y?: Tensor): Tensor {
    return this.products.apply(x, w, y);
  }
}

/** The fused product of an edge list. Wrong types or edges throw before any table is built. */
export function fusedTensorProduct(options: FusedTensorProductOptions): FusedTensorProduct {
  return new FusedTensorProduct(options);
}
