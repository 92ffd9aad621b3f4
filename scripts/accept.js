#!/usr/bin/env node
'use strict';
// npm run accept -- ISSUE [--quick] [--only SECTION]
// Measures the acceptance figures of an issue: one line `PASS|MISS|SKIP name value limit` each, exit status 1 where one is missed.
const { runMeasurement } = require('./measurement.js');

runMeasurement('test/accept/main.ts', process.argv.slice(2));
