import path from 'node:path';
import type { Digits } from '../../data/mnist.js';
import { Classifier } from '../../models/classifier.js';
import { type SignalInput, digitInput } from '../../data/signal_input.js';
import { planarCnn } from '../../models/planar_cnn.js';
import { sphericalNetwork } from '../../models/spherical_plan.js';
import type { Module, ParameterOptions } from '../../nn/index.js';
import { AdamW, schedules } from '../../optim.js';
import { ProgressBar } from '../../progress.js';
import { random } from '../../random.js';
import { tidy } from '../../scope.js';
import { tensor } from '../../tensor.js';
import { saveCheckpoint } from '../../train/checkpoint.js';
import { type StepReport, stepCount, train } from '../../train/train.js';
import { type Place, type TestDigits, type TestResult, project, testModel } from '../report/evaluation.js';

export interface Settings extends Place {
  readonly training: number;
  readonly test: number;
  readonly epochs: number;
  readonly seed: number;
  readonly folder: string;
  /** Tells the user what happens. */
  readonly say: (line: string) => void;
}

/** Degrees l < L of a digit: its strokes are still legible, and products stay small. */
export const bandlimit = 12;
const batch = 50;
export const classes = Array.from({ length: 10 }, (_, digit) => String(digit));

type Form = SignalInput['form'];

/** The same signals for both networks, of digits as in the published data. */
export function signalInput(form: Form): SignalInput {
  return digitInput(bandlimit, form, 's2cnn');
}

/** What is compared: how the input looks, how the network is made, and its learning rate. */
export interface Contestant {
  readonly name: string;
  readonly file: string;
  readonly form: Form;
  readonly lr: number;
  make(options: ParameterOptions): Module;
}

export const equivariant: Contestant = {
  name: 'equivariant network',
  file: 'equivariant',
  form: 'coefficients',
  lr: 5e-3,
  make: (options) => sphericalNetwork({ L: bandlimit, classes: classes.length, ...options }),
};

export const planar: Contestant = {
  name: 'planar CNN',
  file: 'planar',
  form: 'image',
  lr: 2e-3,
  make: (options) => planarCnn({ height: 2 * bandlimit, width: 2 * bandlimit, classes: classes.length, ...options }),
};

export interface Outcome {
  readonly contestant: Contestant;
  readonly model: Classifier;
  readonly history: readonly StepReport[];
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly unrotated: TestResult;
  readonly rotated: TestResult;
}

async function trainModel(
  contestant: Contestant,
  model: Classifier,
  digits: Digits,
  o: Settings,
): Promise<{ history: StepReport[]; seconds: number }> {
  const { labels } = digits;
  return tidy(async () => {
    const inputs = await project(digits, model.options.input, o);
    const examples = { inputs, labels: tensor(Int32Array.from(labels), [labels.length], { device: o.device }) };
    const steps = stepCount(labels.length, { batch, epochs: o.epochs });
    const bar = new ProgressBar(labels.length * o.epochs, { label: 'training', unit: 'images' });
    const optimizer = new AdamW(model.parameters(), { lr: contestant.lr });
    const history: StepReport[] = [];
    o.say(`Training the ${contestant.name}, ${model.parameterCount().toLocaleString('en-US')} parameters`);
    const start = performance.now();
    try {
      await train(model, optimizer, examples, {
        batch,
        epochs: o.epochs,
        seed: o.seed,
        schedule: schedules.cosine({ lr: contestant.lr, steps, warmup: Math.ceil(steps / 20) }),
        signal: o.signal,
        checkpoint: async (done) => {
          const file = path.join(o.folder, `${contestant.file}-checkpoint.safetensors`);
          await saveCheckpoint(file, { module: model, optimizer }, { steps: done });
          o.say(`Checkpoint after ${done} of ${steps} steps: ${file}`);
        },
        onStep: (report) => {
          history.push(report);
          bar.advance(report.images, { epoch: report.epoch + 1, loss: report.loss });
        },
      });
    } finally {
      bar.finish();
      optimizer.dispose();
    }
    return { history, seconds: (performance.now() - start) / 1000 };
  });
}

/** Trains a network on unrotated digits and tests it on unrotated and on rotated ones. */
export async function runContestant(contestant: Contestant, training: Digits, test: TestDigits, o: Settings): Promise<Outcome> {
  random.seed(o.seed);
  const network = contestant.make({ dtype: o.dtype, device: o.device });
  const model = new Classifier({ network, input: signalInput(contestant.form), classes });
  const { history, seconds } = await trainModel(contestant, model, training, o);
  const unrotated = await testModel(model, test, o);
  const rotated = await testModel(model, test, o, test.angles);
  return { contestant, model, history, seconds, imagesPerSecond: (training.labels.length * o.epochs) / seconds, unrotated, rotated };
}
