import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { issues } from './issues.js';
import { type Figure, Report, progress } from './report.js';

/** Runs a section in a process of its own, so that a crash is a miss and not the end. Resolves to its figures. */
function runSection(issue: string, section: string, quick: boolean, send: (figure: Figure) => void): Promise<void> {
  return new Promise((resolve) => {
    const args = [issue, section, ...(quick ? ['--quick'] : [])];
    const timeout = issues[issue]![section]!.minutes * 60_000;
    // Inherits the hook that runs TypeScript; what others print goes to stderr
    const child = fork(path.join(__dirname, 'child.ts'), args, { stdio: ['ignore', 2, 2, 'ipc'], timeout });
    child.on('message', (figure) => send(figure as Figure));
    child.on('close', (status, signal) => {
      if (status !== 0) new Report(send).equal(`${section}.exit-status`, signal ?? String(status), '0');
      resolve();
    });
  });
}

/** CLEBSCH_RUNS names the folder of trainings, which sections share; what is finished there is not trained again. Else it is a temporary one. */
function useRuns(): void {
  if (process.env['CLEBSCH_RUNS']) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'clebsch-runs-'));
  process.env['CLEBSCH_RUNS'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const issue = positionals[0] ?? '';
  const sections = Object.keys(issues[issue] ?? {});
  const { only } = values;
  if (sections.length === 0 || (only !== undefined && !sections.includes(only))) {
    const known = sections.length === 0 ? 'SECTION' : sections.join('|');
    process.stderr.write(`usage: npm run accept -- ${Object.keys(issues).join('|')} [--quick] [--only ${known}]\n`);
    process.exitCode = 2;
    return;
  }
  const counts = { PASS: 0, MISS: 0, SKIP: 0 };
  const send = ({ verdict, name, value, limit }: Figure): void => {
    counts[verdict]++;
    process.stdout.write(`${verdict} ${name} ${value} ${limit}\n`);
  };
  useRuns();
  for (const section of sections.filter((name) => only === undefined || name === only)) {
    progress(section);
    await runSection(issue, section, values.quick, send);
  }
  progress(`${counts.PASS} figures pass, ${counts.MISS} miss, ${counts.SKIP} were not measured`);
  process.exitCode = counts.MISS > 0 ? 1 : 0;
}

void main();
