import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export const root = resolve(__dirname, '..', '..');

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A new empty folder, removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clebsch-'));
  folders.push(folder);
  return folder;
}

/** Runs a program with exactly the given environment on top of HOME and npm's own settings; returns what it prints. */
export function run(folder: string, path: string, command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const kept = Object.entries(process.env).filter(([name]) => name === 'HOME' || /^npm_config_/i.test(name));
  const env = { ...Object.fromEntries(kept), PATH: path, ...environment };
  return execFileSync(join(path, command), args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A folder for PATH that holds node, npm and sh and nothing else: no compiler, no CMake, no Python. */
export function barePath(): string {
  const folder = temporaryFolder();
  const npm = process.env['PATH']
    ?.split(delimiter)
    .map((entry) => join(entry, 'npm'))
    .find(existsSync);
  symlinkSync(process.execPath, join(folder, 'node'));
  symlinkSync('/bin/sh', join(folder, 'sh'));
  symlinkSync(npm ?? 'npm', join(folder, 'npm'));
  return folder;
}

/**
 * The tarball to test: CLEBSCH_TARBALL, or one packed from the local build with the binaries where prebuildify puts them
 * (which itself needs Python, so that the test suite does without it).
 */
export function tarball(path: string): string {
  const given = process.env['CLEBSCH_TARBALL'];
  if (given) return resolve(root, given);
  const staging = temporaryFolder();
  for (const entry of ['package.json', 'LICENSE', 'README.md', 'dist']) {
    if (existsSync(join(root, entry))) cpSync(join(root, entry), join(staging, entry), { recursive: true });
  }
  const prebuilds = join(staging, 'prebuilds', `${process.platform}-${process.arch}`);
  mkdirSync(prebuilds, { recursive: true });
  cpSync(join(root, 'build', 'Release', 'clebsch.node'), join(prebuilds, 'clebsch.glibc.node'));
  for (const library of ['libclebsch_cuda.so', 'libclebsch_emulated.so']) {
    const file = join(root, 'build', 'Release', library);
    if (existsSync(file)) cpSync(file, join(prebuilds, library));
  }
  chmodSync(join(staging, 'dist', 'cjs', 'cli', 'main.js'), 0o755);
  const [packed] = JSON.parse(run(staging, path, 'npm', ['pack', '--json', '--ignore-scripts'])) as { filename: string }[];
  return join(staging, packed?.filename ?? '');
}

/** An empty project with the tarball installed, install scripts blocked. */
export function install(path: string, file: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  run(folder, path, 'npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', file]);
  return folder;
}

/** What the compiler says of the files in a project that has the package installed: nothing where they are sound. */
export function compile(folder: string, files: readonly string[], source: string, options: readonly string[]): string {
  for (const file of files) writeFileSync(join(folder, file), source);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node'];
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--lib', 'es2023,esnext.disposable'];
  return spawnSync(process.execPath, [compiler, ...files, ...types, ...strict, ...options], { cwd: folder, encoding: 'utf8' }).stdout;
}

export const readPackage = (): { version: string } => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
