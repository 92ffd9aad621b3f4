import type { Dtype } from '../dtype.js';
import { Tensor, type TensorLike } from '../tensor.js';
import { pad, slice } from './blocks.js';
import { broadcastTo } from './broadcast.js';
import { conj } from './conjugate.js';
import { matmul } from './contract.js';
import * as elementwise from './elementwise.js';
import { cast, contiguous, toDevice } from './layout.js';
import * as reductions from './reduce.js';
import { gatherRows } from './rows.js';
import * as views from './views.js';

export type { TensorLike }; // the declarations of this file name it

// Operations as methods: x.f(...rest) is f(x, ...rest).

/** Methods whose result has the tensor's dtype. */
const sameDtype = {
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  pow: elementwise.pow,
  maximum: elementwise.maximum,
  minimum: elementwise.minimum,
  atan2: elementwise.atan2,
  neg: elementwise.neg,
  sign: elementwise.sign,
  square: elementwise.square,
  reciprocal: elementwise.reciprocal,
  sqrt: elementwise.sqrt,
  rsqrt: elementwise.rsqrt,
  exp: elementwise.exp,
  expm1: elementwise.expm1,
  log: elementwise.log,
  log1p: elementwise.log1p,
  sin: elementwise.sin,
  cos: elementwise.cos,
  tan: elementwise.tan,
  asin: elementwise.asin,
  acos: elementwise.acos,
  atan: elementwise.atan,
  sinh: elementwise.sinh,
  cosh: elementwise.cosh,
  tanh: elementwise.tanh,
  sigmoid: elementwise.sigmoid,
  relu: elementwise.relu,
  silu: elementwise.silu,
  softplus: elementwise.softplus,
  erf: elementwise.erf,
  floor: elementwise.floor,
  ceil: elementwise.ceil,
  round: elementwise.round,
  conj,
  sum: reductions.sum,
  mean: reductions.mean,
  variance: reductions.variance,
  max: reductions.max,
  min: reductions.min,
  logsumexp: reductions.logsumexp,
  logSoftmax: reductions.logSoftmax,
  softmax: reductions.softmax,
  reshape: views.reshape,
  transpose: views.transpose,
  slice,
  flip: views.flip,
  broadcastTo,
  expandDims: views.expandDims,
  squeeze: views.squeeze,
  contiguous,
  pad,
  to: toDevice,
  matmul,
  gatherRows,
};
const otherDtype = {
  abs: elementwise.abs,
  equal: elementwise.equal,
  notEqual: elementwise.notEqual,
  less: elementwise.less,
  lessEqual: elementwise.lessEqual,
  greater: elementwise.greater,
  greaterEqual: elementwise.greaterEqual,
  logicalAnd: elementwise.logicalAnd,
  logicalOr: elementwise.logicalOr,
  logicalNot: elementwise.logicalNot,
  argmax: reductions.argmax,
  real: views.real,
  imag: views.imag,
  asReal: views.asReal,
  asComplex: views.asComplex,
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- matches functions of any tensor
type Rest<F> = F extends (x: any, ...rest: infer R) => unknown ? R : never;
type SameDtype<D extends Dtype, T> = { [K in keyof T]: (...rest: Rest<T[K]>) => Tensor<D> };
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
type OtherDtype<T> = { [K in keyof T]: (...rest: Rest<T[K]>) => T[K] extends (...args: any[]) => infer R ? R : never };

declare module '../tensor.js' {
  interface Tensor<D extends Dtype = Dtype> extends SameDtype<D, typeof sameDtype>, OtherDtype<typeof otherDtype> {
    cast<E extends Dtype>(dtype: E): Tensor<E>;
  }
}

for (const [name, f] of Object.entries({ ...sameDtype, ...otherDtype, cast })) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): unknown {
      return (f as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...rest);
    },
  });
}
