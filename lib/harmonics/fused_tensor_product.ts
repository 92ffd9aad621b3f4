import { dtypeCode } from '../dtype.js';
import type { DeviceOption } from '../device.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { fusedProduct, fusedSquare } from '../ops/fused_product.js';
import type { Tensor } from '../tensor.js';
import { type Basis, checkBasis } from './basis.js';
import { checkType } from './degree.js';
import type { Tau } from './irreps.js';
import type { MixingSet } from './mixing_set.js';
import { PlanVariants, checkVariant } from './variants.js';

/** A fragment of x times one of y, coupled to degree l and added to `count` fragments from `first` on with the weights from `w` on. */
export interface FusedItem {
  readonly l: number;
  readonly l1: number;
  readonly l2: number;
  readonly t1: number;
  readonly t2: number;
  readonly first: number;
  readonly count: number;
  readonly w: number;
}

/** The plans of a list of items; those that reach no fragment are left out. */
export function fusedPlans(
  op: string,
  types: { readonly tau1: Tau; readonly tau2: Tau; readonly tauOut: Tau },
  items: readonly FusedItem[],
  form: { readonly square: boolean; readonly complex: boolean },
): PlanVariants {
  const rows = Float64Array.from(
    items.filter(({ count }) => count > 0).flatMap(({ l, l1, l2, t1, t2, first, count, w }) => [l, l1, l2, t1, t2, first, count, w]),
  );
  const { tau1, tau2, tauOut } = types;
  return new PlanVariants((dtype, device) =>
    native.fusedPlan(tau1, tau2, tauOut, rows, form.complex, form.square, dtypeCode(op, dtype), device),
  );
}

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
  private readonly plans: PlanVariants;

  /** @internal */
  constructor(private readonly options: FusedTensorProductOptions) {
    const { tau1, tau2 = tau1, tauOut, basis } = options;
    const complex = checkBasis(op, basis ?? 'real') === 'complex';
    checkEdges(options);
    const { items, weightSize } = itemsOf(options);
    this.weightSize = weightSize;
    this.plans = fusedPlans(op, { tau1, tau2, tauOut }, items, { square: options.tau2 === undefined, complex });
    this.terms = native.fusedTerms(this.plans.get(complex ? 'complex64' : 'float32', 0));
  }

  /** Throws ERR_SHAPE, ERR_DTYPE or ERR_DEVICE where an input does not fit; y belongs to a product with tau2. */
  apply(x: Tensor, w: Tensor, y?: Tensor): Tensor {
    const { tau1, tau2 } = this.options;
    checkType(op, 'x', x, tau1);
    checkVariant(op, x, this.options);
    if (w.shape.length !== 1 || w.size !== this.weightSize) throw expected(op, `[${this.weightSize}]`, 'w', w.shape, 'ERR_SHAPE');
    if (tau2 === undefined) {
      if (y !== undefined) throw expected(op, 'no second input (tau2 was left out)', 'y', y.shape);
      return fusedSquare(w, x, this.plans.of(x), 0);
    }
    if (y === undefined) throw expected(op, 'a second input of type tau2', 'y', 'none');
    checkType(op, 'y', y, tau2);
    return fusedProduct(w, x, y, this.plans.of(x), 0);
  }
}

/** The fused product of an edge list. Wrong types or edges throw before any table is built. */
export function fusedTensorProduct(options: FusedTensorProductOptions): FusedTensorProduct {
  return new FusedTensorProduct(options);
}
