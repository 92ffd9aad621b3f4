import { section } from '../report.js';

export const sections = {
  reference: section(() => import('./reference.js')),
  'real-data': section(() => import('./real_data.js')),
  'round-trip': section(() => import('./round_trip.js'), 30),
  large: section(() => import('./large.js')),
  correlation: section(() => import('./correlation.js')),
  inputs: section(() => import('./inputs.js')),
  speed: section(() => import('./speed.js'), 30),
  plans: section(() => import('./plans.js')),
};
