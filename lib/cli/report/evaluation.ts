import type { DeviceOption } from '../../device.js';
import { expected } from '../../errors.js';
import type { Digits } from '../../data/mnist.js';
import { sphericalDigits } from '../../data/spherical_digits.js';
import type { Classifier } from '../../models/classifier.js';
import type { SignalInput } from '../../models/input.js';
import { cast } from '../../ops/layout.js';
import { argmax } from '../../ops/reduce.js';
import { ProgressBar } from '../../progress.js';
import { tidy } from '../../scope.js';
import type { Tensor } from '../../tensor.js';
import { accuracy, confusionCounts, forwardInBatches } from '../../train/evaluate.js';

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
}

/** A classifier's answers to digits. */
export interface TestResult {
  /** [n, classes] */
  readonly logits: Tensor;
  /** The class of the largest logit, [n]. */
  readonly predicted: ArrayLike<number>;
  readonly accuracy: number;
  /** `confusion[truth][prediction]` */
  readonly confusion: readonly (readonly number[])[];
  readonly imagesPerSecond: number;
}

/** Inputs of a network, made from digits, on the device. */
export async function project(
  label: string,
  { images, labels }: Digits,
  input: SignalInput,
  { dtype, device, signal }: Place,
  angles?: Float64Array,
): Promise<Tensor> {
  const bar = new ProgressBar(labels.length, { label, unit: 'digits' });
  const options = { device, signal, onDigits: (count: number) => bar.advance(count), ...(angles && { angles }) };
  const inputs = await sphericalDigits(images, input, options);
  bar.finish();
  return cast(inputs, dtype);
}

/** Applies a classifier to digits, each turned by its `angles`. The time is that of the network alone. Throws ERR_VALUE where a logit is not finite. */
export async function testModel(
  label: string,
  model: Classifier,
  digits: Digits,
  place: Place,
  angles?: Float64Array,
): Promise<TestResult> {
  const { input, classes } = model.options;
  return tidy(async () => {
    const inputs = await project(label, digits, input, place, angles);
    const start = performance.now();
    const logits = await forwardInBatches(model, inputs, { signal: place.signal });
    const seconds = (performance.now() - start) / 1000;
    if (!(await logits.data()).every(Number.isFinite)) throw expected('testModel', 'finite logits', 'the model', 'others');
    const predicted = await argmax(logits, -1).data();
    const { labels } = digits;
    return {
      logits,
      predicted,
      accuracy: accuracy(predicted, labels),
      confusion: confusionCounts(predicted, labels, classes.length),
      imagesPerSecond: labels.length / seconds,
    };
  });
}
