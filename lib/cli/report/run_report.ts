import { meanCurve } from '../../report/chart.js';
import type { Figures, ReportData, Table } from '../../report/html.js';
import type { Measurement } from './metrics.js';
import type { Run } from './run.js';
import { type Result, confusionSection, resultTable, trainingSection } from './sections.js';

const maxText = 160;

/** The last value of a name, or the largest. */
function finalValue(metrics: readonly Measurement[], name: string): number | undefined {
  return metrics.map((row) => row.get(name)).findLast((value) => value !== undefined);
}

/** Time and speed of the training, where its metrics tell them. */
export function trainingOf(metrics: readonly Measurement[]): Result['training'] {
  const [seconds, imagesPerSecond] = [finalValue(metrics, 'seconds'), finalValue(metrics, 'imagesPerSecond')];
  return seconds !== undefined && imagesPerSecond !== undefined ? { seconds, imagesPerSecond } : undefined;
}

/** Training as a curve of means, validation point by point. */
function curves(metrics: readonly Measurement[]): Figures {
  const points = (name: string, factor: number): { x: number[]; y: number[] } => {
    const rows = metrics.filter((row) => row.has('step') && row.has(name));
    return { x: rows.map((row) => row.get('step')!), y: rows.map((row) => factor * row.get(name)!) };
  };
  const both = (trained: string, validated: string, factor: number) => {
    const { x, y } = points(trained, factor);
    return [meanCurve('training', x, y), { name: 'validation', ...points(validated, factor) }];
  };
  return trainingSection('step', { loss: both('loss', 'validationLoss', 1), accuracy: both('accuracy', 'validationAccuracy', 100) });
}

function settingsTable(settings: Run['settings']): Table[] {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxText);
  const given = Object.entries(settings).filter(([, value]) => value !== null);
  const rows = given.map(([name, value]) => [name, text(value)]);
  return rows.length > 0 ? [{ title: 'Settings of the training', columns: ['', ''], rows }] : [];
}

/** What config.json says about the network and its training, in words. */
function description({ name, settings }: Run): { kind: string; training: string } {
  const { plan, train, epochs } = settings;
  const { model } = Object(plan) as { model?: unknown };
  const rotations: Readonly<Record<string, string>> = { nr: 'unrotated', r: 'rotated' };
  const digits = typeof train === 'string' ? rotations[train] : undefined;
  const length = typeof epochs === 'number' ? ` for ${epochs} epochs` : '';
  return {
    kind: typeof model === 'string' ? model : name,
    training: digits === undefined ? '' : `trained on ${digits} digits${length} and `,
  };
}

/** The network of a run with what is known about its training. */
export function resultOf(run: Run, tests: Pick<Result, 'unrotated' | 'rotated'>): Result {
  const training = trainingOf(run.metrics);
  return { name: description(run).kind, key: 'model', model: run.model, ...(training && { training }), ...tests };
}

/** The table of results, for the terminal and the page. */
export function runTable(result: Result): Table {
  return resultTable([result], 'The share of test digits that were classified rightly, as they are and each under a random rotation.');
}

/** The page about a run; `pictures` are the sections about its network, `digits` the number of test digits. */
export function runReport(run: Run, result: Result, digits: number, pictures: ReportData['sections']): ReportData {
  const { kind, training } = description(run);
  return {
    title: `Spherical digits: ${run.name}`,
    summary: `The network '${kind}', ${training}tested on ${digits.toLocaleString('en-US')} digits, unrotated and each under a random rotation.`,
    sections: [runTable(result), curves(run.metrics), confusionSection([result]), ...pictures, ...settingsTable(run.settings)],
  };
}
