'use strict';
// Jest runs tests in a vm context with intrinsics of its own; what the add-on creates comes from the main context,
// so `instanceof` and toBeInstanceOf would fail on it. Share these globals.
const path = require('node:path');
const { TestEnvironment } = require('jest-environment-node');

const shared = [
  'Float32Array',
  'Float64Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Uint16Array',
  'Uint32Array',
  'Uint8ClampedArray',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'SharedArrayBuffer',
  'Error',
  'TypeError',
  'RangeError',
];

// Native code reads the process's own environment, which a test cannot change from inside its realm.
process.env.CLEBSCH_EMULATED ||= path.join(__dirname, '..', 'build', 'Release', 'libclebsch_emulated.so');

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of shared) this.global[name] = globalThis[name];
  }
};
