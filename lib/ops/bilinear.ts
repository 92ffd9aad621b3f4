import type { External } from '../native.js';
import { type Rule, defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { conjugate } from './conjugate.js';

/** Which argument of the trilinear form T(z, x, y) a product computes the derivative by: 0 z, 1 x, 2 y. */
export type Role = 0 | 1 | 2;

/** The roles of p and q of each product, in ascending order. */
const operands = [
  [1, 2],
  [0, 2],
  [0, 1],
] as const satisfies readonly (readonly [Role, Role])[];

const rule: Rule<readonly [Tensor, Tensor], readonly [External, Role]> = (g, { inputs, attributes: [plan, role] }, index) => {
  const target = operands[role][index === 0 ? 0 : 1];
  const otherRole = operands[role][index === 0 ? 1 : 0];
  const factor = conjugate(inputs[index === 0 ? 1 : 0]);
  return role < otherRole ? bilinear(g, factor, plan, target) : bilinear(factor, g, plan, target);
};

/**
 * Product through the table of a plan, T(z, x, y) = sum of value * z_i x_j y_k over its terms and each channel; [..., rows, C].
 * Role 0 gives z from (x, y), role 1 x from (z, y), role 2 y from (z, x): the product and its two adjoints.
 */
export const bilinear: (p: Tensor, q: Tensor, plan: External, role: Role) => Tensor = defineOp<[Tensor, Tensor], [External, Role]>(
  'bilinear',
  2,
  rule,
);
