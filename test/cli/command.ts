import { spawn } from 'node:child_process';
import path from 'node:path';

const main = path.join(__dirname, '../../dist/cjs/cli/main.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command; it gets a Ctrl-C once its output matches `interruptAt`. */
export async function clebsch(
  args: readonly string[],
  { interruptAt, env = {} }: { interruptAt?: RegExp; env?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } });
  let [stdout, stderr, interrupted] = ['', '', false];
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
    // Once: a second one would end the process at once.
    if (!interrupted && interruptAt?.test(stdout)) interrupted = child.kill('SIGINT');
  });
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}
