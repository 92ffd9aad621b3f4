#!/usr/bin/env node
'use strict';
// npm run cuda:setup: an nvcc from the Python index in .cuda/ (ignored by git), where CMakeLists.txt looks for it.
// For machines without the CUDA toolkit; 13.0 asks least of the driver (R580) among the 13.x releases.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const site = path.join(root, '.cuda', 'site');
const toolkit = path.join(site, 'nvidia', 'cu13');
const nvcc = path.join(toolkit, 'bin', 'nvcc');
const packages = ['nvidia-cuda-nvcc', 'nvidia-nvvm', 'nvidia-cuda-crt', 'nvidia-cuda-runtime', 'nvidia-cuda-cccl'].map(
  (name) => `${name}==13.0.*`,
);

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

function stop(message) {
  console.error(`cuda:setup: ${message}`);
  process.exit(1);
}

if (works(nvcc, '--version')) {
  console.log(`cuda:setup: ${path.relative(root, nvcc)} is there already`);
  process.exit(0);
}
if (!works('python3', '-m', 'pip', '--version')) {
  stop('python3 with pip is needed to fetch nvcc. Run:\n  sudo apt-get install -y python3-pip\nthen `npm run cuda:setup` again.');
}
console.log('cuda:setup: fetching nvcc 13.0 into .cuda/ (about 270 MB unpacked)');
fs.rmSync(site, { recursive: true, force: true });
const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--target', site, ...packages];
const env = { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' }; // no warning: --target leaves the system's packages alone
if (spawnSync('python3', pip, { stdio: 'inherit', env }).status !== 0) stop('pip could not install the nvcc packages (see above)');
fs.symlinkSync('lib', path.join(toolkit, 'lib64')); // nvcc.profile links against lib64, the wheels have lib
if (!works(nvcc, '--version')) stop(`${nvcc} does not run on this machine`);
fs.rmSync(path.join(root, 'build', 'Release', 'setup.json'), { force: true }); // the native build is out of date now
console.log('cuda:setup: done; the next native build compiles the CUDA backend');
