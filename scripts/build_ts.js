#!/usr/bin/env node
'use strict';
// tsc makes the CommonJS code and the types. The ES module re-exports it, so that import and require share one add-on
// and one set of classes.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const dist = path.join(root, 'dist');

fs.rmSync(dist, { recursive: true, force: true });
const tsc = require.resolve('typescript/bin/tsc', { paths: [root] });
const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.json')], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const [folder, type] of Object.entries({ cjs: 'commonjs', esm: 'module' })) {
  fs.mkdirSync(path.join(dist, folder), { recursive: true });
  fs.writeFileSync(path.join(dist, folder, 'package.json'), `{ "type": "${type}" }\n`);
}
for (const file of ['index.js', 'index.d.ts']) fs.writeFileSync(path.join(dist, 'esm', file), `export * from '../cjs/index.js';\n`);
fs.chmodSync(path.join(dist, 'cjs', 'cli', 'main.js'), 0o755);
