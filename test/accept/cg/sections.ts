import { section } from '../report.js';

/** Timings first, while nothing else has warmed the machine. */
export const sections = {
  speed: section(() => import('./speed.js')),
  memory: section(() => import('./memory.js')),
  counts: section(() => import('./counts.js')),
  equivariance: section(() => import('./equivariance.js')),
  gradients: section(() => import('./gradients.js')),
  reference: section(() => import('./reference.js')),
  peers: section(() => import('./peers.js')),
  training: section(() => import('./training.js')),
};
