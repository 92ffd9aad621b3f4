import { contract, transposedSpec } from '../ops/contract.js';
import { conjugate } from '../ops/conjugate.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';

export interface AngleOptions {
  /** Orders |m| < M. */
  readonly M: number;
  /** Angles 2 pi (p + offset) / points, p = 0..points-1. */
  readonly points: number;
  readonly offset: number;
  /** Real waves 1, sqrt(2) (-1)^m cos, sqrt(2) (-1)^m sin in the order 0, +1, -1, ...; else e^{i m angle}, m ascending. */
  readonly real: boolean;
  /** -1: of the sines. */
  readonly sign: 1 | -1;
}

/** The sums over orders, [outer, 2M-1, inner] to values [outer, points, inner], and their adjoint. */
export class AngleStep {
  constructor(private readonly options: AngleOptions) {}

  synthesis(x: Tensor, scale = 1): Tensor {
    const { points } = this.options;
    const [outer, , inner] = x.shape as [number, number, number];
    return contract(x, this.matrix(x, scale), this.spec(outer, inner), [outer, points, inner]);
  }

  analysis(f: Tensor, scale = 1): Tensor {
    const { M } = this.options;
    const [outer, , inner] = f.shape as [number, number, number];
    return tidy(() => contract(f, conjugate(this.matrix(f, scale)), transposedSpec(this.spec(outer, inner)), [outer, 2 * M - 1, inner]));
  }

  private spec(outer: number, inner: number): Float64Array {
    const { M, points } = this.options;
    const orders = 2 * M - 1;
    const dims = [outer, orders * inner, 0, points * inner, points, 0, orders, inner, orders, inner, 1, 0, inner, 1, 0, 1];
    return new Float64Array([1, 0, 0, 0, 4, ...dims]);
  }

  private matrix(like: Tensor, scale: number): Tensor {
    const { M, points, offset, real, sign } = this.options;
    const orders = 2 * M - 1;
    const values = new Float64Array(points * orders * (real ? 1 : 2));
    for (let p = 0; p < points; p++) {
      for (let m = 1 - M; m < M; m++) {
        const angle = (Math.PI * ((m * (2 * p + 2 * offset)) % (2 * points))) / points;
        if (!real) values.set([scale * Math.cos(angle), scale * sign * Math.sin(angle)], 2 * (p * orders + m + M - 1));
        else if (m === 0) values[p * orders] = scale;
        else {
          const factor = scale * (m % 2 === 0 ? Math.SQRT2 : -Math.SQRT2);
          values[p * orders + (m > 0 ? 2 * m - 1 : -2 * m)] = factor * (m > 0 ? Math.cos(angle) : -sign * Math.sin(angle));
        }
      }
    }
    return tensor(values, [points, orders], { dtype: like.dtype, device: like.device });
  }
}
