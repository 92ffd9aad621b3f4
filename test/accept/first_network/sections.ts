import { section } from '../report.js';

/** Trainings come first: others use what they leave. Times are limits, not estimates: two runs of 40 minutes each in `training`. */
export const sections = {
  training: section(() => import('./training.js'), 120),
  quick: section(() => import('./quick.js'), 40),
  rotated: section(() => import('./rotated.js'), 60),
  resume: section(() => import('./resume.js')),
  kills: section(() => import('./kills.js')),
  predict: section(() => import('./predict.js'), 60),
  mutations: section(() => import('./mutations.js')),
  absent: section(() => import('./absent.js')),
};
