import { dtypeCode } from '../dtype.js';
import type { DeviceOption } from '../device.js';
import { expected } from '../errors.js';
import { native } from '../native.js';
import { bilinear } from '../ops/bilinear.js';
import { broadcastTo } from '../ops/broadcast.js';
import { expandDims, reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { type Basis, checkBasis } from './basis.js';
import { checkType } from './degree.js';
import type { Tau } from './irreps.js';
import type { MixingSet } from './mixing_set.js';
import { PlanVariants, checkVariant } from './variants.js';

export interface TensorProductOptions {
  /** Type of the first input. */
  readonly tau1: Tau;
  /** Type of the second input; left out, the product is of one input with itself. */
  readonly tau2?: Tau;
  /** For each output degree, its pairs [l1, l2] in order. */
  readonly edges: MixingSet;
  /** 'channel' (default): channel by channel; 'full': every channel of x with every one of y, index c1*C2 + c2. */
  readonly pairing?: 'channel' | 'full';
  /** Default 'real'. */
  readonly basis?: Basis;
  /** Of the tensors; left out, that of the first tensor it is applied to. */
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/**
 * Clebsch-Gordan product of generalized signals, z_lm = sum C(l1 m1 l2 m2|l m) x_{l1 m1} y_{l2 m2} for every pair of the edge list:
 * [..., d1, C] x [..., d2, C] -> [..., dOut, C]. Fragments of a degree: pairs in list order, then t1, then t2; with one input and l1 = l2 only
 * t1 <= t2 (l even) or t1 < t2 (l odd), whatever the pairing. Equivariant under rotations of both inputs; differentiable to any order.
 */
export class TensorProduct {
  /** Type of the output. */
  readonly tau: number[];
  /** Non-zero couplings of one channel. */
  readonly terms: number;
  private readonly plans: PlanVariants;

  /** @internal */
  constructor(private readonly options: TensorProductOptions) {
    const { tau1, tau2, edges, pairing, basis } = options;
    if (pairing !== undefined && pairing !== 'channel' && pairing !== 'full')
      throw expected('tensorProduct', "'channel' or 'full'", 'pairing', pairing);
    const complex = checkBasis('tensorProduct', basis ?? 'real') === 'complex';
    const flat = edges.flatMap((pairs, l) => pairs.flatMap(([l1, l2]) => [l, l1, l2]));
    this.plans = new PlanVariants((dtype, device) =>
      native.bilinearPlan(tau1, tau2 ?? tau1, flat, complex, tau2 === undefined, dtypeCode('tensorProduct', dtype), device),
    );
    const info = native.planInfo(this.plans.get(complex ? 'complex64' : 'float32', 0));
    this.terms = info.terms;
    this.tau = edges.map((_, l) => info.tauOut[l] ?? 0);
  }

  apply(x: Tensor, y?: Tensor): Tensor {
    const { tau1, tau2, pairing } = this.options;
    checkType('tensorProduct', 'x', x, tau1);
    checkVariant('tensorProduct', x, this.options);
    const other = tau2 === undefined ? x : y;
    if (tau2 === undefined && y !== undefined) throw expected('tensorProduct', 'no second input (tau2 was left out)', 'y', y.shape);
    if (other === undefined) throw expected('tensorProduct', 'a second input of type tau2', 'y', 'none');
    checkType('tensorProduct', 'y', other, tau2 ?? tau1);
    return tidy(() => (pairing === 'full' ? this.product(...allPairs(x, other)) : this.product(x, other)));
  }

  private product(x: Tensor, y: Tensor): Tensor {
    return bilinear(x, y, this.plans.of(x), 0);
  }
}

/** x and y with the channels of both, C1*C2. */
function allPairs(x: Tensor, y: Tensor): [Tensor, Tensor] {
  const [c1, c2] = [x.shape.at(-1)!, y.shape.at(-1)!];
  const repeat = (t: Tensor, axis: number): Tensor => {
    const wide = expandDims(t, axis);
    const lead = t.shape.slice(0, -1);
    return reshape(broadcastTo(wide, [...lead, c1, c2]), [...lead, c1 * c2]);
  };
  return [repeat(x, -1), repeat(y, -2)];
}

/** The product of an edge list. Wrong types or edges throw before any table is built. */
export function tensorProduct(options: TensorProductOptions): TensorProduct {
  return new TensorProduct(options);
}
