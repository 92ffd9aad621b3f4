import { native } from '../native.js';
import { matmul } from '../ops/contract.js';
import { add, mul } from '../ops/elementwise.js';
import { fourierAnalysis, fourierSynthesis } from '../ops/fourier.js';
import { pad } from '../ops/layout.js';
import { gatherRows, scatterRows } from '../ops/rows.js';
import { reshape, slice, transpose } from '../ops/views.js';
import { tidy } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import { isComplex } from '../dtype.js';

/** A value for each of `rows`, of the kind of numbers that `like` has. */
function factors(values: ArrayLike<number>, shape: readonly number[], like: Tensor): Tensor {
  const data = isComplex(like.dtype)
    ? Float64Array.from({ length: 2 * values.length }, (_, i) => (i % 2 === 0 ? values[i / 2]! : 0))
    : Float64Array.from(values);
  return tensor(data, shape, { dtype: like.dtype, device: like.device });
}

/**
 * Functions f_m of the rings of mw or mwss on the 2L rings of dh, times weights with which sums against d^l_mn over these rings are the exact integrals:
 * each is extended to the circle by f_m(2 pi - theta) = (-1)^{m+n} f_m(theta) and interpolated by FFTs. Where m + n is odd, a value on a pole ring (zero in
 * a signal, not in a cotangent) extends to an even function; for it the weights are those of the midpoint rule (native/math/polar_tables.cpp).
 */
export class CircleResampling {
  /** Polar angles of the rings of dh. */
  readonly theta: Float64Array;
  private readonly rings: number;
  private readonly circle: number;
  private readonly offset: number;
  /** Ring of each point of the circle. */
  private readonly source: Int32Array;
  private readonly weights: Float64Array;
  private readonly poles: Int32Array;
  /** [2L, poles]: what a value on a pole ring adds where m + n is odd. */
  private readonly correction: Float64Array;

  constructor(
    sampling: 'mw' | 'mwss',
    private readonly L: number,
  ) {
    const mw = sampling === 'mw';
    this.rings = mw ? L : L + 1;
    this.circle = mw ? 2 * L - 1 : 2 * L;
    this.offset = mw ? 0.5 : 0;
    const last = mw ? 2 * L - 2 : 2 * L;
    this.source = Int32Array.from({ length: this.circle }, (_, t) => Math.min(t, last - t));
    this.poles = Int32Array.from(mw ? [L - 1] : [0, L]);
    this.theta = native.math.nodes('dh', L, 2 * L);
    this.weights = native.math.quadratureWeights('dh', L, 2 * L, 1);
    this.correction = this.poleCorrection();
  }

  /** [batch, rings, columns * C] to [batch, 2L, columns * C]. `odd`: whether m + n is odd, for each of the last axis' numbers. */
  apply(f: Tensor, odd: Uint8Array): Tensor {
    const { L, circle } = this;
    const [batch, , inner] = f.shape as [number, number, number];
    return tidy(() => {
      const around = mul(gatherRows(f, this.index(this.source, f), -2), this.signs(odd, f));
      const waves = fourierAnalysis(around, { orders: L, points: circle, offset: this.offset, scale: 1 / circle });
      const fine = slice(fourierSynthesis(waves, { orders: L, points: 4 * L, offset: 0.5 }), [0, 0, 0], [batch, 2 * L, inner]);
      const poles = mul(gatherRows(f, this.index(this.poles, f), -2), factors(odd, [inner], f));
      return add(mul(fine, factors(this.weights, [2 * L, 1], f)), matmul(this.correctionTensor(f), poles));
    });
  }

  /** The transpose of `apply`. */
  transposed(g: Tensor, odd: Uint8Array): Tensor {
    const { L, circle, rings } = this;
    const [batch, , inner] = g.shape as [number, number, number];
    return tidy(() => {
      const whole = pad(mul(g, factors(this.weights, [2 * L, 1], g)), [0, 0, 0], [0, 2 * L, 0]);
      const waves = reshape(fourierAnalysis(whole, { orders: L, points: 4 * L, offset: 0.5 }), [batch, 1, 2 * L - 1, inner]);
      const around = fourierSynthesis(waves, { orders: L, points: circle, offset: this.offset, scale: 1 / circle });
      const folded = scatterRows(mul(around, this.signs(odd, g)), this.index(this.source, g), -2, rings);
      const poles = mul(matmul(transpose(this.correctionTensor(g)), g), factors(odd, [inner], g));
      return add(folded, scatterRows(poles, this.index(this.poles, g), -2, rings));
    });
  }

  /** (midpoint weight - dh's weight) times the cardinal function of the pole. */
  private poleCorrection(): Float64Array {
    const { L, circle, theta } = this;
    const values = new Float64Array(2 * L * this.poles.length);
    theta.forEach((angle, k) => {
      const difference = (Math.PI ** 2 / L) * Math.sin(angle) - this.weights[k]!;
      this.poles.forEach((pole, p) => {
        const distance = angle - (pole === 0 ? 0 : Math.PI);
        const cardinal = Math.sin((L - 0.5) * distance) / (circle * Math.sin(distance / 2));
        values[k * this.poles.length + p] = difference * cardinal;
      });
    });
    return values;
  }

  private correctionTensor(like: Tensor): Tensor {
    return factors(this.correction, [2 * this.L, this.poles.length], like);
  }

  /** -1 for odd columns on the far side of the circle. */
  private signs(odd: Uint8Array, like: Tensor): Tensor {
    const values = new Float64Array(this.circle * odd.length);
    for (let t = 0; t < this.circle; t++) {
      for (let i = 0; i < odd.length; i++) values[t * odd.length + i] = t >= this.rings && odd[i] ? -1 : 1;
    }
    return factors(values, [this.circle, odd.length], like);
  }

  private index(rows: Int32Array, like: Tensor): Tensor {
    return tensor(rows, [rows.length], { device: like.device });
  }
}
