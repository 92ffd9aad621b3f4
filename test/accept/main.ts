import { fork } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, Report, progress } from './report.js';
import { sections as spine } from './spine/sections.js';

/** The sections of every issue, in the order in which they run. */
const issues: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { spine };

const sectionMinutes = 15;

/** Runs a section in a process of its own, so that a crash is a miss and not the end. Resolves to its figures. */
function runSection(issue: string, section: string, quick: boolean, send: (figure: Figure) => void): Promise<void> {
  return new Promise((resolve) => {
    const args = [issue, section, ...(quick ? ['--quick'] : [])];
    // Inherits the hook that runs TypeScript; what others print goes to stderr
    const child = fork(path.join(__dirname, 'child.ts'), args, { stdio: ['ignore', 2, 2, 'ipc'], timeout: sectionMinutes * 60_000 });
    child.on('message', (figure) => send(figure as Figure));
    child.on('close', (status, signal) => {
      if (status !== 0) new Report(send).equal(`${section}.exit-status`, signal ?? String(status), '0');
      resolve();
    });
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const issue = positionals[0] ?? '';
  const sections = Object.keys(issues[issue] ?? {});
  if (sections.length === 0) {
    process.stderr.write(`usage: npm run accept -- ${Object.keys(issues).join('|')} [--quick] [--only SECTION]\n`);
    process.exitCode = 2;
    return;
  }
  const counts = { PASS: 0, MISS: 0, SKIP: 0 };
  const send = ({ verdict, name, value, limit }: Figure): void => {
    counts[verdict]++;
    process.stdout.write(`${verdict} ${name} ${value} ${limit}\n`);
  };
  for (const section of sections.filter((name) => values.only === undefined || name === values.only)) {
    progress(section);
    await runSection(issue, section, values.quick, send);
  }
  progress(`${counts.PASS} figures pass, ${counts.MISS} miss, ${counts.SKIP} were not measured`);
  process.exitCode = counts.MISS > 0 ? 1 : 0;
}

void main();
