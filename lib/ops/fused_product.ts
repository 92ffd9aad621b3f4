import type { External } from '../native.js';
import { type Rule, defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { conjugate } from './conjugate.js';

/** Which argument of the form Q(z, w, x, y) a product computes the derivative by: 0 z, 1 w, 2 x, 3 y. */
export type FusedRole = 0 | 1 | 2 | 3;

const roles = [0, 1, 2, 3] as const;

const productRule: Rule<readonly [Tensor, Tensor, Tensor], readonly [External, FusedRole]> = (g, { inputs, attributes }, index) => {
  const [plan, role] = attributes;
  const others = roles.filter((r) => r !== role);
  const target = others[index]!;
  const operand = (r: FusedRole): Tensor => (r === role ? g : conjugate(inputs[others.indexOf(r)]!));
  const [a, b, c] = roles.filter((r) => r !== target).map(operand) as [Tensor, Tensor, Tensor];
  return fusedProduct(a, b, c, plan, target);
};

/**
 * The derivative by one argument of Q(z, w, x, y) = sum of value w_i z_j x_k y_l over the items of a plan and its couplings, per channel:
 * z, x, y [..., rows, C], w [W]. The arguments are the other three, in this order. Role 0 is the product itself, role 1 is summed over
 * all batch axes and channels. For the plan of a square the form is Q(z, w, x, y) + Q(z, w, y, x).
 */
export const fusedProduct: (a: Tensor, b: Tensor, c: Tensor, plan: External, role: FusedRole) => Tensor = defineOp<
  [Tensor, Tensor, Tensor],
  [External, FusedRole]
>('fusedProduct', 3, productRule);

/** The derivative of Q(z, w, x, x) by z (role 0, from w and x) or w (role 1, from z and x), for the plan of a square. */
export const fusedSquare: (a: Tensor, x: Tensor, plan: External, role: 0 | 1) => Tensor = defineOp<[Tensor, Tensor], [External, 0 | 1]>(
  'fusedSquare',
  2,
  [
    (g, { inputs: [, x], attributes: [plan, role] }) => fusedSquare(g, conjugate(x), plan, role === 0 ? 1 : 0),
    (g, { inputs: [a, x], attributes: [plan, role] }) => {
      const [z, w] = role === 0 ? [g, conjugate(a)] : [conjugate(a), g];
      return fusedProduct(z, w, conjugate(x), plan, 2);
    },
  ],
);
