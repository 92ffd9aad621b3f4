import * as c from '../../../lib/index.js';
import type { Tensor } from '../../../lib/index.js';
import { type Case, type Distribution, complexes, every, floating, floats } from '../case.js';
import { type Complex, add, at, broadcast, build, conj, cos, cx, div, exp, log, modulus, mul, sin, sqrt, sub, tanh } from '../plain.js';

type Function = (z: Complex) => Complex;
const real =
  (f: (x: number) => number): Function =>
  (z) =>
    cx(f(z.re));

/** Series of the error function, from the origin out to where it is 1. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function roundHalfToEven(x: number): number {
  const r = Math.round(x);
  return Math.abs(x - Math.trunc(x)) === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

interface Unary {
  readonly f: Function;
  /** Where the complex function has values that the real one has not. */
  readonly onReals?: (x: number) => number;
  readonly distribution?: Distribution;
  readonly complex?: boolean;
  readonly linear?: boolean;
  readonly integers?: boolean;
}

const unaries = {
  neg: { f: (z) => sub(cx(0), z), complex: true, linear: true, integers: true },
  abs: { f: (z) => cx(modulus(z)), distribution: 'distinct', complex: true },
  sign: { f: real(Math.sign), distribution: 'distinct' },
  square: { f: (z) => mul(z, z), complex: true, integers: true },
  reciprocal: { f: (z) => div(cx(1), z), distribution: 'positive', complex: true },
  sqrt: { f: sqrt, onReals: Math.sqrt, distribution: 'positive', complex: true },
  rsqrt: { f: real((x) => 1 / Math.sqrt(x)), distribution: 'positive' },
  exp: { f: exp, complex: true },
  expm1: { f: real(Math.expm1) },
  log: { f: log, onReals: Math.log, distribution: 'positive', complex: true },
  log1p: { f: real(Math.log1p), distribution: 'unit' },
  sin: { f: sin, complex: true },
  cos: { f: cos, complex: true },
  tan: { f: real(Math.tan), distribution: 'unit' },
  asin: { f: real(Math.asin), distribution: 'unit' },
  acos: { f: real(Math.acos), distribution: 'unit' },
  atan: { f: real(Math.atan) },
  sinh: { f: real(Math.sinh) },
  cosh: { f: real(Math.cosh) },
  tanh: { f: tanh, distribution: 'unit', complex: true },
  sigmoid: { f: real(sigmoid) },
  relu: { f: real((x) => Math.max(x, 0)), distribution: 'distinct', integers: true },
  silu: { f: real((x) => x * sigmoid(x)) },
  softplus: { f: real((x) => Math.log1p(Math.exp(x))) },
  erf: { f: real(erf) },
  floor: { f: real(Math.floor), distribution: 'distinct' },
  ceil: { f: real(Math.ceil), distribution: 'distinct' },
  round: { f: real(roundHalfToEven), distribution: 'distinct' },
  conj: { f: conj, complex: true, linear: true },
} satisfies Record<string, Unary>;

const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-30, -1e-30, 30, -30, 0.5, 1.5, 2.5, -0.5];

function unaryCases([op, u]: [string, Unary]): Case[] {
  const f = (c as unknown as Record<string, (x: Tensor) => Tensor>)[op]!;
  const dtypes = [...floats, ...(u.complex ? complexes : []), ...(u.integers ? (['int32'] as const) : [])];
  const common = { op, call: (x: Tensor) => f(x), reference: broadcast(u.f) };
  const linear = u.linear ? { linear: [[0]] } : {};
  return [
    { ...common, ...linear, name: op, dtypes, inputs: [{ shape: [3, 33], distribution: u.distribution ?? 'normal' }] },
    { ...common, name: `${op} of one number`, dtypes, inputs: [{ shape: [], distribution: u.distribution ?? 'normal' }] },
    { ...common, name: `${op} of nothing`, inputs: [{ shape: [0, 3] }] },
    {
      ...common,
      name: `${op} of special values`,
      inputs: [{ shape: [special.length], values: special }],
      reference: broadcast(u.onReals ? real(u.onReals) : u.f),
      skipGradient: true,
    },
  ];
}

/** C's pow, which differs from JavaScript's at 1 to a NaN or infinite power. */
const realPow = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b));
/** Principal branch. */
const pow = (a: Complex, b: Complex): Complex => (a.im === 0 && b.im === 0 ? cx(realPow(a.re, b.re)) : exp(mul(b, log(a))));
const both =
  (f: (a: number, b: number) => number): ((a: Complex, b: Complex) => Complex) =>
  (a, b) =>
    cx(f(a.re, b.re));
const truth =
  (f: (a: Complex, b: Complex) => boolean): ((a: Complex, b: Complex) => Complex) =>
  (a, b) =>
    cx(f(a, b) ? 1 : 0);

interface Binary {
  readonly f: (a: Complex, b: Complex) => Complex;
  readonly distribution?: Distribution;
  readonly complex?: boolean;
  readonly integers?: boolean;
  readonly linear?: number[][];
}

