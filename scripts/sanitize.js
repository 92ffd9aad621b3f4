#!/usr/bin/env node
'use strict';
// npm run test:sanitize [-- JEST ARGUMENTS]: the native code with AddressSanitizer and UndefinedBehaviorSanitizer, under the tests.
// The emulated device runs the CUDA kernels, so these are checked too.
const { execFileSync, spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const out = path.join(root, 'build', 'sanitize-Release');

function run(args, env = process.env) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

// Node's own binary knows nothing of the sanitizer, so its library must come first; with libstdc++ to find __cxa_throw in.
function preload() {
  const find = (library) => execFileSync(process.env.CXX || 'c++', [`-print-file-name=${library}`], { encoding: 'utf8' }).trim();
  return ['libasan.so', 'libstdc++.so.6'].map(find).join(' ');
}

run([path.join(root, 'scripts', 'setup.js')]);
const isa = require('node-gyp-build')(root).isas().at(-1); // one is compiled, the best that this machine runs
const defines = ['CLEBSCH_SANITIZE=address,undefined', 'CLEBSCH_CUDA=OFF', `CLEBSCH_ISAS=${isa}`].flatMap((define) => ['-D', define]);
run([path.join(root, 'scripts', 'build.js'), '--variant', 'sanitize', ...defines]);
run([path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...process.argv.slice(2)], {
  ...process.env,
  LD_PRELOAD: preload(),
  ASAN_OPTIONS: 'detect_leaks=0', // V8 frees nothing at exit
  UBSAN_OPTIONS: 'print_stacktrace=1',
  CLEBSCH_ADDON: path.join(out, 'clebsch.node'),
  CLEBSCH_EMULATED: path.join(out, 'libclebsch_emulated.so'),
});
