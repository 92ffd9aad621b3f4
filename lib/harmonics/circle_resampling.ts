import { native } from '../native.js';
import { pad, slice } from '../ops/blocks.js';
import { matmul } from '../ops/contract.js';
import { add, mul } from '../ops/elementwise.js';
import { fourierAnalysis, fourierSynthesis } from '../ops/fourier.js';
import { concat } from '../ops/layout.js';
import { gatherRows, scatterRows } from '../ops/rows.js';
import { reshape, transpose } from '../ops/views.js';
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

/** A block has about so many numbers for each of the 4L points of the circle that it is interpolated at, and at least so many columns. */
const blockNumbers = 1 << 15;
const leastBlock = 16;

/**
 * Functions f_m of the rings of mw or mwss to values on the L rings halfway between multiples of pi/L, whose plain sums against d^l_mn are the exact integrals:
 * each is extended to the circle by f_m(2 pi - theta) = (-1)^{m+n} f_m(theta), interpolated by FFTs on the 2L rings of dh, and weighted there, where sums
 * against d^l_mn are exact. But d^l_mn on these rings is interpolated from fewer in the same way, and the transpose of that takes the values there, which halves
 * the sums over degrees. Where m + n is odd, a value on a pole ring (zero in a signal, not in a cotangent) extends to an even function, which the weights of the
 * midpoint rule integrate (native/math/polar_tables.cpp).
 */
