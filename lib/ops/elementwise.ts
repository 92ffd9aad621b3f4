import { type Dtype, isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { type Rule, defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { type TensorLike, fullLike } from '../tensor.js';
import { conjugate } from './conjugate.js';
import { cast } from './layout.js';
import { sumTo } from './broadcast.js';

type Unary = <D extends Dtype>(x: Tensor<D>) => Tensor<D>;
type Binary = <D extends Dtype>(a: TensorLike<D>, b: TensorLike<D>) => Tensor<D>;
type Compare = (a: TensorLike, b: TensorLike) => Tensor<'uint8'>;

/** Cotangent of x from that of y = f(x); for a holomorphic f it is g conj(f'(x)). */
type UnaryRule = (g: Tensor, x: Tensor, y: Tensor) => Tensor;
/** Cotangent of one operand in the broadcast shape, from that of y = f(a, b). */
type BinaryRule = (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor;

function unary(name: string, rule: UnaryRule | null): Unary {
  return defineOp<[Tensor], []>(name, 1, rule && ((g, { inputs: [x], output }) => rule(g, x, output))) as Unary;
}

const integerRanges: { readonly [D in Dtype]?: readonly [number, number] } = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] };

/** A number for an integer tensor must be one of its values: truncated it would be another number. */
function checkScalar(name: string, value: number, dtype: Dtype): void {
  const range = integerRanges[dtype];
  if (range === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1])) return;
  throw expected(name, `a whole number ${range[0]}..${range[1]}`, `the number beside a tensor of ${dtype}`, value);
}

/** Runs `op` with a number in place of a tensor turned into one of the other operand's dtype and device. */
function withScalars(name: string, op: (a: Tensor, b: Tensor) => Tensor, a: TensorLike, b: TensorLike): Tensor {
  if (typeof a !== 'number' && typeof b !== 'number') return op(a, b);
  const other = typeof a === 'number' ? b : a;
  if (typeof other === 'number') throw expected(name, 'a tensor', 'one of the operands', 'two numbers');
  const value = (typeof a === 'number' ? a : b) as number;
  checkScalar(name, value, other.dtype);
  const scalar = fullLike(other, value, []);
  try {
    return typeof a === 'number' ? op(scalar, other) : op(other, scalar);
  } finally {
    scalar.dispose();
  }
}

function broadcasting(rule: BinaryRule): Rule<readonly [Tensor, Tensor], readonly []> {
  return (g, { inputs: [a, b], output }, index) => sumTo(rule(g, a, b, output), (index === 0 ? a : b).shape);
}

function binary(name: string, rules: readonly [BinaryRule, BinaryRule] | null): Binary {
  const op = defineOp<[Tensor, Tensor], []>(name, 2, rules && [broadcasting(rules[0]), broadcasting(rules[1])]);
  return ((a, b) => withScalars(name, op, a, b)) as Binary;
}

function comparison(name: string): Compare {
  return binary(name, null) as Compare;
}

function times(g: Tensor, derivative: Tensor): Tensor {
  return mul(g, conjugate(derivative));
}

// ---- arithmetic with numpy's broadcasting; operands share a dtype, a number takes that of the other operand (ERR_VALUE where it cannot)

export const add: Binary = binary('add', [(g) => g, (g) => g]);
export const sub: Binary = binary('sub', [(g) => g, (g) => neg(g)]);
export const mul: Binary = binary('mul', [(g, _a, b) => times(g, b), (g, a) => times(g, a)]);
/** Quotient; integers truncate and x / 0 = 0. */
export const div: Binary = binary('div', [(g, _a, b) => div(g, conjugate(b)), (g, _a, b, y) => neg(times(g, div(y, b)))]);

/** a to the power b; for complex numbers the principal branch. The gradients at 0 to the power 0 are 0. */
export const pow: Binary = binary('pow', [
  (g, a, b) => {
    const atOrigin = logicalAnd(equal(a, 0), equal(b, 0));
    return times(g, mul(b, pow(where(atOrigin, 1, a), sub(b, 1))));
  },
  (g, a, _b, y) => times(g, mul(y, log(where(equal(a, 0), 1, a)))),
]);

/** Share of the gradient where `wins(a, b)`: all of it, half of it in a tie. */
function share(wins: Compare, a: Tensor, b: Tensor): Tensor {
  return where(equal(a, b), 0.5, cast(wins(a, b), a.dtype));
}