const binaries = {
  add: { f: add, complex: true, integers: true, linear: [[0, 1]] },
  sub: { f: sub, complex: true, integers: true, linear: [[0, 1]] },
  mul: { f: mul, complex: true, integers: true, linear: [[0], [1]] },
  div: { f: div, complex: true, distribution: 'positive', linear: [[0]] },
  pow: { f: pow, complex: true, distribution: 'positive' },
  maximum: { f: both(Math.max), distribution: 'distinct', integers: true },
  minimum: { f: both(Math.min), distribution: 'distinct', integers: true },
  atan2: { f: both(Math.atan2), distribution: 'distinct' },
  equal: { f: truth((a, b) => a.re === b.re && a.im === b.im), complex: true, integers: true },
  notEqual: { f: truth((a, b) => a.re !== b.re || a.im !== b.im), complex: true, integers: true },
  less: { f: truth((a, b) => a.re < b.re), integers: true },
  lessEqual: { f: truth((a, b) => a.re <= b.re), integers: true },
  greater: { f: truth((a, b) => a.re > b.re), integers: true },
  greaterEqual: { f: truth((a, b) => a.re >= b.re), integers: true },
  logicalAnd: { f: truth((a, b) => a.re !== 0 && b.re !== 0), integers: true },
  logicalOr: { f: truth((a, b) => a.re !== 0 || b.re !== 0), integers: true },
} satisfies Record<string, Binary>;

const specialPairs = special.flatMap((a) => special.map((b) => [a, b] as const));

function binaryCases([op, b]: [string, Binary]): Case[] {
  const f = (c as unknown as Record<string, (x: Tensor, y: Tensor | number) => Tensor>)[op]!;
  const dtypes = [...floats, ...(b.complex ? complexes : []), ...(b.integers ? (['int32', 'uint8'] as const) : [])];
  const distribution = b.distribution ?? 'normal';
  const linear = b.linear ? { linear: b.linear } : {};
  const common = { op, dtypes, call: (x: Tensor, y: Tensor) => f(x, y), reference: broadcast(b.f) };
  const wrap = (x: Complex): Complex => cx(((x.re % 256) + 256) % 256);
  // uint8 arithmetic wraps around; only subtraction leaves the range here.
  const bytes = op === 'sub' ? dtypes.filter((dtype) => dtype !== 'uint8') : dtypes;
  return [
    {
      ...common,
      ...linear,
      dtypes: bytes,
      name: op,
      inputs: [
        { shape: [3, 33], distribution },
        { shape: [3, 33], distribution },
      ],
    },
    {
      ...common,
      ...linear,
      dtypes: bytes,
      name: `${op}, broadcast`,
      inputs: [
        { shape: [3, 1, 5], distribution },
        { shape: [4, 1], distribution },
      ],
    },
    { ...common, name: `${op} of nothing`, inputs: [{ shape: [0, 5] }, { shape: [1, 5] }] },
    {
      ...common,
      name: `${op} with a number`,
      dtypes: floats,
      inputs: [{ shape: [7], distribution }],
      call: (x: Tensor) => f(x, 2),
      reference: (x) => broadcast((z) => b.f(z, cx(2)))(x),
    },
    {
      ...common,
      name: `${op} of special values`,
      dtypes: floats,
      inputs: [
        { shape: [specialPairs.length], values: specialPairs.map(([x]) => x) },
        { shape: [specialPairs.length], values: specialPairs.map(([, y]) => y) },
      ],
      skipGradient: true,
    },
    ...(op === 'sub'
      ? [
          {
            ...common,
            name: 'sub of bytes',
            dtypes: ['uint8'] as const,
            inputs: [{ shape: [9] }, { shape: [9] }],
            reference: broadcast((x, y) => wrap(sub(x, y))),
          },
        ]
      : []),
  ];
}

const chosen = broadcast((condition, a, b) => (condition.re !== 0 ? a : b));

export const elementwiseCases: Case[] = [
  ...Object.entries<Unary>(unaries).flatMap(unaryCases),
  ...Object.entries<Binary>(binaries).flatMap(binaryCases),
  {
    name: 'logicalNot',
    op: 'logicalNot',
    dtypes: ['uint8', 'int32', ...floats],
    inputs: [{ shape: [9] }],
    call: (x) => c.logicalNot(x),
    reference: broadcast((z) => cx(z.re === 0 ? 1 : 0)),
  },
  {
    name: 'where',
    op: 'where',
    dtypes: every,
    linear: [[1, 2]],
    inputs: [{ shape: [4, 5], dtype: 'uint8' }, { shape: [4, 5] }, { shape: [4, 5] }],
    call: (condition, a, b) => c.where(condition, a, b),
    reference: chosen,
  },
  {
    name: 'where, broadcast',
    op: 'where',
    dtypes: floating,
    linear: [[1, 2]],
    inputs: [{ shape: [4, 1], dtype: 'uint8' }, { shape: [3, 1, 5] }, { shape: [] }],
    call: (condition, a, b) => c.where(condition, a, b),
    reference: chosen,
  },
  ...[[10], [7, 1, 10], [7, 130, 1]].map((shape): Case => ({
    name: `sub of repeated rows, ${shape.join('x')}`,
    op: 'sub',
    dtypes: floating,
    inputs: [{ shape: [7, 130, 10] }, { shape }],
    call: (a, b) => c.sub(a, b),
    reference: broadcast((a, b) => sub(a, b)),
    skipGradient: true,
  })),
  {
    name: 'add of repeated strided rows',
    op: 'add',
    dtypes: floating,
    inputs: [{ shape: [600, 3] }, { shape: [3, 2] }],
    call: (a, b) => c.add(a, b.transpose().slice([1, 0], [1, 3])),
    reference: (a, b) => build(a.shape, ([i, j]) => add(at(a, [i!, j!]), at(b, [j!, 1]))),
    skipGradient: true,
  },
  {
    name: 'mul, large',
    op: 'mul',
    inputs: [{ shape: [40001] }, { shape: [40001] }],
    call: (a, b) => c.mul(a, b),
    reference: broadcast((a, b) => mul(a, b)),
    skipGradient: true,
  },
  {
    name: 'exp, large',
    op: 'exp',
    inputs: [{ shape: [40001] }],
    call: (x) => c.exp(x),
    reference: broadcast((z) => exp(z)),
    skipGradient: true,
  },
];
