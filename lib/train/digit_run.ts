import { existsSync } from 'node:fs';
import { ClebschError } from '../errors.js';
import { expectFormat } from '../formats/format_check.js';
import { saveModel } from '../model_file.js';
import type { Classifier } from '../models/classifier.js';
import { number, record, whole } from '../models/schema.js';
import { AdamW, schedules } from '../optim.js';
import { WeightAverage } from './average.js';
import { type TrainingState, loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { evaluate } from './evaluate.js';
import { type StepMetrics, type ValidationMetrics, appendMetrics, cutMetrics } from './metrics.js';
import { type RunConfig, type RunFiles, checkFile, nullOr, runFiles } from './run_folder.js';
import { EventFile } from './tensorboard.js';
import { type Examples, type StepReport, stepCount, train } from './train.js';

/** Where a run begins or goes on. */
export interface RunStart {
  readonly step: number;
  readonly totalSteps: number;
  /** Images seen by then, each epoch anew. */
  readonly images: number;
  readonly totalImages: number;
  readonly parameters: number;
}

/** What a run tells while it goes. */
export interface RunEvents {
  readonly onStart?: (start: RunStart) => void;
  readonly onStep?: (report: StepReport) => void;
  /** After each epoch, counted from 1, before validation; waited for. */
  readonly onEpoch?: (epoch: number) => Promise<void>;
  /** After each validation, with the mean loss of the epoch's steps. */
  readonly onValidation?: (metrics: ValidationMetrics & { readonly trainLoss: number; readonly best: boolean }) => void;
  readonly onCheckpoint?: (steps: number, file: string) => void;
}

export interface RunOptions extends RunEvents {
  /** Ends training after the step at hand with a checkpoint, and ERR_ABORTED. */
  readonly signal?: AbortSignal;
  /** Ends training after the step at hand with a checkpoint and a model. */
  readonly deadline?: AbortSignal;
}

/** What came of a run, all its sittings together. */
export interface RunSummary {
  /** Whole epochs done. */
  readonly epochs: number;
  readonly steps: number;
  /** Of training and validation. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly parameters: number;
  /** Mean over the last epoch that was begun; null: there was no step. */
  readonly trainLoss: number | null;
  /** Of the saved model. */
  readonly best: Best | null;
}

interface Best {
  readonly epoch: number;
  readonly validationAccuracy: number;
  readonly validationLoss: number;
}

/** What a checkpoint keeps of a run beside the state of `train`. */
interface Progress {
  seconds: number;
  /** Over the steps of the epoch at hand: images, and loss times images. */
  epochImages: number;
  epochLoss: number;
  /** Steps before the last validation. */
  validated: number;
  best: Best | null;
}

const [positive, steps] = [number(0, Number.MAX_VALUE), whole(0, Number.MAX_SAFE_INTEGER)];
const checkProgress = record({
  seconds: positive,
  epochImages: steps,
  epochLoss: positive,
  validated: steps,
  best: nullOr(record({ epoch: whole(1, Number.MAX_SAFE_INTEGER), validationAccuracy: number(0, 1), validationLoss: positive })),
});

/** Sums over steps, for the next line of metrics. */
class Interval {
  private readonly start = performance.now();
  private images = 0;
  private loss = 0;
  private hits = 0;
  private last: StepReport | undefined;

  add(report: StepReport): void {
    this.images += report.images;
    this.loss += report.loss * report.images;
    this.hits += report.accuracy * report.images;
    this.last = report;
  }

  metrics(): Omit<StepMetrics, 'seconds'> | undefined {
    if (this.last === undefined) return undefined;
    const { images, last } = this;
    const imagesPerSecond = (1000 * images) / (performance.now() - this.start);
    return {
      step: last.step + 1,
      epoch: last.epoch + 1,
      loss: this.loss / images,
      accuracy: this.hits / images,
      imagesPerSecond,
      lr: last.lr,
    };
  }
}

/** What a run trains, and on what. */
export interface RunParts {
  readonly model: Classifier;
  /** Takes averaged weights, which are validated and saved then. */
  readonly averaged?: Classifier | undefined;
  readonly training: Examples;
  readonly validation: Examples;
}

/** One sitting of a run: training from the last checkpoint, with validation after each epoch, until the end or a signal. */
export class DigitRun {
  private readonly files: RunFiles;
  private readonly state: TrainingState & { readonly optimizer: AdamW };
  private readonly average: WeightAverage | undefined;
  private readonly perEpoch: number;
  private readonly totalSteps: number;
  private readonly progress: Progress = { seconds: 0, epochImages: 0, epochLoss: 0, validated: 0, best: null };
  private steps = 0;
  private interval = new Interval();
  private clock = performance.now();

  constructor(
    private readonly folder: string,
    private readonly config: RunConfig,
    private readonly parts: RunParts,
    private readonly options: RunOptions,
  ) {
    const { model, averaged, training } = parts;
    const { lr, weightDecay, averageDecay, epochs } = config;
    this.files = runFiles(folder);
    this.state = { module: model, optimizer: new AdamW(model.parameters(), { lr, weightDecay }), ...(averaged && { averaged }) };
    this.average = averaged && new WeightAverage(model, averaged, averageDecay);
    this.perEpoch = stepCount(training.labels.size, { ...config, epochs: 1 });
    this.totalSteps = this.perEpoch * epochs;
  }

  /** Throws what `train` throws; ERR_FORMAT where the checkpoint is damaged, ERR_IO. */
  async run(): Promise<RunSummary> {
    await this.begin();
    const events = new EventFile(this.folder, this.steps);
    try {
      await this.validateEpoch(events);
      await this.train(events);
    } catch (error) {
      const { signal, deadline } = this.options;
      const outOfTime = error instanceof ClebschError && error.code === 'ERR_ABORTED' && deadline?.aborted && !signal?.aborted;
      if (!outOfTime) throw error;
      // A run without a whole epoch has a model all the same; it is no candidate, so that what comes later does not depend on it.
      if (this.progress.best === null) await saveModel(this.outcome, this.files.model);
    } finally {
      this.flush(events);
      events.close();
      this.state.optimizer.dispose();
    }
    return this.summary();
  }

  /** From the checkpoint, or a first one: there always is a state to go back to. */
  private async begin(): Promise<void> {
    const { checkpoint, metrics } = this.files;
    if (existsSync(checkpoint)) await this.restore();
    else await this.save(0);
    await cutMetrics(metrics, this.steps);
    this.clock = performance.now();
    const { totalSteps, parts } = this;
    const { training, model } = parts;
    const totalImages = this.config.epochs * training.labels.size;
    this.options.onStart?.({ step: this.steps, totalSteps, images: this.imagesSeen(), totalImages, parameters: model.parameterCount() });
  }

  private async restore(): Promise<number> {
    const { checkpoint } = this.files;
    const { steps, progress } = await loadCheckpoint(checkpoint, this.state);
    checkFile(checkpoint, () => checkProgress(progress, 'progress'));
    expectFormat('trainDigits', steps <= this.totalSteps, `at most ${this.totalSteps}`, `the steps in ${checkpoint}`, steps);
    Object.assign(this.progress, progress);
    this.steps = steps;
    return steps;
  }

  private async train(events: EventFile): Promise<void> {
    const { config, parts, options, average, totalSteps, perEpoch } = this;
    const { epochs, batch, seed, labelSmoothing, lr, maxNorm, checkpointEvery } = config;
    const signals = [options.signal, options.deadline].filter((signal) => signal !== undefined);
    await train(parts.model, this.state.optimizer, parts.training, {
      ...{ epochs, batch, seed, labelSmoothing, start: this.steps },
      ...(maxNorm !== null && { maxNorm }),
      ...(average && { average }),
      schedule: schedules.cosine({ lr, steps: totalSteps, warmup: Math.ceil(config.warmup * totalSteps) }),
      signal: AbortSignal.any(signals),
      onStep: (report) => this.record(report, events),
      pauseAfter: (steps) => steps % perEpoch === 0 || steps % checkpointEvery === 0,
      onPause: async (steps) => {
        this.flush(events);
        try {
          if (steps % perEpoch === 0) await options.onEpoch?.(steps / perEpoch);
          await this.validateEpoch(events);
        } finally {
          await this.save(steps);
        }
        this.interval = new Interval();
      },
      checkpoint: (steps) => this.save(steps),
      rewind: () => this.restore(),
    });
  }

  private record(report: StepReport, events: EventFile): void {
    const { progress, perEpoch, config } = this;
    if (report.step % perEpoch === 0) [progress.epochImages, progress.epochLoss] = [0, 0];
    progress.epochImages += report.images;
    progress.epochLoss += report.loss * report.images;
    this.steps = report.step + 1;
    this.interval.add(report);
    this.options.onStep?.(report);
    if (this.steps % config.metricsEvery === 0) this.flush(events);
  }

  /** Writes the metrics of the steps since the last call. */
  private flush(events: EventFile): void {
    const metrics = this.interval.metrics();
    if (metrics === undefined) return;
    this.interval = new Interval();
    appendMetrics(this.files.metrics, { ...metrics, seconds: this.seconds() });
    const { step, loss, accuracy, lr, imagesPerSecond } = metrics;
    events.scalars(step, { 'train/loss': loss, 'train/accuracy': accuracy, 'train/lr': lr, 'train/images_per_second': imagesPerSecond });
  }

  /** At the end of an epoch, unless it was done: validates the model, and saves it where it is the best so far. */
  private async validateEpoch(events: EventFile): Promise<void> {
    const { progress, steps, perEpoch } = this;
    if (steps % perEpoch !== 0 || steps === progress.validated) return;
    const epoch = steps / perEpoch;
    const { signal } = this.options;
    const { logits, accuracy, loss } = await evaluate(this.outcome, this.parts.validation, signal ? { signal } : {});
    logits.dispose();
    const { best } = progress;
    const better =
      best === null || accuracy > best.validationAccuracy || (accuracy === best.validationAccuracy && loss < best.validationLoss);
    if (better) {
      await saveModel(this.outcome, this.files.model);
      progress.best = { epoch, validationAccuracy: accuracy, validationLoss: loss };
    }
    progress.validated = steps;
    const metrics = { step: steps, epoch, validationLoss: loss, validationAccuracy: accuracy, seconds: this.seconds() };
    appendMetrics(this.files.metrics, metrics);
    events.scalars(steps, { 'validation/loss': loss, 'validation/accuracy': accuracy });
    this.options.onValidation?.({ ...metrics, trainLoss: this.trainLoss()!, best: better });
  }

  private async save(steps: number): Promise<void> {
    const { checkpoint } = this.files;
    await saveCheckpoint(checkpoint, this.state, { steps, progress: { ...this.progress, seconds: this.seconds() } });
    this.options.onCheckpoint?.(steps, checkpoint);
  }

  /** What is validated and saved. */
  private get outcome(): Classifier {
    return this.parts.averaged ?? this.parts.model;
  }

  private seconds(): number {
    return this.progress.seconds + (performance.now() - this.clock) / 1000;
  }

  private imagesSeen(): number {
    const { steps, perEpoch, parts, config } = this;
    return Math.floor(steps / perEpoch) * parts.training.labels.size + (steps % perEpoch) * config.batch;
  }

  private trainLoss(): number | null {
    const { epochImages, epochLoss } = this.progress;
    return epochImages > 0 ? epochLoss / epochImages : null;
  }

  private summary(): RunSummary {
    const { steps, perEpoch, parts, progress } = this;
    const seconds = this.seconds();
    return {
      epochs: Math.floor(steps / perEpoch),
      steps,
      seconds,
      imagesPerSecond: this.imagesSeen() / seconds,
      parameters: parts.model.parameterCount(),
      trainLoss: this.trainLoss(),
      best: progress.best,
    };
  }
}
