#!/usr/bin/env node
import { UsageError, helpText, parseArguments } from './arguments.js';
import { type Command, type Context, exit, print } from './command.js';
import { alignedColumns } from './text.js';

/** Loaded when they are run, so that `doctor` and help work where the add-on does not. */
const commands: Readonly<Record<string, readonly [summary: string, load: () => Promise<{ command: Command }>]>> = {
  demo: ['train and test two networks on handwritten digits on the sphere', () => import('./commands/demo.js')],
  train: ['train a network on handwritten digits on the sphere', () => import('./commands/train.js')],
  evaluate: ['measure how many test digits a model classifies rightly', () => import('./commands/evaluate.js')],
  predict: ['classify digits or signals with a saved model', () => import('./commands/predict.js')],
  report: ['write a page with figures and pictures about a trained network', () => import('./commands/report.js')],
  info: ['show what this machine and this build offer', () => import('./commands/info.js')],
  doctor: ['look for faults of this machine and this installation', () => import('./commands/doctor.js')],
};

function overview(): string {
  const rows = Object.entries(commands).map(([name, [summary]]) => [name, summary] as const);
  return `Usage: clebsch COMMAND [options]\n\nCommands:\n${alignedColumns(rows)}\n\n'clebsch COMMAND --help' shows its options.`;
}

async function dispatch(args: readonly string[], context: Context): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError(`expected a command: ${Object.keys(commands).join(', ')}`);
  if (name === '--help' || name === '-h') {
    print(overview());
    return exit.done;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw new UsageError(`unknown command '${name}', there are ${Object.keys(commands).join(', ')}`);
  const { command } = await entry[1]();
  const parsed = parseArguments(command, rest);
  if (parsed === 'help') {
    print(helpText(command));
    return exit.done;
  }
  return command.run(parsed.values, parsed.operands, context);
}

/** Says what went wrong. Our own errors are told by their code, since the library may not have been loaded; others are faults of ours. */
function failure(error: unknown, { signal }: Context): number {
  if (!(error instanceof Error)) throw error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_ABORTED' && signal.aborted) {
    process.stderr.write('clebsch: stopped by Ctrl-C\n');
    return exit.interrupted;
  }
  const foreseen = error instanceof UsageError || code.startsWith('ERR_');
  process.stderr.write(`clebsch: ${foreseen ? error.message : error.stack}\n`);
  return error instanceof UsageError ? exit.wrongUsage : exit.failed;
}

async function main(): Promise<void> {
  const stop = new AbortController();
  // A second Ctrl-C finds no listener and ends the process at once.
  process.once('SIGINT', () => stop.abort());
  const context = { signal: stop.signal };
  process.exitCode = await dispatch(process.argv.slice(2), context).catch((error: unknown) => failure(error, context));
}

void main();
