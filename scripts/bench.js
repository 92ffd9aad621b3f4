#!/usr/bin/env node
'use strict';
// npm run bench -- [--json FILE] [--markdown FILE] [--filter REGEX] [--device D] [--threads N] [--isa NAME] [--peers]
// Times every operation, the transforms, the products and the networks; a table on stdout, all figures in FILE.
const { runMeasurement } = require('./measurement.js');

runMeasurement('test/bench/run.ts', process.argv.slice(2));
