import { isComplex } from './dtype.js';
import { expected } from './errors.js';
import { abs, add, div, minimum, mul, sqrt, square } from './ops/elementwise.js';
import { cast, clone, toDevice } from './ops/layout.js';
import { adamInPlace, sgdInPlace } from './ops/optimizer.js';
import { sum } from './ops/reduce.js';
import { asReal } from './ops/views.js';
import { tidy } from './scope.js';
import { type Tensor, tensor, zerosLike } from './tensor.js';

type Tensors = Record<string, Tensor>;

/**
 * Changes parameters in place: the tensors that it was made with stay the same objects. State is made at the first step and lives until `dispose()`.
 * Complex parameters are updated as pairs of real numbers. A parameter without a gradient is left alone.
 */
abstract class Optimizer {
  /** Learning rate of the next step. */
  lr: number;
  private readonly state = new Map<string, Tensor>();
  private steps = 0;

  constructor(
    private readonly parameters: Readonly<Tensors>,
    options: { readonly lr: number },
    private readonly slots: readonly string[],
  ) {
    this.lr = inRange('lr', options.lr, 0, Infinity);
  }

  /** One update by the gradients of some or all parameters, under the same names. */
  step(grads: Readonly<Tensors>): void {
    this.steps++;
    for (const [name, gradient] of Object.entries(grads)) {
      const parameter = this.parameters[name];
      if (parameter === undefined) throw expected('step', 'gradients of the parameters', 'grads', `one named ${name}`);
      tidy(() => {
        const state = this.slots.map((slot) => realView(this.slot(slot, name, parameter)));
        this.update(realView(parameter), realView(gradient), state, this.steps);
      });
    }
  }

  /** State by dotted name (`velocity.NAME`, ...) and `step`, an int32 scalar. The tensors are the live ones. */
  stateDict(): Tensors {
    const step = tensor(Int32Array.of(this.steps), []);
    return { ...Object.fromEntries(this.state), step };
  }

  /** Goes on from a state, all of it: what the state lacks starts anew. Names and shapes must be those of this optimiser's parameters. */
  loadStateDict(state: Readonly<Tensors>): void {
    const { step, ...rest } = state;
    if (step === undefined) throw expected('loadStateDict', 'an entry step', 'state', Object.keys(state));
    for (const [key, value] of Object.entries(rest)) {
      const [slot, ...path] = key.split('.');
      const parameter = this.parameters[path.join('.')];
      const known = slot !== undefined && this.slots.includes(slot);
      if (!known || parameter === undefined) throw expected('loadStateDict', 'state of the parameters', 'state', `an entry ${key}`);
      tidy(() => this.slot(slot, path.join('.'), parameter).assign(clone(toDevice(value, parameter.device))));
    }
    for (const [key, value] of this.state) {
      if (key in rest) continue;
      value.dispose();
      this.state.delete(key);
    }
    this.steps = step.dataSync()[0]!;
  }

  /** Frees the state. */
  dispose(): void {
    for (const t of this.state.values()) t.dispose();
    this.state.clear();
  }

  protected abstract update(parameter: Tensor, gradient: Tensor, state: readonly Tensor[], step: number): void;

  private slot(slot: string, name: string, parameter: Tensor): Tensor {
    const key = `${slot}.${name}`;
    let value = this.state.get(key);
    if (value === undefined) this.state.set(key, (value = zerosLike(parameter).keep()));
    return value;
  }
}

function realView(x: Tensor): Tensor {
  return isComplex(x.dtype) ? asReal(x) : x;
}

function inRange(argument: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) throw expected('optim', `a number ${low}..${high}`, argument, value);
  return value;
}

/** Less than 1: the bias corrections divide by 1 - beta^step. */
function decayRate(value: number): number {
  if (!(value >= 0 && value < 1)) throw expected('optim', 'numbers >= 0 and < 1', 'betas', value);
  return value;
}

/** Options of {@link SGD}. */
export interface SGDOptions {
  readonly lr: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent: g += weightDecay p; v = momentum v + g; p -= lr (nesterov ? g + momentum v : v).
 * Steps are written into the memory of the parameters, which views of them share: `clone` makes a snapshot.
 */
export class SGD extends Optimizer {
  private readonly momentum: number;
  private readonly nesterov: boolean;
  private readonly weightDecay: number;

