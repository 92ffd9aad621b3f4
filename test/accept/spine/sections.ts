import { section } from '../report.js';

/** Timings first, while nothing else has warmed the machine. */
export const sections = {
  calls: section(() => import('./calls.js')),
  loop: section(() => import('./loop.js')),
  blas: section(() => import('./blas.js')),
  workers: section(() => import('./workers.js')),
  gradients: section(() => import('./gradients.js')),
  threads: section(() => import('./threads.js')),
  reference: section(() => import('./reference.js')),
  equivariance: section(() => import('./equivariance.js')),
  demo: section(() => import('./demo.js')),
  table: section(() => import('./table.js')),
  setup: section(() => import('./setup.js')),
  packed: section(() => import('./packed.js')),
  driver: section(() => import('./driver.js')),
  suite: section(() => import('./suite.js')),
};
