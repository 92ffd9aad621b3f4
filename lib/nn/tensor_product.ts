import { type FusedTensorProduct, fusedTensorProduct } from '../harmonics/fused_tensor_product.js';
import type { Tau } from '../harmonics/irreps.js';
import type { MixingSet } from '../harmonics/mixing_set.js';
import { type TensorProduct, tensorProduct } from '../harmonics/tensor_product.js';
import type { Tensor } from '../tensor.js';
import { checkTau } from './fragments.js';
import type { ParameterOptions } from './linear.js';
import { Module } from './module.js';

export interface TensorProductActivationOptions extends ParameterOptions {
  readonly tau: Tau;
  /** For each output degree, its pairs [l1, l2] in order. */
  readonly edges: MixingSet;
}

/**
 * The Clebsch-Gordan product of a signal with itself, channel by channel, real basis: an equivariant activation that makes no new degrees beyond its
 * edges (Kondor et al. 2018; Cobb et al. 2021). [..., sum (2l+1) tau_l, C] -> [..., sum (2l+1) tau'_l, C].
 */
export class TensorProductActivation extends Module<TensorProductActivationOptions> {
  /** Type of the output. */
  readonly tau: Tau;
  private readonly product: TensorProduct;
  /** By the type that the fragments are mixed to. */
  readonly #fused = new Map<string, FusedTensorProduct>();

  constructor(options: TensorProductActivationOptions) {
    super(options);
    this.product = tensorProduct({ tau1: checkTau('TensorProductActivation', 'tau', options.tau), edges: options.edges });
    this.tau = this.product.tau;
  }

  forward(x: Tensor): Tensor {
    return this.product.apply(x);
  }

  /** `generalizedConvolution(forward(x), w, { kind: 'uniform', tauIn: tau, tauOut })` as one operation, which stores no fragments. */
  forwardUniform(x: Tensor, w: Tensor, tauOut: Tau): Tensor {
    const key = tauOut.join();
    const { tau, edges } = this.options;
    const fused = this.#fused.get(key) ?? fusedTensorProduct({ tau1: tau, edges, tauOut });
    this.#fused.set(key, fused);
    return fused.apply(x, w);
  }
}