  constructor(parameters: Readonly<Tensors>, options: SGDOptions) {
    super(parameters, options, options.momentum ? ['velocity'] : []);
    this.momentum = inRange('momentum', options.momentum ?? 0, 0, 1);
    this.nesterov = options.nesterov ?? false;
    this.weightDecay = inRange('weightDecay', options.weightDecay ?? 0, 0, Infinity);
  }

  protected update(parameter: Tensor, gradient: Tensor, [velocity]: readonly Tensor[]): void {
    sgdInPlace(parameter, gradient, velocity ?? null, this.lr, this.momentum, this.weightDecay, this.nesterov);
  }
}

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions {
  readonly lr: number;
  /** Decay of the averages of g and g^2, numbers in [0, 1), by default 0.9 and 0.999. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the average of g^2, by default 1e-8. */
  readonly eps?: number;
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma and Ba, arXiv:1412.6980); weight decay is added to the gradient.
 * Steps are written into the memory of the parameters, which views of them share: `clone` makes a snapshot.
 */
export class Adam extends Optimizer {
  private readonly betas: readonly [number, number];
  private readonly eps: number;
  private readonly weightDecay: number;
  protected readonly decoupled: boolean = false;

  constructor(parameters: Readonly<Tensors>, options: AdamOptions) {
    super(parameters, options, ['m', 'v']);
    const [beta1, beta2] = options.betas ?? [0.9, 0.999];
    this.betas = [decayRate(beta1), decayRate(beta2)];
    this.eps = inRange('eps', options.eps ?? 1e-8, 0, Infinity);
    this.weightDecay = inRange('weightDecay', options.weightDecay ?? 0, 0, Infinity);
  }

  protected update(parameter: Tensor, gradient: Tensor, [m, v]: readonly Tensor[], step: number): void {
    const [beta1, beta2] = this.betas;
    const corrections = [1 - beta1 ** step, 1 - beta2 ** step] as const;
    adamInPlace(parameter, gradient, m!, v!, this.lr, beta1, beta2, this.eps, this.weightDecay, ...corrections, this.decoupled);
  }
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101): p *= 1 - lr weightDecay; 0.01 by default. */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  constructor(parameters: Readonly<Tensors>, options: AdamOptions) {
    super(parameters, { weightDecay: 0.01, ...options });
  }
}

/** A learning rate by step, counted from 0. */
export type Schedule = (step: number) => number;

/** Learning rates: `optimizer.lr = schedule(step)`. */
export const schedules = {
  constant:
    (lr: number): Schedule =>
    () =>
      lr,

  /** lr times `factor` after every `every` steps. */
  stepDecay:
    (o: { readonly lr: number; readonly every: number; readonly factor: number }): Schedule =>
    (step) =>
      o.lr * o.factor ** Math.floor(step / o.every),

  /** lr times `factor` per step. */
  exponential:
    (o: { readonly lr: number; readonly factor: number }): Schedule =>
    (step) =>
      o.lr * o.factor ** step,

  /** A linear rise over `warmup` steps, then half a cosine from lr down to `final` at `steps`. */
  cosine:
    (o: { readonly lr: number; readonly steps: number; readonly warmup?: number; readonly final?: number }): Schedule =>
    (step) => {
      const { lr, steps, warmup = 0, final = 0 } = o;
      if (step < warmup) return (lr * (step + 1)) / warmup;
      const progress = Math.min((step - warmup) / Math.max(steps - warmup, 1), 1);
      return final + ((lr - final) * (1 + Math.cos(Math.PI * progress))) / 2;
    },
};

/**
 * Gradients scaled down so that their joint Euclidean norm is at most `max`, and the norm before, a scalar of the first gradient's real dtype.
 * Nothing waits: the norm stays on its device.
 */
export function clipGradNorm(grads: Readonly<Tensors>, max: number): { grads: Tensors; norm: Tensor } {
  inRange('max', max, 0, Infinity);
  return tidy(() => {
    const squares = Object.values(grads).map((g) => sum(square(abs(g))));
    const [first, ...others] = squares;
    if (first === undefined) throw expected('clipGradNorm', 'at least one gradient', 'grads', 'none');
    const norm = sqrt(others.reduce((total, s) => add(total, cast(s, total.dtype)), first));
    // An all-zero gradient stays as it is: max / 0 is infinite.
    const scale = minimum(div(max, norm), 1);
    const clipped = Object.entries(grads).map(([name, g]) => [name, mul(g, cast(scale, g.dtype))] as const);
    return { grads: Object.fromEntries(clipped), norm };
  });
}
