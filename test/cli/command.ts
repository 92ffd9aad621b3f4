import { spawn } from 'node:child_process';
import path from 'node:path';

const main = path.join(__dirname, '../../dist/cjs/cli/main.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  /** The command gets a Ctrl-C once its output matches. */
  readonly interruptAt?: RegExp;
  /** It is killed (SIGKILL) after so many milliseconds. */
  readonly killAfter?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built command. The status is null where a signal ended it. */
export async function clebsch(args: readonly string[], { interruptAt, killAfter, env = {} }: Circumstances = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } });
  const kill = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  let [stdout, stderr, interrupted] = ['', '', false];
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
    // Once: a second one would end the process at once.
    if (!interrupted && interruptAt?.test(stdout)) interrupted = child.kill('SIGINT');
  });
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(kill);
  return { status, stdout, stderr };
}
