import { isComplex } from '../dtype.js';
import { expected } from '../errors.js';
import { checkType } from '../harmonics/degree.js';
import { type Tau, typeSize } from '../harmonics/irreps.js';
import { product } from '../ops/axes.js';
import { conj } from '../ops/conjugate.js';
import { contract } from '../ops/contract.js';
import { div } from '../ops/elementwise.js';
import { cast } from '../ops/layout.js';
import { sum } from '../ops/reduce.js';
import { real } from '../ops/views.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

// Reductions and scalings of fragments are one trilinear form, T(x, y, s) = sum x[b,m,t,c] y[b,m,t,c] s[t,c] over the degrees, so a single pass of
// `contract` does each of them and their derivatives.

/** Number of fragments of all degrees together. */
export function fragmentCount(tau: Tau): number {
  return tau.reduce((sum, n) => sum + n, 0);
}

/** Mean over all axes but the last `kept`; 0 over an empty batch. */
export function batchMean(x: Tensor, kept: number): Tensor {
  const lead = x.shape.slice(0, -kept);
  const count = Math.max(product(lead), 1);
  return tidy(() => div(sum(x, [...lead.keys()]), count));
}

/** A type, or ERR_VALUE. */
export function checkTau(op: string, argument: string, tau: Tau): Tau {
  const valid = tau.length > 0 && tau.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!valid) throw expected(op, 'numbers of fragments >= 0, one per degree', argument, tau);
  return tau;
}

/** contract spec of T with its operands and result in the order (x, y, s), or (x, s, y) where `scaling`; `perSample`: s has the batch axis too. */
function spec(tau: Tau, channels: number, batch: number, perSample: boolean, scaling: boolean): Float64Array {
  const size = typeSize(tau) * channels;
  const fragments = fragmentCount(tau) * channels;
  const strides = (signal: number, factor: number): number[] => (scaling ? [signal, factor, signal] : [signal, signal, factor]);
  const blocks: number[] = [];
  let [row, factor, count] = [0, 0, 0];
  tau.forEach((n, l) => {
    const inner = n * channels;
    if (inner === 0) return;
    const orders = 2 * l + 1;
    blocks.push(...strides(row, factor), 3, batch, ...strides(size, perSample ? fragments : 0));
    blocks.push(orders, ...strides(inner, 0), inner, ...strides(1, 1));
    row += orders * inner;
    factor += inner;
    count++;
  });
  return Float64Array.of(count, ...blocks);
}

/** Sum of |x|^2 over the orders of each fragment and channel, [..., fragments, C]; over the batch axes too unless `perSample`. Real. */
export function fragmentSquares(op: string, x: Tensor, tau: Tau, perSample: boolean): Tensor {
  const channels = checkType(op, 'x', x, tau);
  const lead = x.shape.slice(0, -2);
  const batch = lead.reduce((a, b) => a * b, 1);
  const shape = [...(perSample ? lead : []), fragmentCount(tau), channels];
  return tidy(() => {
    const conjugate = isComplex(x.dtype) ? conj(x) : x;
    const squares = contract(x, conjugate, spec(tau, channels, batch, perSample, false), shape);
    return isComplex(squares.dtype) ? real(squares) : squares;
  });
}

/** Each fragment and channel of x [..., rows, C] times its real factor, [fragments, C] or [..., fragments, C]. */
export function scaleFragments(op: string, x: Tensor, factors: Tensor, tau: Tau): Tensor {
  const channels = checkType(op, 'x', x, tau);
  const batch = x.shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const perSample = factors.shape.length > 2;
  return tidy(() => contract(x, cast(factors, x.dtype), spec(tau, channels, batch, perSample, true), x.shape));
}
