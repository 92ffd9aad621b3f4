import type { Options, Signature, Values } from './arguments.js';

/** What a command is given besides its own arguments. */
export interface Context {
  /** Aborted by Ctrl-C: the command brings its files in order and throws ERR_ABORTED. */
  readonly signal: AbortSignal;
}

/** A command: its signature and what it does. Resolves to the exit status. */
export interface Command<O extends Options = Options> extends Signature<O> {
  run(values: Values<O>, operands: readonly string[], context: Context): Promise<number>;
}

/** The command itself; gives the options of `run` their types. */
export function defineCommand<O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/** Exit statuses (130 is what shells give to programs that Ctrl-C ended). */
export const exit = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 } as const;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
