import { type Dtype, type TypedArray, isComplex } from '../../lib/dtype.js';
import type { Tensor } from '../../lib/index.js';

// Plain arrays for references: every element is a complex number, written for clarity and shared with nothing native.

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export interface Plain {
  readonly shape: readonly number[];
  readonly values: readonly Complex[];
}

export const cx = (re: number, im = 0): Complex => ({ re, im });

export const size = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Every index of `shape` in row-major order, as a list. */
export function indices(shape: readonly number[]): number[][] {
  return Array.from({ length: size(shape) }, (_, flat) => unravel(flat, shape));
}

export function unravel(flat: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = flat % shape[i]!;
    flat = Math.floor(flat / shape[i]!);
  }
  return index;
}

export function at(x: Plain, index: readonly number[]): Complex {
  return x.values[index.reduce((flat, k, i) => flat * x.shape[i]! + k, 0)]!;
}

export function build(shape: readonly number[], f: (index: number[]) => Complex): Plain {
  return { shape, values: indices(shape).map(f) };
}

export function fromData(data: TypedArray, shape: readonly number[], dtype: Dtype): Plain {
  const values = isComplex(dtype)
    ? Array.from({ length: data.length / 2 }, (_, i) => cx(data[2 * i]!, data[2 * i + 1]))
    : Array.from(data, (x) => cx(x));
  return { shape, values };
}

export function toPlain(x: Tensor): Plain {
  return fromData(x.dataSync(), x.shape, x.dtype);
}

/** Numpy's broadcasting of a function of numbers. */
export function broadcast(f: (...z: Complex[]) => Complex): (...x: Plain[]) => Plain {
  return (...xs) => {
    const rank = Math.max(...xs.map((x) => x.shape.length));
    const dims = xs.map((x) => [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
    const shape = Array.from({ length: rank }, (_, i) => dims.map((d) => d[i]!).find((n) => n !== 1) ?? 1);
    return build(shape, (index) =>
      f(
        ...xs.map((x, k) => {
          const own = index.map((n, i) => (dims[k]![i] === 1 ? 0 : n)).slice(rank - x.shape.length);
          return at(x, own);
        }),
      ),
    );
  };
}

export const add = (a: Complex, b: Complex): Complex => cx(a.re + b.re, a.im + b.im);
export const sub = (a: Complex, b: Complex): Complex => cx(a.re - b.re, a.im - b.im);
export const mul = (a: Complex, b: Complex): Complex => cx(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
export const conj = (a: Complex): Complex => cx(a.re, -a.im);
export const modulus = (a: Complex): number => Math.hypot(a.re, a.im);

export function div(a: Complex, b: Complex): Complex {
  if (b.im === 0) return cx(a.re / b.re, a.im / b.re);
  const n = b.re * b.re + b.im * b.im;
  return cx((a.re * b.re + a.im * b.im) / n, (a.im * b.re - a.re * b.im) / n);
}

export const exp = (a: Complex): Complex =>
  a.im === 0 ? cx(Math.exp(a.re)) : cx(Math.exp(a.re) * Math.cos(a.im), Math.exp(a.re) * Math.sin(a.im));
export const log = (a: Complex): Complex => cx(Math.log(modulus(a)), Math.atan2(a.im, a.re));

export function sqrt(a: Complex): Complex {
  if (a.im === 0 && a.re >= 0) return cx(Math.sqrt(a.re));
  const [r, phi] = [Math.sqrt(modulus(a)), Math.atan2(a.im, a.re) / 2];
  return cx(r * Math.cos(phi), r * Math.sin(phi));
}

export const sin = (a: Complex): Complex => cx(Math.sin(a.re) * Math.cosh(a.im), Math.cos(a.re) * Math.sinh(a.im));
export const cos = (a: Complex): Complex => cx(Math.cos(a.re) * Math.cosh(a.im), -Math.sin(a.re) * Math.sinh(a.im));

export function tanh(a: Complex): Complex {
  if (a.im === 0) return cx(Math.tanh(a.re));
  const n = Math.cosh(2 * a.re) + Math.cos(2 * a.im);
  return cx(Math.sinh(2 * a.re) / n, Math.sin(2 * a.im) / n);
}
