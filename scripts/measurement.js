'use strict';
// Runs a TypeScript program of test/ on an up-to-date build. What the set-up says goes to stderr: stdout belongs to the program.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.resolve(__dirname, '..');

function run(args, stdio) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

exports.runMeasurement = (program, args) => {
  run([path.join(__dirname, 'setup.js')], ['ignore', 2, 2]);
  run(['--require', path.join(__dirname, 'typescript.js'), path.join(root, program), ...args], 'inherit');
};
