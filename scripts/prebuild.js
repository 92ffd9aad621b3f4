#!/usr/bin/env node
'use strict';
// npm run prebuild: prebuilds/<platform>-<arch>/clebsch.glibc.node and libclebsch_cuda.so, for `npm pack`. Downloads nothing.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const env = {
  ...process.env,
  npm_config_nodedir: path.join(root, 'scripts', 'gyp'),
  PREBUILD_NODE_GYP: path.join(root, 'node_modules', '.bin', 'node-gyp'),
};

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [require.resolve(script, { paths: [root] }), ...args], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

run('prebuildify/bin.js', '--napi', '--strip', '--tag-libc', '--target', process.versions.node);
run('./scripts/build.js'); // prebuildify moves the add-on out of build/Release: put it back
