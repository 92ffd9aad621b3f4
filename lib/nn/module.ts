import type { DeviceOption } from '../device.js';
import { type ErrorCode, expected } from '../errors.js';
import { clone, toDevice } from '../ops/layout.js';
import { tidy } from '../scope.js';
import { differentiate } from '../tape.js';
import { Tensor } from '../tensor.js';

type Kind = 'parameter' | 'buffer';

/**
 * A function of tensors with state. Parameters (trained) and buffers (other state, such as running averages) are fields made with `parameter()` and
 * `buffer()`; fields that are modules or arrays of modules are searched too. Names are dotted paths: `layers.0.weight`.
 */
export abstract class Module<Options extends object = object> {
  /** True in training, false in evaluation: Dropout and the norms differ. */
  training = true;
  readonly #kinds = new Map<Tensor, Kind>();

  /** `options` describe this module, in JSON, for model files. */
  constructor(readonly options: Options = {} as Options) {}

  abstract forward(x: Tensor): Tensor;

  /** The trained tensors by name. They stay the same objects through `to`, `loadStateDict` and optimiser steps. */
  parameters(): Record<string, Tensor> {
    return Object.fromEntries(this.named(['parameter']));
  }

  /** Number of trained numbers. */
  parameterCount(): number {
    return Object.values(this.parameters()).reduce((total, p) => total + p.size, 0);
  }

  /** Parameters and buffers by name. The tensors are the live ones. */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(this.named(['parameter', 'buffer']));
  }

  /**
   * Copies values into parameters and buffers. Nothing changes unless all fit: ERR_VALUE names missing or extra entries (allowed where `strict`
   * is false), ERR_SHAPE and ERR_DTYPE the entry that disagrees.
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>, options: { readonly strict?: boolean } = {}): void {
    const own = this.stateDict();
    checkState(own, state, options.strict ?? true);
    for (const [name, target] of Object.entries(own)) {
      const source = state[name];
      if (source !== undefined) tidy(() => target.assign(clone(toDevice(source, target.device))));
    }
  }

  train(): this {
    return this.setTraining(true);
  }

  eval(): this {
    return this.setTraining(false);
  }

  /** Moves parameters and buffers. State of an optimiser does not follow: make it afterwards. */
  to(device: DeviceOption): this {
    for (const t of Object.values(this.stateDict())) tidy(() => t.assign(toDevice(t, device)));
    return this;
  }

  /** Frees parameters and buffers. */
  dispose(): void {
    for (const t of Object.values(this.stateDict())) t.dispose();
  }

  /** Marks a field as trained; it outlives the scope that it was made in. */
  protected parameter<T extends Tensor>(x: T): T {
    this.#kinds.set(x, 'parameter');
    return x.keep();
  }

  /** Marks a field as state that is saved but not trained. */
  protected buffer<T extends Tensor>(x: T): T {
    this.#kinds.set(x, 'buffer');
    return x.keep();
  }

  private setTraining(training: boolean): this {
    this.training = training;
    for (const [, child] of children(this)) if (child instanceof Module) child.setTraining(training);
    return this;
  }

  /** Each tensor once, under its first name. */
  private named(kinds: readonly Kind[], seen = new Set<Tensor>()): [string, Tensor][] {
    return children(this).flatMap(([name, child]): [string, Tensor][] => {
      if (child instanceof Module) return child.named(kinds, seen).map(([path, t]) => [`${name}.${path}`, t]);
      const kind = this.#kinds.get(child);
      if (kind === undefined || !kinds.includes(kind) || seen.has(child)) return [];
      seen.add(child);
      return [[name, child]];
    });
  }
}

/** The tensors and modules among the fields of a module and in its arrays. */
function children(owner: object): [string, Tensor | Module][] {
  return Object.entries(owner).flatMap(([name, value]: [string, unknown]): [string, Tensor | Module][] => {
    if (value instanceof Tensor || value instanceof Module) return [[name, value]];
    if (!Array.isArray(value)) return [];
    return children(value).map(([path, child]) => [`${name}.${path}`, child]);
  });
}

function checkState(own: Readonly<Record<string, Tensor>>, state: Readonly<Record<string, Tensor>>, strict: boolean): void {
  const fail = (code: ErrorCode, what: string, argument: string, got: string): Error =>
    expected('loadStateDict', what, argument, got, code);
  const missing = Object.keys(own).filter((name) => !(name in state));
  const extra = Object.keys(state).filter((name) => !(name in own));
  if (strict && missing.length > 0) throw fail('ERR_VALUE', 'an entry for every tensor', 'state', `none for ${missing.join(', ')}`);
  if (strict && extra.length > 0) throw fail('ERR_VALUE', 'entries of this module', 'state', `others too: ${extra.join(', ')}`);
  for (const [name, target] of Object.entries(own)) {
    const source = state[name];
    if (source === undefined) continue;
    if (source.dtype !== target.dtype) throw fail('ERR_DTYPE', target.dtype, name, source.dtype);
    const [want, got] = [target.shape.join(', '), source.shape.join(', ')];
    if (want !== got) throw fail('ERR_SHAPE', `[${want}]`, name, `[${got}]`);
  }
}

/** Value of the scalar `loss`, which uses `module`, and its gradients by the module's parameters, under their names. */
export function valueAndGrad(
  module: Module,
  loss: (...args: Tensor[]) => Tensor,
): (...args: Tensor[]) => { value: Tensor; grads: Record<string, Tensor> } {
  return (...args) => {
    const parameters = module.parameters();
    const { value, grads } = differentiate(Object.values(parameters), () => loss(...args));
    return { value, grads: Object.fromEntries(Object.keys(parameters).map((name, i) => [name, grads[i]!])) };
  };
}
