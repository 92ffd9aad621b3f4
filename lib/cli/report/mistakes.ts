import { digitSide } from '../../data/mnist.js';
import type { Classifier } from '../../models/classifier.js';
import type { Gallery, ReportPicture } from '../../report/html.js';
import { pixelPicture, sideBySide } from '../../report/picture.js';
import { type TestDigits, type TestResult } from './evaluation.js';
import { pick, seenSpheres } from './digit_pictures.js';
import { drawSphere, projectedSpheres } from './sphere.js';

const shown = 12;

/** A digit that was classified wrongly. */
interface Mistake {
  readonly index: number;
  readonly truth: number;
  readonly predicted: number;
  /** Of all classes; the sum is 1. */
  readonly probabilities: readonly number[];
}

/** Softmax in double precision. */
function probabilitiesOf(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((value) => Math.exp(value - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The digits that are wrong, those first whose true class got the smallest probability. */
export function worstMistakes(logits: ArrayLike<number>, predicted: ArrayLike<number>, labels: ArrayLike<number>): Mistake[] {
  const classes = logits.length / labels.length;
  const row = (index: number): number[] => Array.from({ length: classes }, (_, i) => logits[index * classes + i]!);
  const all = Array.from(labels, (truth, index): Mistake => {
    return { index, truth, predicted: predicted[index]!, probabilities: probabilitiesOf(row(index)) };
  });
  const wrong = all.filter((mistake) => mistake.truth !== mistake.predicted);
  return wrong.sort((a, b) => a.probabilities[a.truth]! - b.probabilities[b.truth]! || a.index - b.index);
}

const percent = (share: number): string => (share < 0.0005 ? 'below 0.1 %' : `${(100 * share).toFixed(1)} %`);

function captionOf({ index, truth, predicted, probabilities }: Mistake, classes: readonly string[]): string {
  const chances = [predicted, truth].map((i) => `${classes[i]}: ${percent(probabilities[i]!)}`);
  return `Test digit ${index + 1}: a ${classes[truth]}, taken for ${classes[predicted]} (${chances.join(', ')})`;
}

/** The worst mistakes on turned digits: each digit as it was written, as it lies on the sphere, and as the network sees it. */
export async function mistakeGallery(model: Classifier, digits: TestDigits, { logits, predicted }: TestResult): Promise<Gallery> {
  const { classes, input } = model.options;
  const all = worstMistakes(await logits.data(), predicted, digits.labels);
  const worst = all.slice(0, shown);
  const { images, angles } = pick(
    digits,
    worst.map(({ index }) => index),
  );
  const [projected, seen] = [await projectedSpheres(images, input, angles), await seenSpheres(images, input, angles)];
  const paper = { height: digitSide, width: digitSide, scale: 6, colormap: 'ink', range: [0, 255] } as const;
  const pictures = worst.map((mistake, i): ReportPicture => {
    const written = pixelPicture(images.subarray(i * digitSide ** 2, (i + 1) * digitSide ** 2), paper);
    const spheres = [projected[i]!, seen[i]!].map((sphere) => drawSphere(sphere, 'viridis', [0, 1], 360));
    return { name: `mistake-${i + 1}`, caption: captionOf(mistake, classes), picture: sideBySide([written, ...spheres], 16) };
  });
  return {
    title: 'The worst mistakes on turned digits',
    note:
      `Of ${all.length.toLocaleString('en-US')} turned test digits that were taken for another class, those whose true class got the smallest probability. ` +
      `Left the digit as it was written, in the middle as it lies on the sphere, turned, right the degrees l < ${input.L} that the network sees.`,
    width: 'half',
    pictures,
  };
}
