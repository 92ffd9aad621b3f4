import type { ConfusionMatrix } from '../../report/confusion.js';
import type { LineChart, Series } from '../../report/chart.js';
import type { Gallery, ReportData, Table } from '../../report/html.js';
import type { StepReport } from '../../train/train.js';
import { type Outcome, type Settings, bandlimit, classes } from './experiment.js';

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The comparison of the networks, for the terminal and the page. */
export function resultTable(outcomes: readonly Outcome[]): Table {
  return {
    title: 'Results',
    columns: ['', 'parameters', 'unrotated', 'rotated', 'training', 'images/s', 'images/s, test'],
    rows: outcomes.map(({ contestant, model, seconds, imagesPerSecond, unrotated, rotated }) => [
      contestant.name,
      model.parameterCount().toLocaleString('en-US'),
      percent(unrotated.accuracy),
      percent(rotated.accuracy),
      `${seconds.toFixed(1)} s`,
      Math.round(imagesPerSecond).toLocaleString('en-US'),
      Math.round(unrotated.imagesPerSecond).toLocaleString('en-US'),
    ]),
    note: 'Both networks were trained on unrotated digits only.',
  };
}

/** A curve over epochs: means over a hundredth of the training each. */
function curve({ contestant, history }: Outcome, epochs: number, value: (report: StepReport) => number): Series {
  const size = Math.max(1, Math.round(history.length / 100));
  const chunks = Array.from({ length: Math.floor(history.length / size) }, (_, i) => history.slice(i * size, (i + 1) * size));
  const mean = (chunk: readonly StepReport[]): number => chunk.reduce((sum, report) => sum + value(report), 0) / chunk.length;
  const x = chunks.map((chunk) => ((chunk.at(-1)!.step + 1) / history.length) * epochs);
  return { name: contestant.name, x, y: chunks.map(mean) };
}

function charts(outcomes: readonly Outcome[], epochs: number): LineChart[] {
  const chart = (title: string, yLabel: string, value: (report: StepReport) => number): LineChart => {
    return { title, xLabel: 'epoch', yLabel, series: outcomes.map((outcome) => curve(outcome, epochs, value)) };
  };
  return [
    chart('Loss in training', 'cross-entropy', ({ loss }) => loss),
    chart('Accuracy in training', '%', (report) => 100 * report.accuracy),
  ];
}

function confusions(outcomes: readonly Outcome[]): ConfusionMatrix[] {
  return outcomes.flatMap(({ contestant, unrotated, rotated }) => [
    { title: `${contestant.name}, unrotated digits`, classes, counts: unrotated.confusion },
    { title: `${contestant.name}, rotated digits`, classes, counts: rotated.confusion },
  ]);
}

/** Equivariance errors by dtype. */
export type Errors = Readonly<Record<'float32' | 'float64', { readonly mean: number; readonly max: number }>>;

function errorTable(errors: Errors): Table {
  const rows = Object.entries(errors).map(([dtype, { mean, max }]) => [dtype, mean.toExponential(1), max.toExponential(1)]);
  const note = 'Of the equivariant network before its read-out: ||F(Rx) - R F(x)|| / ||F(Rx)|| over random signals x and rotations R.';
  return { title: 'Equivariance error', columns: ['', 'mean', 'largest'], rows, note };
}

/** The page of the demo. */
export function demoReport(outcomes: readonly Outcome[], errors: Errors, galleries: readonly Gallery[], settings: Settings): ReportData {
  const { training, test, epochs } = settings;
  const numbers = [training, test].map((n) => n.toLocaleString('en-US'));
  return {
    title: 'Handwritten digits on the sphere',
    summary:
      `A rotation-equivariant network and a planar CNN, trained on ${numbers[0]} unrotated digits of bandlimit ${bandlimit} for ${epochs} epochs ` +
      `and tested on ${numbers[1]} others, unrotated and each under a random rotation.`,
    tables: [resultTable(outcomes), errorTable(errors)],
    charts: charts(outcomes, epochs),
    confusions: confusions(outcomes),
    galleries,
  };
}
