import { expected } from './errors.js';
import { type External, type NativeOp, native } from './native.js';
import { Handle, Tensor } from './tensor.js';

/** One recorded application of an operation. */
export interface Call<T extends readonly Tensor[] = readonly Tensor[], A extends readonly unknown[] = readonly unknown[]> {
  readonly inputs: T;
  readonly attributes: A;
  readonly output: Tensor;
}

/**
 * The vector-Jacobian product of one input: from the cotangent `g` of the output, that of input `index`, of the input's shape and dtype.
 * Made of registered operations only, so that it can be differentiated again. For complex y = A x it is A^H g.
 */
export type Rule<T extends readonly Tensor[], A extends readonly unknown[]> = (g: Tensor, call: Call<T, A>, index: number) => Tensor;

/** One rule for every input, or one per input (null: no gradient flows there), or null: the operation is not differentiable. */
export type Vjp<T extends readonly Tensor[], A extends readonly unknown[]> =
  null | Rule<T, A> | { readonly [K in keyof T]: Rule<T, A> | null };

/** What the library knows of one row of the native op table. */
export interface Definition {
  readonly name: string;
  readonly vjp: Rule<readonly Tensor[], readonly unknown[]> | readonly (Rule<readonly Tensor[], readonly unknown[]> | null)[] | null;
}

/** Every operation by its native name. The table test holds this against the native table. */
export const ops = new Map<string, Definition>();

/** Something that wants to know of operations: a tape. */
export interface Recorder {
  record(definition: Definition, inputs: readonly Tensor[], attributes: readonly unknown[], output: Tensor): void;
}

let recorders: readonly Recorder[] = [];

/** The recorders of the running code, outermost first. */
export function activeRecorders(): readonly Recorder[] {
  return recorders;
}

/** Runs the synchronous function `f` with `active` in place of the present recorders. */
export function withRecorders<T>(active: readonly Recorder[], f: () => T): T {
  const outer = recorders;
  recorders = active;
  try {
    return f();
  } finally {
    recorders = outer;
  }
}

function register(name: string, vjp: unknown): { definition: Definition; run: NativeOp } {
  const definition = { name, vjp } as Definition;
  ops.set(name, definition);
  return { definition, run: native.ops[name] as NativeOp };
}

function externalOf(name: string, x: unknown): External {
  if (!(x instanceof Tensor)) throw expected(name, 'a tensor', 'an operand', x);
  return x.external(name);
}

function finish(definition: Definition, external: External, inputs: readonly Tensor[], attributes: readonly unknown[]): Tensor {
  const output = Tensor.fromNative(external);
  if (recorders.length > 0 && definition.vjp !== null) {
    // The caller may change its lists before the tape is walked.
    const own = attributes.map((value): unknown => (Array.isArray(value) ? value.slice() : value));
    for (const recorder of recorders) recorder.record(definition, inputs, own, output);
  }
  return output;
}

/** Defines the operation in row `name` of the native table: `arity` tensors, then attributes. */
export function defineOp<T extends readonly Tensor[], A extends readonly unknown[]>(
  name: string,
  arity: T['length'],
  vjp: Vjp<T, A>,
): (...args: [...T, ...A]) => Tensor {
  const { definition, run } = register(name, vjp);
  return (...args) => {
    const inputs = args.slice(0, arity) as Tensor[];
    const values: unknown[] = args;
    const nativeArgs = values.slice();
    for (let i = 0; i < arity; i++) nativeArgs[i] = externalOf(name, inputs[i]);
    return finish(definition, run.apply(Handle.takeReleased(), nativeArgs), inputs, values.slice(arity));
  };
}

/** Defines an operation on a list of tensors. */
export function defineListOp<A extends readonly unknown[]>(
  name: string,
  vjp: Rule<readonly Tensor[], A> | null,
): (inputs: readonly Tensor[], ...attributes: A) => Tensor {
  const { definition, run } = register(name, vjp);
  return (inputs, ...attributes) => {
    const externals = inputs.map((x) => externalOf(name, x));
    return finish(definition, run.call(Handle.takeReleased(), externals, ...attributes), [...inputs], attributes);
  };
}

/** Defines an operation that changes its first tensor and its state; tapes cannot see that, so it is refused while one records. */
export function defineInPlaceOp<A extends readonly unknown[]>(name: string): (...args: A) => void {
  const { run } = register(name, null);
  return (...args) => {
    if (recorders.length > 0) throw expected(name, 'a call outside of recorded functions', 'an in-place update', 'one inside');
    run(...args.map((value) => (value instanceof Tensor ? value.external(name) : value)));
  };
}
