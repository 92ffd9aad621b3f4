import { dtypeCode } from '../dtype.js';
import { deviceCode } from '../device.js';
import { ClebschError, expected } from '../errors.js';
import { softmaxCrossEntropy } from '../nn/loss.js';
import { type Module, valueAndGrad } from '../nn/module.js';
import { type Adam, type SGD, type Schedule, clipGradNorm } from '../optim.js';
import { equal } from '../ops/elementwise.js';
import { cast, stack } from '../ops/layout.js';
import { uniformOp } from '../ops/random.js';
import { argmax, mean } from '../ops/reduce.js';
import { gatherRows } from '../ops/rows.js';
import { random } from '../random.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import { type Tensor, tensor } from '../tensor.js';
import type { WeightAverage } from './average.js';
import { nonFiniteOperation, nonFiniteTensor } from './non_finite.js';

const op = 'train';

export type Optimizer = SGD | Adam;

/**
 * Inputs [n, ...] of a module and their classes, int32 [n], on the module's device. There may be several inputs for each class, [copies * n, ...], copy
 * after copy: epochs take them in turn.
 */
export interface Examples {
  readonly inputs: Tensor;
  readonly labels: Tensor;
}

/** What a training step has done; steps and epochs count from 0. */
export interface StepReport {
  readonly step: number;
  readonly epoch: number;
  /** Mean over the batch, before the update. */
  readonly loss: number;
  /** Share of the batch that was classified rightly, before the update. */
  readonly accuracy: number;
  readonly lr: number;
  /** Examples in the batch. */
  readonly images: number;
}

export interface TrainOptions {
  readonly epochs: number;
  /** Examples per step; the last step of an epoch takes what is left. */
  readonly batch: number;
  readonly schedule: Schedule;
  /** Decides the order of the examples, anew in each epoch; default 0. */
  readonly seed?: number;
  /** Gradients longer than this are scaled down; default: they are not. */
  readonly maxNorm?: number;
  /** See `softmaxCrossEntropy`; default 0. */
  readonly labelSmoothing?: number;
  /** Follows the module, step by step. */
  readonly average?: WeightAverage;
  /** Steps already done, to go on from a checkpoint; default 0. */
  readonly start?: number;
  readonly onStep?: (report: StepReport) => void;
  /** Whether to pause after so many steps: then no step is under way, the weights are known to be finite, and `onPause` is waited for. */
  readonly pauseAfter?: (steps: number) => boolean;
  readonly onPause?: (steps: number) => Promise<void>;
  /** Once aborted, the step at hand is finished, `checkpoint` is called with the number of steps done, and the promise rejects with ERR_ABORTED. */
  readonly signal?: AbortSignal;
  readonly checkpoint?: (steps: number) => Promise<void>;
  /**
   * Takes module, optimizer, average and random generator back to an earlier state of this training and resolves to the number of steps done by
   * then. Used after a loss that is not finite: steps are taken again to find the operation that it came from.
   */
  readonly rewind?: () => Promise<number>;
}

/** Number of steps that make `epochs` epochs. */
export function stepCount(n: number, { batch, epochs }: Pick<TrainOptions, 'batch' | 'epochs'>): number {
  return Math.ceil(n / batch) * epochs;
}

/** Draws for the order of examples lie here in the generator's sequence, far behind those of a model with the same seed. */
const orderOffset = 2 ** 52;

