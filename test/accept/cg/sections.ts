import { section } from '../report.js';

/** Timings first, while nothing else has warmed the machine. */
export const sections = {
  speed: section(() => import('./speed.js')),
  memory: section(() => import('./memory.js')),
  counts: section(() => import('./counts.js')),
  equivariance: section(() => import('./equivariance.js')),
  gradients: section(() => import('./gradients.js')),
  reference: section(() => import('./reference.js')),
  agreement: section(() => import('./agreement.js')),
  // With up to ten minutes each for those that are slow to get ready
  peers: section(() => import('./peers.js'), 75),
  training: section(() => import('./training.js')),
};
