#!/usr/bin/env node
'use strict';
// The native build: node scripts/build.js [--config Release|Debug] [--variant NAME] [-D NAME=VALUE ...]
// The binaries go to build/CONFIG, where node-gyp-build looks, or to build/NAME-CONFIG. CMake's own tree is kept in
// .cache/cmake/, since `node-gyp rebuild` (prebuildify) empties build/.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const binaries = /^(clebsch\.node|clebsch_emulation_check|libclebsch_(cuda|emulated)\.(so|dylib))$/;

function parse(argv) {
  const options = { config: 'Release', variant: '', defines: [] };
  for (let i = 0; i < argv.length; i += 2) {
    const value = argv[i + 1];
    if (value === undefined) throw new Error(`build: ${argv[i]} needs a value`);
    if (argv[i] === '--config') options.config = value;
    else if (argv[i] === '--variant') options.variant = `${value}-`;
    else if (argv[i] === '-D') options.defines.push(`--CD${value}`);
    else throw new Error(`build: unknown option ${argv[i]}`);
  }
  return options;
}

function cmake({ config, defines }, tree) {
  const env = { ...process.env };
  // node-gyp's make exports these for its own makefile
  for (const name of ['MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'MAKEOVERRIDES', 'V', 'BUILDTYPE', 'builddir']) delete env[name];
  env.CMAKE_BUILD_PARALLEL_LEVEL ||= String(os.availableParallelism());
  const cli = require.resolve('cmake-js/bin/cmake-js', { paths: [root] });
  const common = ['--directory', root, '--out', tree, ...(config === 'Debug' ? ['--debug'] : []), ...defines];
  // `cmake-js build` alone skips configuring where a cache exists and drops new -D options
  for (const verb of ['configure', 'build']) {
    const { status, error } = spawnSync(process.execPath, [cli, verb, ...common], { cwd: root, env, stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) process.exit(status ?? 1);
  }
}

// Replaced by rename: a library that another process has open is never written into.
function install(built, out) {
  fs.mkdirSync(out, { recursive: true });
  for (const file of fs.readdirSync(built).filter((name) => binaries.test(name))) {
    const temporary = path.join(out, `.${file}.${process.pid}`);
    fs.copyFileSync(path.join(built, file), temporary);
    fs.renameSync(temporary, path.join(out, file));
  }
}

const options = parse(process.argv.slice(2));
const name = `${options.variant}${options.config}`; // cmake-js leaves the binaries in its tree itself where that ends with CONFIG
const tree = path.join(root, '.cache', 'cmake', name);
cmake(options, tree);
install(tree, path.join(root, 'build', name));
