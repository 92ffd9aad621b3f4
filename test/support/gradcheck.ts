import { type Dtype, isComplex, isFloating } from '../../lib/dtype.js';
import { type Tensor, add, asReal, grads, mul, sum, tensor, tidy } from '../../lib/index.js';
import { ops } from '../../lib/op.js';
import { type Case, floats, gaussian, generator } from './case.js';

type F = (...x: Tensor[]) => Tensor;

/** The real inner product over interleaved data, which is Re <a, b> for complex tensors. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

/** Gaussian numbers in the shape and dtype of `x`. */
export function randomLike(x: Tensor, random: () => number): Tensor {
  const data = Float64Array.from({ length: x.size * (isComplex(x.dtype) ? 2 : 1) }, () => gaussian(random));
  return tensor(data, x.shape, { dtype: x.dtype, device: x.device });
}

/** Derivative at 0 by four points; the error is of order h^4. */
function derivative(f: (t: number) => number): number {
  const h = 2e-3;
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

/** x + t v, as constants. */
function moved(x: Tensor, v: Tensor, t: number): Tensor {
  const [a, b] = [x.dataSync(), v.dataSync()];
  return tensor(
    Float64Array.from(a, (value, i) => value + t * b[i]!),
    x.shape,
    { dtype: x.dtype, device: x.device },
  );
}

/** `f` as a function of its floating-point inputs, the others held, and those inputs. */
function floatingPart(f: F, inputs: readonly Tensor[]): { f: F; xs: Tensor[] } {
  const places = inputs.flatMap((x, i) => (isFloating(x.dtype) ? [i] : []));
  const part: F = (...xs) => {
    const all = [...inputs];
    places.forEach((place, i) => (all[place] = xs[i]!));
    return f(...all);
  };
  return { f: part, xs: places.map((place) => inputs[place]!) };
}

const dots = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce((total, x, i) => total + dot(x.dataSync(), b[i]!.dataSync()), 0);
const scales = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce((total, x, i) => total + norm(x.dataSync()) * norm(b[i]!.dataSync()), 0);

/** The dtypes in which finite differences of a case mean something. */
export function gradientDtypes(c: Case): readonly Dtype[] {
  const definition = ops.get(c.op);
  if (c.skipGradient || !definition?.vjp) return [];
  return (c.dtypes ?? floats).filter((dtype) => {
    const inputs = c.inputs.map((input) => input.dtype ?? dtype);
    return (dtype === 'float64' || dtype === 'complex128') && inputs.some(isFloating);
  });
}

/** Error of the first gradient along a random direction, relative to its size. */
export function gradientError(call: F, inputs: readonly Tensor[], seed = 'gradient'): number {
  return tidy(() => {
    const random = generator(seed);
    const { f, xs } = floatingPart(call, inputs);
    const dy = randomLike(f(...xs), random);
    const v = xs.map((x) => randomLike(x, random));
    const g = grads(f)(xs, dy);
    const along = (t: number): number => tidy(() => dot(f(...xs.map((x, i) => moved(x, v[i]!, t))).dataSync(), dy.dataSync()));
    return Math.abs(dots(g, v) - derivative(along)) / (scales(g, v) + 1e-9);
  });
}

/** Error of the second gradient (of <u, first gradient>) along a random direction, relative to the sizes of both gradients. */
export function secondGradientError(call: F, inputs: readonly Tensor[], seed = 'second'): number {
  return tidy(() => {
    const random = generator(seed);
    const { f, xs } = floatingPart(call, inputs);
    const dy = randomLike(f(...xs), random);
    const [u, v] = [xs.map((x) => randomLike(x, random)), xs.map((x) => randomLike(x, random))];
    const first = (...points: Tensor[]): Tensor[] => grads(f)(points, dy);
    const real = (x: Tensor): Tensor => (isComplex(x.dtype) ? asReal(x) : x);
    const pairing: F = (...points) =>
      first(...points)
        .map((g, i) => sum(mul(real(g), real(u[i]!))))
        .reduce((a, b) => add(a, b));
    const second = grads(pairing)(xs);
    const along = (t: number): number => tidy(() => dots(first(...xs.map((x, i) => moved(x, v[i]!, t))), u));
    const scale = scales(second, v) + scales(first(...xs), u);
    return Math.abs(dots(second, v) - derivative(along)) / (scale + 1e-9);
  });
}

/** |<A x, y> - <x, A^H y>| / (|A x| |y|) where `call` is linear in the inputs `group`. */
export function adjointError(call: F, inputs: readonly Tensor[], group: readonly number[], seed = 'adjoint'): number {
  return tidy(() => {
    const part: F = (...xs) => {
      const all = [...inputs];
      group.forEach((place, i) => (all[place] = xs[i]!));
      return call(...all);
    };
    const xs = group.map((place) => inputs[place]!);
    const ax = part(...xs);
    const y = randomLike(ax, generator(seed));
    const left = dot(ax.dataSync(), y.dataSync());
    const right = dots(xs, grads(part)(xs, y));
    return Math.abs(left - right) / (norm(ax.dataSync()) * norm(y.dataSync()) + 1e-300);
  });
}
