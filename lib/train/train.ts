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
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import type { Tensor } from '../tensor.js';
import { tensor } from '../tensor.js';

const op = 'train';

export type Optimizer = SGD | Adam;

/** Inputs [n, ...] of a module and their classes, int32 [n], on the module's device. */
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
  /** Steps already done, to go on from a checkpoint; default 0. */
  readonly start?: number;
  readonly onStep?: (report: StepReport) => void;
  /** Once aborted, the step at hand is finished, `checkpoint` is called with the number of steps done, and the promise rejects with ERR_ABORTED. */
  readonly signal?: AbortSignal;
  readonly checkpoint?: (steps: number) => Promise<void>;
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

/** One update; the loss and the accuracy before it, as a tensor [2] that is not waited for. */
function takeStep(module: Module, optimizer: Optimizer, { inputs, labels }: Examples, rows: Int32Array, maxNorm: number): Tensor {
  return tidy(() => {
    const index = tensor(rows, [rows.length], { device: inputs.device });
    const [x, y] = [gatherRows(inputs, index), gatherRows(labels, index)];
    let logits: Tensor | undefined;
    const { value, grads } = valueAndGrad(module, () => {
      const output = module.forward(x);
      logits = output.alias();
      return softmaxCrossEntropy(output, y);
    })();
    optimizer.step(maxNorm < Infinity ? clipGradNorm(grads, maxNorm).grads : grads);
    const accuracy = noGrad(() => mean(cast(equal(argmax(logits!, -1), y), value.dtype)));
    logits!.dispose();
    return stack([value, accuracy]);
  });
}

/**
 * Trains a classifier, whose forward gives logits [batch, classes], by softmax cross-entropy. Deterministic: the same module, data and options
 * give the same bits for any number of threads. At most two steps are under way at a time, and the event loop runs in between.
 * Throws ERR_VALUE with the step where the loss is not finite, and ERR_ABORTED (see `signal`).
 */
export async function train(module: Module, optimizer: Optimizer, examples: Examples, options: TrainOptions): Promise<void> {
  const { batch, epochs, schedule, seed = 0, maxNorm = Infinity, start = 0, onStep, signal, checkpoint } = options;
  const n = examples.labels.size;
  const perEpoch = stepCount(n, { batch, epochs: 1 });
  const report = async (step: number, lr: number, measured: Tensor): Promise<void> => {
    const [loss, accuracy] = (await measured.data()) as Float32Array;
    measured.dispose();
    if (!Number.isFinite(loss)) throw expected(op, 'a finite loss', `step ${step}`, loss);
    onStep?.({ step, epoch: Math.floor(step / perEpoch), loss: loss!, accuracy: accuracy!, lr });
  };
  module.train();
  await tidy(async () => {
    let order = epochOrder(n, seed, Math.floor(start / perEpoch));
    let previous: Parameters<typeof report> | undefined;
    let step = start;
    for (; step < perEpoch * epochs && !signal?.aborted; step++) {
      const at = step % perEpoch;
      if (at === 0) order = epochOrder(n, seed, Math.floor(step / perEpoch));
      optimizer.lr = schedule(step);
      const measured = takeStep(module, optimizer, examples, order.slice(at * batch, (at + 1) * batch), maxNorm);
      if (previous) await report(...previous);
      previous = [step, optimizer.lr, measured];
    }
    if (previous) await report(...previous);
    if (step === perEpoch * epochs) return;
    await checkpoint?.(step);
    throw new ClebschError('ERR_ABORTED', op, `stopped by its signal after ${step} steps`);
  });
}
