import { expected } from '../errors.js';
import { complexDtype, type Dtype } from '../dtype.js';
import type { Tensor } from '../tensor.js';

/** Most plans of one kind that are kept. */
const maxPlans = 16;

/** The latest plans of one kind by their options. */
export class LatestPlans<Plan> {
  private readonly plans = new Map<string, Plan>();

  /** The plan of the options, made on first use. */
  get(options: object, make: () => Plan): Plan {
    const key = JSON.stringify(options);
    const plan = this.plans.get(key) ?? make();
    this.plans.delete(key);
    this.plans.set(key, plan);
    if (this.plans.size > maxPlans) this.plans.delete(this.plans.keys().next().value!);
    return plan;
  }
}

/** ERR_DTYPE unless float32 or float64. */
export function checkPrecision(op: string, dtype: Dtype = 'float32'): 'float32' | 'float64' {
  if (dtype !== 'float32' && dtype !== 'float64') throw expected(op, "'float32' or 'float64'", 'dtype', dtype, 'ERR_DTYPE');
  return dtype;
}

/** What a plan takes. */
export interface PlanInput {
  readonly dtype: 'float32' | 'float64';
  readonly real: boolean;
  readonly device: number;
}

/** Throws unless x is [..., axes, C] in the dtype (complex where the plan is) and on the device of the plan. */
export function checkPlanInput(op: string, x: Tensor, axes: readonly number[], { dtype, real, device }: PlanInput): void {
  const wanted = real ? dtype : complexDtype(dtype);
  if (x.dtype !== wanted) throw expected(op, wanted, 'x', x.dtype, 'ERR_DTYPE');
  const first = x.shape.length - 1 - axes.length;
  if (first < 0 || axes.some((size, i) => x.shape[first + i] !== size)) {
    throw expected(op, `[..., ${axes.join(', ')}, C]`, 'x', x.shape, 'ERR_SHAPE');
  }
  if (x.deviceCode !== device) throw expected(op, 'a tensor on the device of the plan', 'x', x.device, 'ERR_DEVICE');
}
