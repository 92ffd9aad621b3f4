import { type MixingSet, type Tensor, type TensorProduct, clebschGordan, mul, pad, slice, sub, tidy } from '../../lib/index.js';

/** The product of a signal of one fragment per degree with itself, but with the sign of the coupling of (1, 0) and (2, 0) to (1, 0) turned. */
export function withWrongSign(product: TensorProduct, edges: MixingSet, x: Tensor): Tensor {
  const [l1, m1, l2, m2, l, m] = [1, 0, 2, 0, 1, 0];
  const fragment = edges[l]!.findIndex(([a, b]) => a === l1 && b === l2);
  const row = product.tau[0]! + (m + l) * product.tau[l]! + fragment;
  const coupling = clebschGordan(l1, l2, l, { basis: 'real' })[((m1 + l1) * (2 * l2 + 1) + m2 + l2) * (2 * l + 1) + m + l]!;
  return tidy(() => {
    const z = product.apply(x);
    const factor = (degree: number, order: number): Tensor =>
      slice(x, [0, degree * degree + degree + order, 0], [x.shape[0]!, 1, x.shape[2]!]);
    const term = mul(mul(factor(l1, m1), factor(l2, m2)), 2 * coupling);
    return sub(z, pad(term, [0, row, 0], [0, z.shape[1]! - row - 1, 0]));
  });
}
