import { type ProfileRow, profile } from '../profile.js';
import { ProgressBar, formatDuration } from '../progress.js';
import type { RunStart } from '../train/digit_run.js';
import type { DigitTrainingOptions } from '../train/digit_training.js';
import { print } from './command.js';
import { PreparationBar } from './preparation_bar.js';
import { profileTable } from './profile_table.js';

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;

/** Shows on a terminal how a run goes, and a line for each epoch; measures the operations of the first epoch where that is wanted. */
export class TrainingDisplay {
  /** Of the first epoch. */
  profile: readonly ProfileRow[] | undefined;
  private readonly preparation = new PreparationBar();
  private readonly say: (line: string) => void;
  private profiling: boolean;
  private totalSteps = 0;
  private bar: ProgressBar | undefined;
  private fields: Readonly<Record<string, number | string>> = {};

  /** `silent`: no lines. `interrupted`: then the checkpoint is told of. */
  constructor(
    private readonly interrupted: AbortSignal,
    { silent, profile: profiling }: { readonly silent: boolean; readonly profile: boolean },
  ) {
    this.say = silent ? (): void => undefined : print;
    this.profiling = profiling;
  }

  readonly events = {
    onDigits: this.preparation.onDigits,
    onStart: (start) => this.start(start),
    onStep: ({ epoch, loss, accuracy, images }) => {
      this.fields = { ...this.fields, epoch: epoch + 1, loss, accuracy: percent(accuracy, 0) };
      this.bar?.advance(images, this.fields);
    },
    onEpoch: async () => {
      if (!this.profiling) return;
      this.profiling = false;
      this.profile = await profile.stop();
      this.say(profileTable(this.profile));
    },
    onValidation: ({ epoch, trainLoss, validationAccuracy, validationLoss, seconds, best }) => {
      const accuracy = percent(validationAccuracy, 2);
      this.fields = { ...this.fields, validation: accuracy };
      const validation = `validation: loss ${validationLoss.toFixed(4)}, accuracy ${accuracy}${best ? ', the best so far' : ''}`;
      this.say(`epoch ${epoch}: loss ${trainLoss.toFixed(4)}; ${validation}; ${formatDuration(seconds)}`);
    },
    onCheckpoint: (steps, file) => {
      if (this.interrupted.aborted) this.say(`Checkpoint after ${steps} of ${this.totalSteps} steps: ${file}`);
    },
  } satisfies DigitTrainingOptions;

  finish(): void {
    this.preparation.finish();
    this.bar?.finish();
  }

  private start({ step, totalSteps, images, totalImages, parameters }: RunStart): void {
    this.preparation.finish();
    this.totalSteps = totalSteps;
    const where = step === 0 ? `${totalSteps} steps` : `from step ${step} of ${totalSteps}`;
    this.say(`Training ${parameters.toLocaleString('en-US')} parameters, ${where}`);
    this.bar = new ProgressBar(totalImages, { label: 'training', unit: 'images', done: images });
    if (this.profiling) profile.start();
  }
}
