import { type Series, meanCurve } from '../../report/chart.js';
import type { Figures, ReportData, Table } from '../../report/html.js';
import type { StepReport } from '../../train/train.js';
import { type Result, confusionSection, resultTable, trainingSection } from '../report/sections.js';
import { type Outcome, type Settings, bandlimit } from './experiment.js';

function resultOf({ contestant, model, seconds, imagesPerSecond, unrotated, rotated }: Outcome): Result {
  const { name, file: key } = contestant;
  return { name, key, model, training: { seconds, imagesPerSecond }, unrotated, rotated };
}

/** The comparison of the networks, for the terminal and the page. */
export function demoTable(outcomes: readonly Outcome[]): Table {
  return resultTable(outcomes.map(resultOf), 'Both networks were trained on unrotated digits only.');
}

function curves(outcomes: readonly Outcome[], epochs: number): Figures {
  const curve = ({ contestant, history }: Outcome, value: (report: StepReport) => number): Series => {
    const x = history.map(({ step }) => ((step + 1) / history.length) * epochs);
    return meanCurve(contestant.name, x, history.map(value));
  };
  const loss = outcomes.map((outcome) => curve(outcome, (report) => report.loss));
  const accuracy = outcomes.map((outcome) => curve(outcome, (report) => 100 * report.accuracy));
  return trainingSection('epoch', { loss, accuracy });
}

/** Equivariance errors by dtype. */
export type Errors = Readonly<Record<'float32' | 'float64', { readonly mean: number; readonly max: number }>>;

function errorTable(errors: Errors): Table {
  const rows = Object.entries(errors).map(([dtype, { mean, max }]) => [dtype, mean.toExponential(1), max.toExponential(1)]);
  const note = 'Of the equivariant network before its read-out: ||F(Rx) - R F(x)|| / ||F(Rx)|| over random signals x and rotations R.';
  return { title: 'Equivariance error', columns: ['', 'mean', 'largest'], rows, note };
}

/** The page of the demo; `pictures` are sections about the equivariant network. */
export function demoReport(outcomes: readonly Outcome[], errors: Errors, pictures: ReportData['sections'], settings: Settings): ReportData {
  const { training, test, epochs } = settings;
  const numbers = [training, test].map((n) => n.toLocaleString('en-US'));
  return {
    title: 'Handwritten digits on the sphere',
    summary:
      `A rotation-equivariant network and a planar CNN, trained on ${numbers[0]} unrotated digits of bandlimit ${bandlimit} for ${epochs} epochs ` +
      `and tested on ${numbers[1]} others, unrotated and each under a random rotation. The pictures further down are about the equivariant network.`,
    sections: [demoTable(outcomes), errorTable(errors), curves(outcomes, epochs), confusionSection(outcomes.map(resultOf)), ...pictures],
  };
}
