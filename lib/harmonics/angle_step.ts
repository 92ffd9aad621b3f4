import { type FourierOptions, fourierAnalysis, fourierSynthesis } from '../ops/fourier.js';
import { reshape } from '../ops/views.js';
import { tidy } from '../scope.js';
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
 * The sums over orders, [outer, 2M-1, inner] to values [outer, points, inner], and their adjoint. Real numbers: waves 1, sqrt(2) (-1)^m cos,
 * sqrt(2) (-1)^m sin in the order 0, +1, -1, ...; complex numbers: e^{i m angle}, m ascending.
 */
export class AngleStep {
  private readonly fourier: FourierOptions;

  constructor({ M, points, offset, sign }: AngleOptions) {
    this.fourier = { orders: M, points, offset, sign };
  }

  synthesis(x: Tensor, scale = 1): Tensor {
    const [outer, orders, inner] = x.shape as [number, number, number];
    return tidy(() => fourierSynthesis(reshape(x, [outer, 1, orders, inner]), { ...this.fourier, scale }));
  }

  analysis(f: Tensor, scale = 1): Tensor {
    const [outer, , inner] = f.shape as [number, number, number];
    const orders = 2 * this.fourier.orders - 1;
    return tidy(() => reshape(fourierAnalysis(f, { ...this.fourier, scale }), [outer, orders, inner]));
  }
}
