import type { Section } from '../report.js';

/** Timings first, while nothing else has warmed the machine; loaded in the process that runs them. */
export const sections = {
  calls: () => import('./calls.js'),
  loop: () => import('./loop.js'),
  blas: () => import('./blas.js'),
  workers: () => import('./workers.js'),
  gradients: () => import('./gradients.js'),
  threads: () => import('./threads.js'),
  reference: () => import('./reference.js'),
  equivariance: () => import('./equivariance.js'),
  demo: () => import('./demo.js'),
  table: () => import('./table.js'),
  setup: () => import('./setup.js'),
  packed: () => import('./packed.js'),
  driver: () => import('./driver.js'),
  suite: () => import('./suite.js'),
} as const satisfies Record<string, () => Promise<{ measure: Section }>>;