export class CircleResampling {
  /** Polar angles of the L rings. */
  readonly theta: Float64Array;
  /** Those of the 2L rings of dh, and 2 pi times their weights. */
  private readonly fine: Float64Array;
  private readonly weights: Float64Array;
  private readonly rings: number;
  /** Points of the circle. */
  private readonly circle: number;
  private readonly offset: number;
  /** Rings that lie on the far side of the circle too, in the order of its points. */
  private readonly far: Int32Array;
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
    this.far = Int32Array.from({ length: L - 1 }, (_, i) => (mw ? L - 2 : L - 1) - i);
    this.poles = Int32Array.from(mw ? [L - 1] : [0, L]);
    this.theta = Float64Array.from({ length: L }, (_, t) => ((t + 0.5) * Math.PI) / L);
    this.fine = native.math.nodes('dh', L, 2 * L);
    this.weights = native.math.quadratureWeights('dh', L, 2 * L, 1);
    this.correction = this.poleCorrection();
  }

  /** [batch, rings, columns * C] to [batch, L, columns * C]. `odd`: whether m + n is odd, for each of the last axis' numbers. */
  apply(f: Tensor, odd: Uint8Array): Tensor {
    return this.inBlocks(f, odd, (block, its) => this.applyBlock(block, its));
  }

  /** The transpose of `apply`. */
  transposed(g: Tensor, odd: Uint8Array): Tensor {
    return this.inBlocks(g, odd, (block, its) => this.transposedBlock(block, its));
  }

  /** Columns are independent; a block of them stays in the caches from step to step. */
  private inBlocks(x: Tensor, odd: Uint8Array, f: (block: Tensor, odd: Uint8Array) => Tensor): Tensor {
    const [batch, rows, inner] = x.shape as [number, number, number];
    const width = Math.max(leastBlock, Math.floor(blockNumbers / Math.max(1, batch * this.L)));
    if (inner <= width) return f(x, odd);
    const starts = Array.from({ length: Math.ceil(inner / width) }, (_, i) => i * width);
    return tidy(() => {
      const blocks = starts.map((start) => {
        const size = Math.min(width, inner - start);
        return tidy(() => f(slice(x, [0, 0, start], [batch, rows, size]), odd.subarray(start, start + size)));
      });
      return concat(blocks, 2);
    });
  }

  private applyBlock(f: Tensor, odd: Uint8Array): Tensor {
    const { L, circle } = this;
    const [batch, , inner] = f.shape as [number, number, number];
    return tidy(() => {
      const around = concat([f, mul(gatherRows(f, this.index(this.far, f), -2), this.signs(odd, f))], 1);
      const waves = fourierAnalysis(around, { orders: L, points: circle, offset: this.offset, scale: 1 / circle });
      const fine = slice(fourierSynthesis(waves, { orders: L, points: 4 * L, offset: 0.5 }), [0, 0, 0], [batch, 2 * L, inner]);
      const poles = mul(gatherRows(f, this.index(this.poles, f), -2), factors(odd, [inner], f));
      return this.gathered(mul(add(fine, matmul(this.correctionTensor(f), poles)), this.weightsTensor(f)), odd);
    });
  }

  /** The transpose of `spread`. */
  private gathered(g: Tensor, odd: Uint8Array): Tensor {
    const { L } = this;
    const [batch, , inner] = g.shape as [number, number, number];
    const whole = pad(g, [0, 0, 0], [0, 2 * L, 0]);
    const waves = reshape(fourierAnalysis(whole, { orders: L, points: 4 * L, offset: 0.5 }), [batch, 1, 2 * L - 1, inner]);
    const around = fourierSynthesis(waves, { orders: L, points: 2 * L, offset: 0.5, scale: 1 / (2 * L) });
    const far = gatherRows(slice(around, [0, L, 0], [batch, L, inner]), this.index(this.backwards(), g), -2);
    return add(slice(around, [0, 0, 0], [batch, L, inner]), mul(far, this.signs(odd, g)));
  }

  /** From the L rings to the 2L. */
  private spread(x: Tensor, odd: Uint8Array): Tensor {
    const { L } = this;
    const [batch, , inner] = x.shape as [number, number, number];
    const around = concat([x, mul(gatherRows(x, this.index(this.backwards(), x), -2), this.signs(odd, x))], 1);
    const waves = fourierAnalysis(around, { orders: L, points: 2 * L, offset: 0.5, scale: 1 / (2 * L) });
    return slice(fourierSynthesis(waves, { orders: L, points: 4 * L, offset: 0.5 }), [0, 0, 0], [batch, 2 * L, inner]);
  }

  private backwards(): Int32Array {
    return Int32Array.from({ length: this.L }, (_, t) => this.L - 1 - t);
  }

  private transposedBlock(x: Tensor, odd: Uint8Array): Tensor {
    const { L, circle, rings } = this;
    const [batch, , inner] = x.shape as [number, number, number];
    return tidy(() => {
      const g = mul(this.spread(x, odd), this.weightsTensor(x));
      const whole = pad(g, [0, 0, 0], [0, 2 * L, 0]);
      const waves = reshape(fourierAnalysis(whole, { orders: L, points: 4 * L, offset: 0.5 }), [batch, 1, 2 * L - 1, inner]);
      const around = fourierSynthesis(waves, { orders: L, points: circle, offset: this.offset, scale: 1 / circle });
      const near = slice(around, [0, 0, 0], [batch, rings, inner]);
      const far = mul(slice(around, [0, rings, 0], [batch, circle - rings, inner]), this.signs(odd, g));
      const poles = mul(matmul(transpose(this.correctionTensor(g)), g), factors(odd, [inner], g));
      const scattered = [scatterRows(far, this.index(this.far, g), -2, rings), scatterRows(poles, this.index(this.poles, g), -2, rings)];
      return scattered.reduce(add, near);
    });
  }

  /** (midpoint weight / dh's weight - 1) times the cardinal function of the pole. */
  private poleCorrection(): Float64Array {
    const { L, circle } = this;
    const values = new Float64Array(2 * L * this.poles.length);
    this.fine.forEach((angle, k) => {
      const difference = ((Math.PI ** 2 / L) * Math.sin(angle)) / this.weights[k]! - 1;
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

  private weightsTensor(like: Tensor): Tensor {
    return factors(this.weights, [2 * this.L, 1], like);
  }

  /** (-1)^{m+n} */
  private signs(odd: Uint8Array, like: Tensor): Tensor {
    return factors(
      Array.from(odd, (one) => 1 - 2 * one),
      [odd.length],
      like,
    );
  }

  private index(rows: Int32Array, like: Tensor): Tensor {
    return tensor(rows, [rows.length], { device: like.device });
  }
}
