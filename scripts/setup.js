#!/usr/bin/env node
'use strict';
// Makes a clone ready to run, doing only what is missing or out of date: compiler and CMake (by apt where allowed), npm packages,
// the native build, the TypeScript build. `npm test` and `npm run demo` call it first, before there is a node_modules:
// nothing but Node's own modules here. `npm run setup` calls it alone; arguments (-D NAME=VALUE) go to scripts/build.js.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const at = (...parts) => path.join(root, ...parts);
const stampFile = at('build', 'Release', 'setup.json'); // hash of the sources that each build was made from

function stop(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Runs a step quietly; its output is shown when it fails. */
function run(what, command, args) {
  const start = Date.now();
  console.log(`setup: ${what} ...`);
  const { status, error, stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) stop(`${stdout ?? ''}\n${what} failed (${error?.message ?? `exit status ${status}`})`);
  for (const [, note] of stdout.matchAll(/^-- clebsch: (.*)$/gm)) console.log(`setup:   ${note}`);
  console.log(`setup:   done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

// ---- tools ------------------------------------------------------------------------------------------------------

function hasCmake() {
  const { stdout } = spawnSync('cmake', ['--version'], { encoding: 'utf8' });
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return Number(major) * 1000 + Number(minor) >= 3022;
}

/** Debian packages of the build tools that are missing: CMake >= 3.22, a C++20 compiler, make or ninja. */
function missingTools() {
  const missing = [];
  if (!hasCmake()) missing.push('cmake');
  if (!succeeds(process.env.CXX || 'c++', '-std=c++20', '-fsyntax-only', '-x', 'c++', '/dev/null')) missing.push('g++');
  if (!succeeds('ninja', '--version') && !succeeds('make', '--version')) missing.push('make');
  return missing;
}

function ensureTools() {
  const missing = missingTools();
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (succeeds('apt-get', '--version') && (sudo.length === 0 || succeeds(...sudo, 'true'))) {
    const [command, ...args] = [...sudo, 'apt-get', '-qq', '-o', 'APT::Cmd::Disable-Script-Warning=true'];
    run('refreshing the package list', command, [...args, 'update']);
    run(`installing ${missing.join(', ')}`, command, [...args, 'install', '-y', '--no-install-recommends', ...missing]);
  }
  const still = missingTools();
  if (still.length > 0) {
    stop(
      `the native build needs ${still.join(', ')} (CMake >= 3.22, a C++20 compiler). Run:\n\n  sudo apt-get install -y ${still.join(' ')}\n`,
    );
  }
}

// ---- what is up to date -----------------------------------------------------------------------------------------

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** Compares what npm says it installed with the lock file; optional packages are for other platforms. */
function packagesAreInstalled() {
  const installed = readJson(at('node_modules', '.package-lock.json')).packages ?? {};
  const locked = Object.entries(readJson(at('package-lock.json')).packages ?? {});
  return locked.every(([name, { version, optional }]) => name === '' || optional || installed[name]?.version === version);
}

function hash(...inputs) {
  const result = createHash('sha256');
  const add = (file) => {
    if (fs.statSync(file).isDirectory())
      fs.readdirSync(file)
        .sort()
        .forEach((name) => add(path.join(file, name)));
    else result.update(path.relative(root, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  };
  inputs.map((input) => at(input)).forEach(add);
  return result.digest('hex');
}

function isBuilt(name, wanted, product) {
  return readJson(stampFile)[name] === wanted && fs.existsSync(at(product));
}

function build(name, wanted, script, ...args) {
  run(`building ${name}`, process.execPath, [at(script), ...args]);
  fs.writeFileSync(stampFile, JSON.stringify({ ...readJson(stampFile), [name]: wanted }, null, 2));
}

// ---- the steps --------------------------------------------------------------------------------------------------

const [major, minor] = process.versions.node.split('.').map(Number);
if (major * 1000 + minor < 20017) stop(`Node 20.17 or newer is needed, this is ${process.version}`);

if (!packagesAreInstalled()) {
  run('installing npm packages', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
}
const defines = process.argv.slice(2);
const native = hash('package-lock.json', 'package.json', 'CMakeLists.txt', 'scripts/build.js', 'native');
if (defines.length > 0 || !isBuilt('native code', native, 'build/Release/clebsch.node')) {
  ensureTools();
  build('native code', native, 'scripts/build.js', ...defines);
}
const typescript = hash('package-lock.json', 'tsconfig.json', 'scripts/build_ts.js', 'lib');
if (!isBuilt('TypeScript', typescript, 'dist/esm/index.js')) build('TypeScript', typescript, 'scripts/build_ts.js');
