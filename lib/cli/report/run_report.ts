import { meanCurve } from '../../report/chart.js';
import type { Figures, ReportData, Table } from '../../report/html.js';
import type { Measurement } from '../../train/metrics.js';
import type { RunConfig } from '../../train/run_folder.js';
import type { Run } from './run.js';
import { type Result, confusionSection, resultTable, trainingSection } from './sections.js';

const maxText = 160;

/** The last value of a name. */
function finalValue(metrics: readonly Measurement[], name: string): number | undefined {
  return metrics.map((row) => row.get(name)).findLast((value) => value !== undefined);
}

/** Time and median speed of the training, where its metrics tell them. */
function trainingTimes(metrics: readonly Measurement[]): Result['training'] {
  const rates = metrics.flatMap((row) => row.get('imagesPerSecond') ?? []).sort((a, b) => a - b);
  const [seconds, imagesPerSecond] = [finalValue(metrics, 'seconds'), rates[rates.length >> 1]];
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

/** What is set; what is left to the defaults is null. */
function settingsTable(config: RunConfig): Table {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxText);
  const given = Object.entries(config).filter(([, value]) => value !== null);
  return { title: 'Settings of the training', columns: ['', ''], rows: given.map(([name, value]) => [name, text(value)]) };
}

/** The network of a run with what is known about its training. */
export function resultOf({ name, model, training }: Run, tests: Pick<Result, 'unrotated' | 'rotated'>): Result {
  const times = training && trainingTimes(training.metrics);
  return { name: training?.config.plan.model ?? name, key: 'model', model, ...(times && { training: times }), ...tests };
}

/** The table of results, for the terminal and the page. */
export function runTable(result: Result): Table {
  return resultTable([result], 'The share of test digits that were classified rightly, as they are and each under a random rotation.');
}

/** How long the training was; it may have been stopped before its end. */
function epochsText({ epochs }: RunConfig, metrics: readonly Measurement[]): string {
  const done = finalValue(metrics, 'epoch') ?? epochs;
  return done < epochs ? `${done} of ${epochs} epochs` : `${epochs} epochs`;
}

/** The page about a run; `pictures` are the sections about its network, `digits` the number of test digits. */
export function runReport({ name, training }: Run, result: Result, digits: number, pictures: ReportData['sections']): ReportData {
  const trained = { nr: 'unrotated', r: 'rotated' } as const;
  const { config, metrics = [] } = training ?? {};
  const history = config ? `trained on ${trained[config.train]} digits for ${epochsText(config, metrics)} and ` : '';
  return {
    title: `Spherical digits: ${name}`,
    summary: `The network '${result.name}', ${history}tested on ${digits.toLocaleString('en-US')} digits, unrotated and each under a random rotation.`,
    sections: [runTable(result), curves(metrics), confusionSection([result]), ...pictures, ...(config ? [settingsTable(config)] : [])],
  };
}
