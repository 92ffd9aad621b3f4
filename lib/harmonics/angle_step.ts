import { type FourierOptions, fourierAnalysis, fourierSynthesis } from '../ops/fourier.js';
import type { Tensor } from '../tensor.js';

export interface AngleOptions {
  /** Orders |m| < M. */
  readonly M: number;
  /** Angles 2 pi (p + offset) / points, p = 0..points-1. */
  readonly points: number;
  readonly offset: number;
  /** Of the sines. */
  readonly sign: 1 | -1;
}

/**
 * The sums over orders on rings that are all alike, [outer, rings, 2M-1, inner] to values [outer, rings * points, inner], and their adjoint. Real numbers:
 * waves 1, sqrt(2) (-1)^m cos, sqrt(2) (-1)^m sin in the order 0, +1, -1, ...; complex numbers: e^{i m angle}, m ascending.
 */
export class AngleStep {
  private readonly fourier: FourierOptions & { readonly points: number };

  constructor({ M, points, offset, sign }: AngleOptions) {
    this.fourier = { orders: M, points, offset, sign };
  }

  synthesis(x: Tensor, scale = 1): Tensor {
    return fourierSynthesis(x, { ...this.fourier, rings: x.shape[1]!, scale });
  }

  analysis(f: Tensor, scale = 1): Tensor {
    return fourierAnalysis(f, { ...this.fourier, rings: f.shape[1]! / this.fourier.points, scale });
  }
}
