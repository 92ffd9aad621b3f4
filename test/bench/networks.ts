import { equivariant, planar } from '../../lib/cli/demo/experiment.js';
import { demoStep } from '../support/demo_step.js';
import type { Entry } from './entry.js';

const batch = 50;

/** Whole training steps of the demo's networks: forward, backward and update. */
export function trainingEntries(): Entry[] {
  return [equivariant, planar].map((contestant) => ({
    name: `training step, ${contestant.name}, batch ${batch}`,
    dtype: 'float32',
    inputs: [],
    make: (device) => demoStep(contestant, batch, device),
    // Not counted
    flops: 0,
    bytes: 0,
  }));
}
