import { dtypeCode } from '../dtype.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { fusedProduct, fusedSquare } from '../ops/fused_product.js';
import type { Tensor } from '../tensor.js';
import { checkBasis } from './basis.js';
import { checkType } from './degree.js';
import type { Tau } from './irreps.js';
import { PlanVariants, type VariantOptions, checkVariant } from './variants.js';

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

export interface FusedItemsOptions extends VariantOptions {
  readonly tau1: Tau;
  /** Left out, the products are of one signal with itself. */
  readonly tau2?: Tau;
  readonly tauOut: Tau;
}

/** Products of fragments that are multiplied by weights at once: the common part of products with weights. */
export class FusedItems {
  /** Non-zero couplings of one channel, of the items that reach the output. */
  readonly terms: number;
  private readonly plans: PlanVariants;

  constructor(
    private readonly op: string,
    private readonly options: FusedItemsOptions,
    items: readonly FusedItem[],
    private readonly weightSize: number,
  ) {
    const { tau1, tau2 = tau1, tauOut, basis = 'real' } = options;
    const complex = checkBasis(op, basis) === 'complex';
    const rows = Float64Array.from(
      items.filter(({ count }) => count > 0).flatMap(({ l, l1, l2, t1, t2, first, count, w }) => [l, l1, l2, t1, t2, first, count, w]),
    );
    const square = options.tau2 === undefined;
    this.plans = new PlanVariants((dtype, device) =>
      native.fusedPlan(tau1, tau2, tauOut, rows, complex, square, dtypeCode(op, dtype), device),
    );
    this.terms = native.fusedTerms(this.plans.get(complex ? 'complex64' : 'float32', 0));
  }

  apply(x: Tensor, w: Tensor, y?: Tensor): Tensor {
    const { tau1, tau2 } = this.options;
    checkType(this.op, 'x', x, tau1);
    checkVariant(this.op, x, this.options);
    if (w.shape.length !== 1 || w.size !== this.weightSize) throw expected(this.op, `[${this.weightSize}]`, 'w', w.shape, 'ERR_SHAPE');
    if (tau2 === undefined) {
      if (y !== undefined) throw expected(this.op, 'no second input (tau2 was left out)', 'y', y.shape);
      return fusedSquare(w, x, this.plans.of(x), 0);
    }
    if (y === undefined) throw expected(this.op, 'a second input of type tau2', 'y', 'none');
    checkType(this.op, 'y', y, tau2);
    return fusedProduct(w, x, y, this.plans.of(x), 0);
  }
}
