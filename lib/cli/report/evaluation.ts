import type { DeviceOption } from '../../device.js';
import { expected } from '../../errors.js';
import type { Digits } from '../../data/mnist.js';
import { preparedDigits } from '../../data/prepared_digits.js';
import type { Classifier } from '../../models/classifier.js';
import type { SignalInput } from '../../data/signal_input.js';
import { cast, toDevice } from '../../ops/layout.js';
import { tidy } from '../../scope.js';
import { type Tensor, tensor } from '../../tensor.js';
import { type Evaluation, confusionCounts, evaluate } from '../../train/evaluate.js';
import { PreparationBar } from '../preparation_bar.js';

/** Digits with one rotation for each of them. */
export interface TestDigits extends Digits {
  /** [n, 3] */
  readonly angles: Float64Array;
}

/** Where and in which precision a model computes. */
export interface Place {
  readonly dtype: 'float32' | 'float64';
  readonly device: DeviceOption;
  readonly signal: AbortSignal;
  /** Folder where prepared digits are kept for the next time; left out: nowhere. */
  readonly cache?: string;
}

/** A classifier's answers to digits. */
export interface TestResult extends Evaluation {
  /** `confusion[truth][prediction]` */
  readonly confusion: readonly (readonly number[])[];
  readonly imagesPerSecond: number;
}

/** Inputs of a network, made from digits, on the device. */
export async function project(
  { images }: Digits,
  input: SignalInput,
  { dtype, device, signal, cache }: Place,
  angles?: Float64Array,
): Promise<Tensor> {
  const bar = new PreparationBar();
  const options = { signal, onDigits: bar.onDigits, ...(cache && { cache }), ...(angles && { angles }) };
  const inputs = await preparedDigits(images, input, options);
  bar.finish();
  return tidy(() => toDevice(cast(inputs, dtype), device));
}

/** Applies a classifier to digits, each turned by its `angles`. The time is that of the network alone. Throws ERR_VALUE where its loss is not finite. */
export async function testModel(model: Classifier, digits: Digits, place: Place, angles?: Float64Array): Promise<TestResult> {
  const { input, classes } = model.options;
  const n = digits.labels.length;
  return tidy(async () => {
    const inputs = await project(digits, input, place, angles);
    const labels = tensor(Int32Array.from(digits.labels), [n], { device: place.device });
    const start = performance.now();
    const evaluation = await evaluate(model, { inputs, labels }, { signal: place.signal });
    const seconds = (performance.now() - start) / 1000;
    if (!Number.isFinite(evaluation.loss)) throw expected('testModel', 'a finite loss', 'the model', evaluation.loss);
    const confusion = confusionCounts(evaluation.predicted, digits.labels, classes.length);
    return { ...evaluation, confusion, imagesPerSecond: n / seconds };
  });
}
