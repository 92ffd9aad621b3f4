import { parseArgs } from 'node:util';
import { alignedColumns } from './text.js';

/** A mistake in the command line: one line for the user and exit status 2. */
export class UsageError extends Error {}

/** One option: what help shows, and how its text becomes a value. `text` is undefined where the option was left out. */
export interface Option<T> {
  readonly placeholder?: string;
  readonly help: string;
  read(text: string | undefined, name: string): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** An option without a value: true where it is given. */
export function flag(help: string): Option<boolean> {
  return { help, read: (text) => text !== undefined };
}

export function text(placeholder: string, help: string): Option<string | undefined>;
export function text(placeholder: string, help: string, fallback: string): Option<string>;
export function text(placeholder: string, help: string, fallback?: string): Option<string | undefined> {
  return { placeholder, help, read: (given) => given ?? fallback };
}

/** A whole number of at least `least`. */
export function whole(help: string, least: number): Option<number | undefined> {
  const read = (given: string | undefined, name: string): number | undefined => {
    if (given === undefined) return undefined;
    const value = /^\d+$/.test(given) ? Number(given) : NaN;
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new UsageError(`--${name} takes a whole number >= ${least}, not '${given}'`);
    return value;
  };
  return { placeholder: 'N', help, read };
}

/** A number from `least` to `most`. */
export function real(help: string, least: number, most: number): Option<number | undefined> {
  const read = (given: string | undefined, name: string): number | undefined => {
    if (given === undefined) return undefined;
    const value = given.trim() === '' ? NaN : Number(given);
    if (!(value >= least && value <= most)) throw new UsageError(`--${name} takes a number ${least}..${most}, not '${given}'`);
    return value;
  };
  return { placeholder: 'X', help, read };
}

/** One of a few words. */
export function choice<T extends string>(words: readonly T[], help: string): Option<T | undefined>;
export function choice<T extends string>(words: readonly T[], help: string, fallback: T): Option<T>;
export function choice<T extends string>(words: readonly T[], help: string, fallback?: T): Option<T | undefined> {
  const read = (given: string | undefined, name: string): T | undefined => {
    const found = given === undefined ? fallback : words.find((word) => word === given);
    if (given !== undefined && found === undefined) throw new UsageError(`--${name} takes ${words.join(' or ')}, not '${given}'`);
    return found;
  };
  return { placeholder: words.join('|'), help, read };
}

/** A device name of the library. */
export function device(help: string): Option<'cpu' | 'cuda' | `cuda:${number}` | 'auto' | undefined> {
  const read = (given: string | undefined, name: string): 'cpu' | 'cuda' | `cuda:${number}` | 'auto' | undefined => {
    const known = given === undefined || /^(cpu|cuda(:\d+)?|auto)$/.test(given);
    if (!known) throw new UsageError(`--${name} takes cpu, cuda, cuda:N or auto, not '${given}'`);
    return given as 'cpu' | undefined;
  };
  return { placeholder: 'cpu|cuda|auto', help, read };
}

/** What a command takes, and what its help says. */
export interface Signature<O extends Options> {
  readonly name: string;
  readonly summary: string;
  /** Names of the arguments without dashes, all required. */
  readonly operands: readonly string[];
  readonly options: O;
}

const everywhere = { help: { type: 'boolean', short: 'h' } } as const;

/** The values of the options and the operands, or 'help'. Throws {@link UsageError}. */
export function parseArguments<O extends Options>(
  { name, operands, options }: Signature<O>,
  args: readonly string[],
): { values: Values<O>; operands: string[] } | 'help' {
  const types = Object.entries(options).map(
    ([key, { placeholder }]) => [key, { type: placeholder ? 'string' : 'boolean' } as const] as const,
  );
  const { values, positionals } = parseStrictly(args, { ...everywhere, ...Object.fromEntries(types) });
  if (values['help']) return 'help';
  const missing = operands[positionals.length];
  if (missing !== undefined) throw new UsageError(`${name} needs ${missing}`);
  const extra = positionals[operands.length];
  if (extra !== undefined) throw new UsageError(`${name} does not take '${extra}'`);
  const read = Object.entries(options).map(([key, option]) => {
    const given = values[key];
    return [key, option.read(given === true ? '' : given, key)] as const;
  });
  return { values: Object.fromEntries(read) as Values<O>, operands: positionals };
}

type ParseConfig = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>;

function parseStrictly(
  args: readonly string[],
  options: ParseConfig,
): { values: Record<string, string | true | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as Record<string, string | true | undefined>, positionals };
  } catch (error) {
    // Node adds hints of how to pass a value that begins with a dash after the first sentence.
    const [sentence = ''] = (error as Error).message.split(/\.? To specify |\n/);
    throw new UsageError(sentence);
  }
}

/** The help text of a command. */
export function helpText({ name, summary, operands, options }: Signature<Options>): string {
  const rows = Object.entries(options).map(
    ([key, { placeholder, help }]) => [placeholder ? `--${key} ${placeholder}` : `--${key}`, help] as const,
  );
  const usage = ['clebsch', name, ...operands, '[options]'].join(' ');
  return `Usage: ${usage}\n\n${summary}\n\nOptions:\n${alignedColumns([...rows, ['-h, --help', 'show this text']])}`;
}
