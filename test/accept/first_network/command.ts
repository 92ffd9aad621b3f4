import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './folders.js';

const main = path.join(root, 'dist/cjs/cli/main.js');

export interface Ended {
  /** The exit status, or the signal that ended the process. */
  readonly status: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  /** The package's folder by default, so that all commands share one cache of prepared digits. */
  readonly cwd?: string;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs node with these arguments to its end. */
export function node(args: readonly string[], { cwd = root, onStart }: Circumstances = {}): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  onStart?.(child);
  return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status: signal ?? status, ...output })));
}

/** Runs the built command as a user does. */
export function clebsch(args: readonly string[], circumstances?: Circumstances): Promise<Ended> {
  return node([main, ...args], circumstances);
}

/** What the command prints with --json. Throws where it fails: a section without it has no figures. */
export async function clebschJson<T>(args: readonly string[], circumstances?: Circumstances): Promise<T> {
  const { status, stdout, stderr } = await clebsch([...args, '--json'], circumstances);
  if (status !== 0) throw new Error(`clebsch ${args.join(' ')}: status ${status}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
