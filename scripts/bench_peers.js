#!/usr/bin/env node
'use strict';
// npm run bench:peers: the libraries that `npm run bench -- --peers` times beside ours, from the Python index into .peers/ (a virtual environment, ignored
// by git). One that does not install is a line here and a row there that says so; nothing of them is part of this project.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const folder = path.join(root, '.peers');
const python = path.join(folder, 'bin', 'python3');
const log = path.join(folder, 'install.log');

// The import that shows that a package works; shtns is built from source and wants libfftw3-dev. torch is large: it comes last
const packages = [
  ['numpy', 'numpy'],
  ['scipy', 'scipy.fft'],
  ['ducc0', 'ducc0'],
  ['shtns', 'shtns'],
  ['pyssht', 'pyssht'],
  ['healpy', 'healpy'],
  ['jax', 'jax'],
  ['s2fft', 's2fft'],
  ['so3', 'so3'],
  ['torch-harmonics', 'torch_harmonics'],
  ['e3nn', 'e3nn'],
];

const run = (command, args) => spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });

function stop(message) {
  console.error(`bench:peers: ${message}`);
  process.exit(1);
}

function install([name, module]) {
  if (run(python, ['-c', `import ${module}`]).status === 0) return '';
  const { status, stdout, stderr } = run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', name]);
  fs.appendFileSync(log, `== ${name}\n${stdout}\n${stderr}\n`);
  const last = (text) => text.trim().split('\n').pop();
  if (status !== 0) return last(stderr);
  const tried = run(python, ['-c', `import ${module}`]);
  return tried.status === 0 ? '' : last(tried.stderr);
}

if (!fs.existsSync(python) && run('python3', ['-m', 'venv', folder]).status !== 0) {
  stop('python3 with venv is needed. Run:\n  sudo apt-get install -y python3-venv\nthen `npm run bench:peers` again.');
}
let ready = 0;
for (const entry of packages) {
  console.log(`bench:peers: ${entry[0]} ...`);
  const problem = install(entry);
  if (problem === '') ready++;
  else console.log(`bench:peers:   missing: ${problem}`);
}
console.log(
  `bench:peers: ${ready} of ${packages.length} are ready (${path.relative(root, log)} has the rest); next: npm run bench -- --peers`,
);
