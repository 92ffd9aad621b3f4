'use strict';
// Keeps the add-on busy in a worker thread until it is terminated, or once and reports.
const path = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');

const addon = process.env.CLEBSCH_ADDON ? require(process.env.CLEBSCH_ADDON) : require('node-gyp-build')(path.join(__dirname, '../..'));

const [float32, cpu] = [0, 0];

function product(n) {
  const x = addon.full([n, n], float32, cpu, 1, 0);
  return { x, y: addon.ops.einsum(x, x, 'ij', 'jk', 'ik') };
}

async function spin() {
  for (;;) {
    addon.data(product(200).y).then(() => undefined);
    addon.sleepTask(cpu, 1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

async function once() {
  const { x, y } = product(8);
  const values = await addon.data(y);
  const tensors = addon.memory().tensors;
  addon.release(x);
  addon.release(y);
  parentPort.postMessage({ value: values[63], tensors: [tensors, addon.memory().tensors] });
}

if (workerData.spin) {
  parentPort.postMessage('started');
  void spin();
} else {
  void once();
}
