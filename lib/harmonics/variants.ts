import { type DeviceOption, deviceCode } from '../device.js';
import { type Dtype, isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import type { External } from '../native.js';
import type { Tensor } from '../tensor.js';
import type { Basis } from './basis.js';

/** What a product is restricted to; without, it follows the tensors that it is applied to. */
export interface VariantOptions {
  readonly basis?: Basis;
  readonly dtype?: 'float32' | 'float64';
  readonly device?: DeviceOption;
}

/** Throws ERR_DTYPE or ERR_DEVICE for a signal that the options exclude. */
export function checkVariant(op: string, x: Tensor, { basis, dtype, device }: VariantOptions): void {
  if (basis === 'complex' && !isComplex(x.dtype)) throw expected(op, "a complex dtype for basis 'complex'", 'x', x.dtype, 'ERR_DTYPE');
  const single = x.dtype === 'float32' || x.dtype === 'complex64';
  if (dtype !== undefined && single !== (dtype === 'float32')) throw expected(op, `the precision ${dtype}`, 'x', x.dtype, 'ERR_DTYPE');
  if (device !== undefined && deviceCode(device) !== x.deviceCode) throw expected(op, `a tensor on ${device}`, 'x', x.device, 'ERR_DEVICE');
}

/** The native plans of a product, each for one dtype on one device. */
export class PlanVariants {
  private readonly plans = new Map<string, External>();

  constructor(private readonly make: (dtype: Dtype, device: number) => External) {}

  get(dtype: Dtype, device: number): External {
    const key = `${dtype} ${device}`;
    let plan = this.plans.get(key);
    if (plan === undefined) {
      plan = this.make(dtype, device);
      this.plans.set(key, plan);
    }
    return plan;
  }

  /** That of the tensors of a call. */
  of(x: Tensor): External {
    return this.get(x.dtype, x.deviceCode);
  }
}