/** The order of n examples in an epoch: a permutation that depends on its arguments alone. */
export function epochOrder(n: number, seed: number, epoch: number): Int32Array {
  const draw = (): Tensor => uniformOp([n], dtypeCode(op, 'float64'), deviceCode('cpu'), seed, orderOffset + epoch * n, 0, 1);
  const keys = tidy(() => draw().dataSync());
  return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/** Loss and accuracy of a batch as a tensor [2], and the gradients of the loss. */
function batchGradients(
  module: Module,
  { inputs, labels }: Examples,
  rows: Int32Array,
  copy: number,
  smoothing: { readonly labelSmoothing?: number },
): { measured: Tensor; grads: Record<string, Tensor> } {
  return tidy(() => {
    const index = (first: number): Tensor =>
      tensor(
        rows.map((row) => first + row),
        [rows.length],
        { device: inputs.device },
      );
    const [x, y] = [gatherRows(inputs, index(copy * labels.size)), gatherRows(labels, index(0))];
    let logits: Tensor | undefined;
    const { value, grads } = valueAndGrad(module, () => {
      const output = module.forward(x);
      logits = output.alias();
      return softmaxCrossEntropy(output, y, smoothing);
    })();
    const accuracy = noGrad(() => mean(cast(equal(argmax(logits!, -1), y), value.dtype)));
    logits!.dispose();
    return { measured: stack([value, accuracy]), grads };
  });
}

/** The steps of one training: which examples each takes, and what it does. */
class Steps {
  readonly perEpoch: number;
  readonly total: number;
  private order: Int32Array | undefined;
  private orderedEpoch = -1;

  constructor(
    private readonly module: Module,
    private readonly optimizer: Optimizer,
    private readonly examples: Examples,
    private readonly options: TrainOptions,
  ) {
    this.perEpoch = stepCount(this.count, { ...options, epochs: 1 });
    this.total = this.perEpoch * options.epochs;
  }

  private get count(): number {
    return this.examples.labels.size;
  }

  epoch(step: number): number {
    return Math.floor(step / this.perEpoch);
  }

  rows(step: number): Int32Array {
    const { batch, seed = 0 } = this.options;
    const epoch = this.epoch(step);
    if (epoch !== this.orderedEpoch) this.order = epochOrder(this.count, seed, epoch);
    this.orderedEpoch = epoch;
    const at = step % this.perEpoch;
    return this.order!.slice(at * batch, (at + 1) * batch);
  }

  /** One update; the loss and the accuracy before it, as a tensor [2] that is not waited for. */
  take(step: number): Tensor {
    const { schedule, maxNorm = Infinity, average } = this.options;
    this.optimizer.lr = schedule(step);
    return tidy(() => {
      const { measured, grads } = this.gradients(step);
      this.optimizer.step(maxNorm < Infinity ? clipGradNorm(grads, maxNorm).grads : grads);
      average?.update(step);
      return measured;
    });
  }

  async report(step: number, measured: Tensor): Promise<StepReport> {
    const [loss, accuracy] = (await measured.data()) as Float32Array;
    measured.dispose();
    if (!Number.isFinite(loss)) throw await this.nonFinite('a finite loss', step, String(loss));
    const images = Math.min(this.options.batch, this.count - (step % this.perEpoch) * this.options.batch);
    return { step, epoch: this.epoch(step), loss: loss!, accuracy: accuracy!, lr: this.options.schedule(step), images };
  }

  async checkWeights(steps: number): Promise<void> {
    const name = await nonFiniteTensor(this.module.stateDict());
    if (name !== undefined) throw await this.nonFinite('finite weights', steps - 1, `others in ${name}`);
  }

  private gradients(step: number): { measured: Tensor; grads: Record<string, Tensor> } {
    const copies = this.examples.inputs.shape[0]! / this.count;
    return batchGradients(this.module, this.examples, this.rows(step), this.epoch(step) % copies, this.options);
  }

  private async nonFinite(what: string, step: number, got: string): Promise<ClebschError> {
    const origin = await this.origin(step);
    return expected(op, what, `step ${step}`, origin === undefined ? got : `${got}, first in ${origin}`);
  }

  /** Where the first value that is not finite came from. The weights that step `last` used may have been spoilt by the step before. */
  private async origin(last: number): Promise<string | undefined> {
    const { rewind } = this.options;
    if (rewind === undefined) return undefined;
    for (let step = await rewind(); step <= last; step++) {
      this.module.train();
      const before = random.state();
      const name = step < last - 1 ? undefined : nonFiniteOperation(() => tidy(() => void this.gradients(step)));
      if (name !== undefined) return `the operation ${name} of step ${step}`;
      random.restore(before);
      const measured = this.take(step);
      await measured.data();
      measured.dispose();
      const spoilt = step < last - 1 ? undefined : await nonFiniteTensor(this.module.parameters());
      if (spoilt !== undefined) return `the update of ${spoilt} in step ${step}`;
    }
    return undefined;
  }
}

/**
 * Trains a classifier, whose forward gives logits [batch, classes], by softmax cross-entropy. Deterministic: the same module, data and options
 * give the same bits for any number of threads. At most two steps are under way at a time, and the event loop runs in between.
 * Throws ERR_VALUE with the step where the loss is not finite (see `rewind`), and ERR_ABORTED (see `signal`).
 */
export async function train(module: Module, optimizer: Optimizer, examples: Examples, options: TrainOptions): Promise<void> {
  const { start = 0, onStep, pauseAfter, onPause, signal, checkpoint } = options;
  const steps = new Steps(module, optimizer, examples, options);
  await tidy(async () => {
    let underWay: readonly [step: number, measured: Tensor] | undefined;
    const settle = async (next?: typeof underWay): Promise<void> => {
      const previous = underWay;
      underWay = next;
      if (previous === undefined) return;
      const report = await steps.report(...previous);
      onStep?.(report);
    };
    module.train();
    for (let done = start; done < steps.total;) {
      if (signal?.aborted) {
        await settle();
        await steps.checkWeights(done);
        await checkpoint?.(done);
        throw new ClebschError('ERR_ABORTED', op, `stopped by its signal after ${done} steps`);
      }
      await settle([done, steps.take(done)]);
      done++;
      if (!pauseAfter?.(done)) continue;
      await settle();
      await steps.checkWeights(done);
      await onPause?.(done);
      module.train();
    }
    await settle();
  });
}
