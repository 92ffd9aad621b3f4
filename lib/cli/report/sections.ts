import type { Classifier } from '../../models/classifier.js';
import { SphericalNetwork } from '../../models/spherical_network.js';
import { type Series, lineChartSvg } from '../../report/chart.js';
import { confusionSvg } from '../../report/confusion.js';
import type { Figure, Figures, ReportData, Table } from '../../report/html.js';
import { activationSections } from './activations.js';
import { digitGalleries } from './digit_pictures.js';
import type { Place, TestDigits, TestResult } from './evaluation.js';
import { mistakeGallery } from './mistakes.js';
import { mixingSection } from './mixing.js';

/** How a network did. */
export interface Result {
  readonly name: string;
  /** Begins the names of its files. */
  readonly key: string;
  readonly model: Classifier;
  /** Left out where it is not known. */
  readonly training?: { readonly seconds: number; readonly imagesPerSecond: number };
  readonly unrotated: TestResult;
  readonly rotated: TestResult;
}

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Accuracies, sizes and times, for the terminal and the page. */
export function resultTable(results: readonly Result[], note: string): Table {
  const trained = results.every(({ training }) => training !== undefined);
  return {
    title: 'Results',
    note,
    columns: ['', 'parameters', 'unrotated', 'rotated', ...(trained ? ['training', 'images/s'] : []), 'images/s, test'],
    rows: results.map(({ name, model, training, unrotated, rotated }) => [
      name,
      whole(model.parameterCount()),
      percent(unrotated.accuracy),
      percent(rotated.accuracy),
      ...(trained ? [`${training!.seconds.toFixed(1)} s`, whole(training!.imagesPerSecond)] : []),
      whole(unrotated.imagesPerSecond),
    ]),
  };
}

/** Curves over the time `xLabel`; nothing where there are none. */
export function trainingSection(
  xLabel: string,
  curves: { readonly loss: readonly Series[]; readonly accuracy: readonly Series[] },
): Figures {
  const figure = (name: 'loss' | 'accuracy', title: string, yLabel: string): Figure[] => {
    const series = curves[name].filter(({ x }) => x.length > 0);
    return series.length > 0 ? [{ name, title, svg: lineChartSvg({ title, xLabel, yLabel, series }) }] : [];
  };
  return { title: 'Training', figures: [...figure('loss', 'Loss', 'cross-entropy'), ...figure('accuracy', 'Accuracy', '%')] };
}

/** What each network took the test digits for. */
export function confusionSection(results: readonly Result[]): Figures {
  const figures = results.flatMap(({ name, key, model, ...tests }) =>
    (['unrotated', 'rotated'] as const).map((which): Figure => {
      const title = `${name}, ${which} digits`;
      const { classes } = model.options;
      return { name: `${key}-confusion-${which}`, title, svg: confusionSvg({ title, classes, counts: tests[which].confusion }) };
    }),
  );
  return {
    title: 'Confusion matrices',
    note: 'How often a digit (row) was taken for another (column); the shade is the share of its row.',
    figures,
  };
}

/**
 * All pictures of one network: its worst mistakes, digits as it sees them and, where it is equivariant by its making, its activations under rotation and
 * mixing sets. `differences` has ||F(R x) - R F(x)|| / ||F(R x)|| of each block.
 */
export async function networkSections(
  { model, rotated }: Pick<Result, 'model' | 'rotated'>,
  digits: TestDigits,
  place: Place,
): Promise<{ differences: number[]; sections: ReportData['sections'] }> {
  const { network, input } = model.options;
  const spherical = network instanceof SphericalNetwork && input.form === 'coefficients';
  const activations = spherical ? await activationSections(network, digits, input, place) : { differences: [], sections: [] };
  const galleries = [await mistakeGallery(model, digits, rotated), ...(await digitGalleries(digits, input))];
  return { differences: activations.differences, sections: [...galleries, ...activations.sections, mixingSection(model)] };
}
