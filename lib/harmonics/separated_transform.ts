import type { Tensor } from '../tensor.js';
import type { PolarStep } from './polar_step.js';

/**
 * A transform by separation of variables: sums over degrees for each ring and order (a PolarStep), then over orders. Its four maps are two, each with the matrix of
 * `inverse` or with the transpose of that of `forward`.
 */
export abstract class SeparatedTransform {
  constructor(protected readonly polar: PolarStep) {}

  get method(): PolarStep['method'] {
    return this.polar.method;
  }

  get bytes(): number {
    return this.polar.bytes;
  }

  inverse(x: Tensor): Tensor {
    return this.synthesis('inverse', x, true);
  }

  forwardAdjoint(x: Tensor): Tensor {
    return this.synthesis('forwardAdjoint', x, false);
  }

  forward(f: Tensor): Tensor {
    return this.analysis('forward', f, false);
  }

  inverseAdjoint(f: Tensor): Tensor {
    return this.analysis('inverseAdjoint', f, true);
  }

  /** Coefficients to values at the nodes. `name` is what the caller called. */
  protected abstract synthesis(name: string, x: Tensor, inverse: boolean): Tensor;
  /** The adjoint of `synthesis`. */
  protected abstract analysis(name: string, f: Tensor, inverse: boolean): Tensor;
}
