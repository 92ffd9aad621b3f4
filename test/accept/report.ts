/** One acceptance figure. SKIP: this machine lacks what it takes to measure it, which is not a pass. */
export interface Figure {
  readonly verdict: 'PASS' | 'MISS' | 'SKIP';
  readonly name: string;
  readonly value: string;
  readonly limit: string;
}

export interface Effort {
  /** Shorter training, and no run of the whole test suite. */
  readonly quick: boolean;
}

/** A group of figures that are measured in one process. */
export type Section = (report: Report, effort: Effort) => Promise<void>;

/** A section in the list of an issue; it is loaded in the process that runs it. */
export interface SectionEntry {
  readonly load: () => Promise<{ readonly measure: Section }>;
  /** After so long it is ended, which is a miss. */
  readonly minutes: number;
}

export function section(load: SectionEntry['load'], minutes = 15): SectionEntry {
  return { load, minutes };
}

const digits = (x: number): string => (Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(4))));

/** Where sections leave their figures. A NaN is a miss. */
export class Report {
  constructor(private readonly send: (figure: Figure) => void) {}

  atMost(name: string, value: number, limit: number): void {
    this.judge(value <= limit, name, digits(value), `<=${digits(limit)}`);
  }

  atLeast(name: string, value: number, limit: number): void {
    this.judge(value >= limit, name, digits(value), `>=${digits(limit)}`);
  }

  equal(name: string, value: string | number | boolean, wanted: string | number | boolean): void {
    this.judge(value === wanted, name, String(value), String(wanted));
  }

  /** A text of which `pattern` must be a part. */
  matches(name: string, value: string, pattern: RegExp): void {
    this.judge(pattern.test(value), name, JSON.stringify(value), String(pattern));
  }

  /** A figure that is asked for without a limit. */
  note(name: string, value: number): void {
    this.judge(!Number.isNaN(value), name, digits(value), '-');
  }

  skip(name: string, reason: string): void {
    this.send({ verdict: 'SKIP', name, value: JSON.stringify(reason), limit: '-' });
  }

  private judge(passed: boolean, name: string, value: string, limit: string): void {
    this.send({ verdict: passed ? 'PASS' : 'MISS', name, value, limit });
  }
}

/** Progress goes to stderr: stdout holds the figures. */
export function progress(text: string): void {
  process.stderr.write(`accept: ${text}\n`);
}
