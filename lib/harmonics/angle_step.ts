import { isComplex } from '../dtype.js';
import { mul } from '../ops/elementwise.js';
import { fourierAnalysis, fourierSynthesis } from '../ops/fourier.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';

export interface AngleOptions {
  /** Orders |m| < M. */
  readonly M: number;
  /** Angles 2 pi (p + offset) / points, p = 0..points-1. */
  readonly points: number;
  readonly offset: number;
  /** -1: of the sines of real waves. */
  readonly sineSign: 1 | -1;
}

/**
 * The sums over orders, [outer, 2M-1, inner] to values [outer, points, inner], and their adjoint. Real numbers: waves 1, sqrt(2) (-1)^m cos,
 * sqrt(2) (-1)^m sin in the order 0, +1, -1, ...; complex numbers: e^{i m angle}, m ascending.
 */
export class AngleStep {
  constructor(private readonly options: AngleOptions) {}

  synthesis(x: Tensor, scale = 1): Tensor {
    const { M, points, offset } = this.options;
    const [outer, , inner] = x.shape as [number, number, number];
    return tidy(() => {
      const waves = reshape(this.signed(x), [outer, 1, 2 * M - 1, inner]);
      return fourierSynthesis(waves, { orders: M, points, offset, scale });
    });
  }

  analysis(f: Tensor, scale = 1): Tensor {
    const { M, points, offset } = this.options;
    const [outer, , inner] = f.shape as [number, number, number];
    return tidy(() => {
      const waves = fourierAnalysis(f, { orders: M, points, offset, scale });
      return this.signed(reshape(waves, [outer, 2 * M - 1, inner]));
    });
  }

  private signed(x: Tensor): Tensor {
    const { M, sineSign } = this.options;
    if (sineSign === 1 || isComplex(x.dtype)) return x;
    const signs = Array.from({ length: 2 * M - 1 }, (_, column) => (column > 0 && column % 2 === 0 ? -1 : 1));
    return mul(x, tensor(signs, [2 * M - 1, 1], { dtype: x.dtype, device: x.device }));
  }
}
