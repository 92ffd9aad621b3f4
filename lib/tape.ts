import { isComplex, isFloating } from './dtype.js';
import { expected } from './errors.js';
import { type Definition, type Recorder, activeRecorders, withRecorders } from './op.js';
import { add } from './ops/elementwise.js';
import { reshape } from './ops/views.js';
import { tidy } from './scope.js';
import { type Handle, Tensor, onesLike, zerosLike } from './tensor.js';

// The gradient of a real loss by complex z = x + i y is dLoss/dx + i dLoss/dy, so the vjp of y = A x is A^H g.

interface Entry {
  readonly definition: Definition;
  readonly inputs: readonly Tensor[];
  readonly attributes: readonly unknown[];
  readonly output: Tensor;
}

/** Every operation that depends on the sources, in order. It keeps references of its own, so that `tidy` may free what it recorded. */
class Tape implements Recorder {
  private readonly tracked: Set<Handle>;
  private readonly entries: Entry[] = [];

  constructor(private readonly sources: readonly Tensor[]) {
    this.tracked = new Set(sources.map((x) => x.handle));
  }

  record(definition: Definition, inputs: readonly Tensor[], attributes: readonly unknown[], output: Tensor): void {
    if (!isFloating(output.dtype) || !inputs.some((x) => this.tracked.has(x.handle))) return;
    this.tracked.add(output.handle);
    this.entries.push({ definition, inputs: inputs.map((x) => x.alias()), attributes, output: output.alias() });
  }

  /** The cotangents of the sources for cotangent `seed` of `y`; uses the tape up. */
  backward(y: Tensor, seed: Tensor): Tensor[] {
    const cotangents = new Map<Handle, Tensor>([[y.handle, seed.alias()]]);
    try {
      for (let entry = this.entries.pop(); entry !== undefined; entry = this.entries.pop()) {
        try {
          this.propagate(entry, cotangents);
        } finally {
          release(entry);
        }
      }
      return this.sources.map((x) => cotangents.get(x.handle)?.alias().enterScope() ?? zerosLike(x));
    } finally {
      for (const g of cotangents.values()) g.dispose();
    }
  }

  dispose(): void {
    this.entries.forEach(release);
    this.entries.length = 0;
  }

  private propagate(entry: Entry, cotangents: Map<Handle, Tensor>): void {
    const g = cotangents.get(entry.output.handle);
    if (g === undefined) return;
    const { vjp } = entry.definition;
    entry.inputs.forEach((x, i) => {
      const rule = typeof vjp === 'function' ? vjp : vjp?.[i];
      if (!rule || !this.tracked.has(x.handle)) return;
      const previous = cotangents.get(x.handle);
      const part = tidy(() => {
        const own = rule(g, entry, i);
        check(entry.definition.name, x, own);
        return (previous === undefined ? own : add(previous, own)).alias();
      });
      previous?.dispose();
      cotangents.set(x.handle, part);
    });
    cotangents.delete(entry.output.handle);
    g.dispose();
  }
}

function release(entry: Entry): void {
  for (const x of entry.inputs) x.dispose();
  entry.output.dispose();
}

function check(op: string, x: Tensor, g: Tensor): void {
  const argument = `the gradient of its ${x.dtype} input [${x.shape.join(', ')}]`;
  if (g.dtype !== x.dtype) throw expected(op, x.dtype, argument, g.dtype, 'ERR_DTYPE');
  if (!sameShape(g, x)) throw expected(op, 'the same shape', argument, g.shape, 'ERR_SHAPE');
}

function sameShape(a: Tensor, b: Tensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
}

function seedFor(y: Tensor, dy: Tensor | undefined): Tensor {
  if (!(y instanceof Tensor)) throw expected('grad', 'a tensor', 'the result of f', y);
  if (!isFloating(y.dtype)) throw expected('grad', 'a floating-point dtype', 'the result of f', y.dtype, 'ERR_DTYPE');
  if (dy === undefined) {
    if (y.size !== 1) throw expected('grad', 'a cotangent where f is not scalar', 'dy', 'none', 'ERR_SHAPE');
    if (isComplex(y.dtype)) throw expected('grad', 'a cotangent where f is complex', 'dy', 'none', 'ERR_DTYPE');
    return onesLike(y);
  }
  if (dy.dtype !== y.dtype) throw expected('grad', `${y.dtype} (the dtype of f)`, 'dy', dy.dtype, 'ERR_DTYPE');
  if (!sameShape(dy, y)) throw expected('grad', `[${y.shape.join(', ')}] (the shape of f)`, 'dy', dy.shape, 'ERR_SHAPE');
  return dy;
}

/**
 * The value of `f()` and its gradients by the tensors `sources`, which `f` uses by reference. Intermediates are disposed of.
 * The tape is closed before it is walked, so enclosing tapes record the walk: that is what makes derivatives of any order.
 */
export function differentiate(sources: readonly Tensor[], f: () => Tensor, dy?: Tensor): { value: Tensor; grads: Tensor[] } {
  for (const x of sources) {
    if (!isFloating(x.dtype)) throw expected('grad', 'a floating-point tensor', 'x', x.dtype, 'ERR_DTYPE');
  }
  return tidy(() => {
    const tape = new Tape(sources);
    try {
      const value = withRecorders([...activeRecorders(), tape], f);
      return { value, grads: tape.backward(value, seedFor(value, dy)) };
    } finally {
      tape.dispose();
    }
  });
}

/** Views of `xs`, so that what `f` captures from outside is not taken for its argument, and equal arguments are told apart. */
function fresh(xs: readonly Tensor[]): Tensor[] {
  return xs.map((x) => reshape(x, x.shape));
}

/** The gradients of `f` by each of its arguments, for cotangent `dy` of the result (1 where f is scalar). Differentiable again. */
export function grads(f: (...x: Tensor[]) => Tensor): (x: readonly Tensor[], dy?: Tensor) => Tensor[] {
  return (x, dy) =>
    tidy(() => {
      const views = fresh(x);
      return differentiate(views, () => f(...views), dy).grads;
    });
}

/** The gradient of `f`, for cotangent `dy` of the result (1 where f is scalar). Differentiable again. */
export function grad(f: (x: Tensor) => Tensor): (x: Tensor, dy?: Tensor) => Tensor {
  const all = grads(f);
  return (x, dy) => all([x], dy)[0]!;
}

/** Value and gradients of the scalar function `f`. */
export function valueAndGrads(f: (...x: Tensor[]) => Tensor): (x: readonly Tensor[]) => { value: Tensor; grads: Tensor[] } {
  return (x) =>
    tidy(() => {
      const views = fresh(x);
      return differentiate(views, () => f(...views));
    });
}

/** Value and gradient of the scalar function `f`. */
export function valueAndGrad(f: (x: Tensor) => Tensor): (x: Tensor) => { value: Tensor; grad: Tensor } {
  const all = valueAndGrads(f);
  return (x) => {
    const { value, grads: list } = all([x]);
    return { value, grad: list[0]! };
  };
}

/** Hessian of the scalar function `f` times `v`: the Hessian is symmetric, so its vjp is its product. */
export function hvp(f: (x: Tensor) => Tensor): (x: Tensor, v: Tensor) => Tensor {
  return grad(grad(f));
}

/** Runs `f` without recording: its results count as constants. */
export function noGrad<T>(f: () => T): T {
  return withRecorders([], f);
}