/** The larger of two; NaN where either is. Ties share the gradient equally. */
export const maximum: Binary = binary('maximum', [(g, a, b) => mul(g, share(greater, a, b)), (g, a, b) => mul(g, share(greater, b, a))]);
/** The smaller of two; NaN where either is. Ties share the gradient equally. */
export const minimum: Binary = binary('minimum', [(g, a, b) => mul(g, share(less, a, b)), (g, a, b) => mul(g, share(less, b, a))]);
/** Angle of the point (b, a) from the positive first axis, in (-pi, pi]. */
export const atan2: Binary = binary('atan2', [
  (g, a, b) => div(mul(g, b), add(square(a), square(b))),
  (g, a, b) => neg(div(mul(g, a), add(square(a), square(b)))),
]);

// ---- comparisons: uint8, 0 or 1

export const equal: Compare = comparison('equal');
export const notEqual: Compare = comparison('notEqual');
export const less: Compare = comparison('less');
export const lessEqual: Compare = comparison('lessEqual');
export const greater: Compare = comparison('greater');
export const greaterEqual: Compare = comparison('greaterEqual');
export const logicalAnd: Compare = comparison('logicalAnd');
export const logicalOr: Compare = comparison('logicalOr');
export const logicalNot = unary('logicalNot', null) as unknown as (x: Tensor) => Tensor<'uint8'>;

const whereOp = defineOp<[Tensor, Tensor, Tensor], []>('where', 3, [
  null,
  (g, { inputs: [condition, a] }) => sumTo(where(condition, g, 0), a.shape),
  (g, { inputs: [condition, , b] }) => sumTo(where(condition, 0, g), b.shape),
]);

/** a where `condition` (uint8) is not 0, b elsewhere; all three broadcast. */
export function where<D extends Dtype>(condition: Tensor, a: TensorLike<D>, b: TensorLike<D>): Tensor<D> {
  return withScalars('where', (x, y) => whereOp(condition, x, y), a, b) as Tensor<D>;
}

// ---- unary functions

export const neg: Unary = unary('neg', (g) => neg(g));
/** Absolute value; real for a complex tensor. The gradient at 0 is 0. */
export const abs = unary('abs', (g, x, y) => {
  if (!isComplex(x.dtype)) return mul(g, sign(x));
  return mul(x, cast(div(g, where(equal(y, 0), 1, y)), x.dtype));
}) as (x: Tensor) => Tensor;
export const sign: Unary = unary('sign', null);
export const square: Unary = unary('square', (g, x) => times(g, mul(x, 2)));
export const reciprocal: Unary = unary('reciprocal', (g, _x, y) => neg(times(g, square(y))));
export const sqrt: Unary = unary('sqrt', (g, _x, y) => div(mul(g, 0.5), conjugate(y)));
/** 1 / sqrt(x). */
export const rsqrt: Unary = unary('rsqrt', (g, x, y) => mul(g, div(y, mul(x, -2))));
export const exp: Unary = unary('exp', (g, _x, y) => times(g, y));
export const expm1: Unary = unary('expm1', (g, x) => mul(g, exp(x)));
export const log: Unary = unary('log', (g, x) => div(g, conjugate(x)));
export const log1p: Unary = unary('log1p', (g, x) => div(g, add(x, 1)));
export const sin: Unary = unary('sin', (g, x) => times(g, cos(x)));
export const cos: Unary = unary('cos', (g, x) => neg(times(g, sin(x))));
export const tan: Unary = unary('tan', (g, _x, y) => mul(g, add(square(y), 1)));
export const asin: Unary = unary('asin', (g, x) => mul(g, rsqrt(sub(1, square(x)))));
export const acos: Unary = unary('acos', (g, x) => neg(mul(g, rsqrt(sub(1, square(x))))));
export const atan: Unary = unary('atan', (g, x) => div(g, add(square(x), 1)));
export const sinh: Unary = unary('sinh', (g, x) => mul(g, cosh(x)));
export const cosh: Unary = unary('cosh', (g, x) => mul(g, sinh(x)));
export const tanh: Unary = unary('tanh', (g, _x, y) => times(g, sub(1, square(y))));
/** 1 / (1 + exp(-x)). */
export const sigmoid: Unary = unary('sigmoid', (g, _x, y) => mul(g, mul(y, sub(1, y))));
/** max(x, 0). The gradient at 0 is 0. */
export const relu: Unary = unary('relu', (g, x) => where(greater(x, 0), g, 0));
/** x sigmoid(x). */
export const silu: Unary = unary('silu', (g, x) => {
  const s = sigmoid(x);
  return mul(g, mul(s, add(mul(x, sub(1, s)), 1)));
});
/** log(1 + exp(x)). */
export const softplus: Unary = unary('softplus', (g, x) => mul(g, sigmoid(x)));
export const erf: Unary = unary('erf', (g, x) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))));
export const floor: Unary = unary('floor', null);
export const ceil: Unary = unary('ceil', null);
/** To the nearest whole number, halves to the even one. */
export const round: Unary = unary('round', null);
