import { expected } from '../errors.js';
import { type ConvolutionKind, generalizedConvolution } from '../harmonics/generalized_convolution.js';
import type { Tau } from '../harmonics/irreps.js';
import { checkWhole } from '../harmonics/sampling.js';
import { mul, rsqrt, square } from '../ops/elementwise.js';
import { concat } from '../ops/layout.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/views.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import { type Tensor, zeros } from '../tensor.js';
import { checkTau } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';
import type { TensorProductActivation } from './tensor_product.js';

export interface GeneralizedConvolutionOptions extends ParameterOptions {
  readonly tauIn: Tau;
  readonly tauOut: Tau;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** In three steps with few weights (Cobb et al. 2021): uniform, channel, cross. Default false: every fragment and channel mixes with every other. */
  readonly constrained?: boolean;
  /** Type between the first two steps of a constrained convolution; default tauOut. */
  readonly tauMid?: Tau;
  /** Whether degree 0 gets a bias; default true. */
  readonly bias?: boolean;
}

/** One linear step and, for each degree, the shape of its weights and the axes of it that a result sums over. */
interface Step {
  readonly kind: ConvolutionKind;
  readonly tauIn: Tau;
  readonly tauOut: Tau;
  readonly channelsOut: number;
  readonly summed: readonly number[];
  readonly shapes: readonly (readonly number[])[];
}

/** The steps of a generalized convolution, in order. */
export function convolutionSteps(o: GeneralizedConvolutionOptions): Step[] {
  const { tauIn, tauOut, tauMid = tauOut, channelsIn, channelsOut } = o;
  const step = (
    kind: ConvolutionKind,
    from: Tau,
    to: Tau,
    channels: number,
    summed: number[],
    shape: (i: number, o: number) => number[],
  ): Step => ({
    kind,
    tauIn: from,
    tauOut: to,
    channelsOut: channels,
    summed,
    shapes: from.map((n, l) => shape(n, to[l]!)),
  });
  if (!o.constrained) return [step('full', tauIn, tauOut, channelsOut, [0, 1], (n, m) => [n, channelsIn, m, channelsOut])];
  return [
    step('uniform', tauIn, tauMid, channelsIn, [0], (n, m) => [n, m]),
    step('channel', tauMid, tauOut, channelsIn, [0], (n, m) => [n, m, channelsIn]),
    step('cross', tauOut, tauOut, channelsOut, [1], (n) => [n, channelsIn, channelsOut]),
  ];
}

/** Packed Gaussian weights; those of each result have norm 1, so that it has variance 1 where the inputs are white with variance 1. */
function initialWeights({ shapes, summed }: Step, { dtype = 'float32', ...options }: ParameterOptions): Tensor {
  return tidy(() =>
    concat(
      shapes.map((shape) => {
        const w = random.normal(shape, { ...options, dtype });
        return reshape(mul(w, rsqrt(sum(square(w), summed, true))), [w.size]);
      }),
    ),
  );
}

/**
 * The general equivariant linear map [..., sum (2l+1) tauIn_l, channelsIn] -> [..., sum (2l+1) tauOut_l, channelsOut] (Cobb et al. 2021), real basis.
 * Parameters: weights.0, packed as in `generalizedConvolution` (kind 'full'), or weights.0 to weights.2 ('uniform', 'channel', 'cross');
 * bias [tauOut_0, channelsOut].
 */
export class GeneralizedConvolution extends Module<GeneralizedConvolutionOptions> {
  readonly weights: readonly Tensor[];
  readonly bias: Tensor | undefined;
  private readonly steps: readonly Step[];

  constructor(options: GeneralizedConvolutionOptions) {
    super(options);
    const op = 'GeneralizedConvolution';
    const { tauIn, tauOut, tauMid = tauOut, channelsIn, channelsOut, dtype = 'float32' } = options;
    for (const [name, tau] of Object.entries({ tauIn, tauOut, tauMid })) {
      if (checkTau(op, name, tau).length !== tauIn.length) throw expected(op, `${tauIn.length} degrees, as tauIn`, name, tau);
    }
    checkWhole(op, 'channelsIn', channelsIn, 1);
    checkWhole(op, 'channelsOut', channelsOut, 1);
    this.steps = convolutionSteps(options);
    this.weights = this.steps.map((step) => this.parameter(initialWeights(step, options)));
    const biased = (options.bias ?? true) && tauOut[0]! > 0;
    this.bias = biased ? this.parameter(zeros([tauOut[0]!, channelsOut], { ...options, dtype })) : undefined;
  }

  forward(x: Tensor): Tensor {
    return tidy(() => this.steps.reduce((y, _, i) => this.step(i, y), x));
  }

  /** `forward(product.forward(x))`. In a constrained convolution the product and the uniform step are one operation. */
  forwardProduct(product: TensorProductActivation, x: Tensor): Tensor {
    const [first, ...others] = this.steps as readonly [Step, ...Step[]];
    if (first.kind !== 'uniform') return tidy(() => this.forward(product.forward(x)));
    if (product.tau.join() !== first.tauIn.join())
      throw expected('GeneralizedConvolution', `[${first.tauIn.join(', ')}]`, 'the type of the product', product.tau);
    return tidy(() => others.reduce((y, _, i) => this.step(i + 1, y), product.forwardUniform(x, this.weights[0]!, first.tauOut)));
  }

  private step(i: number, x: Tensor): Tensor {
    const { kind, tauIn, tauOut, channelsOut } = this.steps[i]!;
    const bias = i === this.steps.length - 1 && this.bias !== undefined ? { bias: this.bias } : {};
    return generalizedConvolution(x, this.weights[i]!, { kind, tauIn, tauOut, channelsOut, ...bias });
  }
}
