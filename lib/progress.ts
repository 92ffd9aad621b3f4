/** Where a bar is drawn; process.stderr is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly label?: string;
  /** What one step is, for the rate: `images` gives `1,234 images/s`. */
  readonly unit?: string;
  /** Steps that were done before; they do not count for the rate. */
  readonly done?: number;
  readonly stream?: ProgressStream;
  /** Milliseconds, from any origin. */
  readonly now?: () => number;
}

const [barWidth, leastBarWidth] = [24, 6];
const redrawMs = 100;

/** Seconds as m:ss or h:mm:ss. */
export function formatDuration(seconds: number): string {
  const s = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

function formatField(value: number | string): string {
  return typeof value === 'string' || Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/**
 * A progress bar on one line of a terminal, with rate, time left and fields such as the loss. Writes nothing where the stream is no
 * terminal. The library itself never shows one: programs do.
 */
export class ProgressBar {
  private readonly total: number;
  private readonly label: string;
  private readonly unit: string;
  private readonly stream: ProgressStream;
  private readonly now: () => number;
  private readonly start: number;
  private readonly doneBefore: number;
  private done: number;
  private drawn = -Infinity;
  private fields: Readonly<Record<string, number | string>> = {};

  constructor(total: number, options: ProgressOptions = {}) {
    const { label = '', unit = 'steps', done = 0, stream = process.stderr, now = () => performance.now() } = options;
    [this.total, this.label, this.unit, this.stream, this.now] = [total, label, unit, stream, now];
    this.done = this.doneBefore = done;
    this.start = now();
  }

  /** Moves on by `steps` and shows these fields from now on; redraws at most ten times a second. */
  advance(steps = 1, fields = this.fields): void {
    this.done = Math.min(this.total, this.done + steps);
    this.fields = fields;
    if (this.now() - this.drawn >= redrawMs) this.draw();
  }

  /** Draws the last state and ends the line. */
  finish(): void {
    this.draw();
    if (this.stream.isTTY) this.stream.write('\n');
  }

  /** The line as it stands: `label ━━━━────  42 %  1,234 images/s  0:12 left  loss 0.1234`. */
  text(width = barWidth): string {
    const share = this.total > 0 ? this.done / this.total : 1;
    const filled = Math.round(share * width);
    const seconds = (this.now() - this.start) / 1000;
    const rate = seconds > 0 ? (this.done - this.doneBefore) / seconds : 0;
    const time =
      this.done === this.total ? formatDuration(seconds) : rate > 0 ? `${formatDuration((this.total - this.done) / rate)} left` : '';
    return [
      `${this.label} ${'━'.repeat(filled)}${'─'.repeat(width - filled)}`.trim(),
      `${String(Math.floor(100 * share)).padStart(3)} %`,
      rate > 0 ? `${Math.round(rate).toLocaleString('en-US')} ${this.unit}/s` : '',
      time,
      ...Object.entries(this.fields).map(([name, value]) => `${name} ${formatField(value)}`),
    ]
      .filter((part) => part !== '')
      .join('  ');
  }

  private draw(): void {
    if (!this.stream.isTTY) return;
    this.drawn = this.now();
    // A line that wraps could not be drawn over; the bar gives way to what stands behind it.
    const room = (this.stream.columns ?? 80) - 1;
    const width = barWidth - Math.max(0, this.text().length - room);
    this.stream.write(`\r\x1b[K${this.text(Math.max(leastBarWidth, width)).slice(0, room)}`);
  }
}
