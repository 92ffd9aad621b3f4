import { ProgressBar } from '../progress.js';

/** The progress of preparing digits, drawn once some had to be: there is nothing to show of those that were kept. */
export class PreparationBar {
  private bar: ProgressBar | undefined;

  readonly onDigits = (count: number, total: number): void => {
    this.bar ??= new ProgressBar(total, { label: 'projecting', unit: 'digits' });
    this.bar.advance(count);
  };

  finish(): void {
    this.bar?.finish();
    this.bar = undefined;
  }
}
