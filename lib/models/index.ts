export type { Interpolation } from '../data/projection.js';
export * from '../data/signal_input.js';
export { buildModule, describeModule } from './build.js';
export * from './classifier.js';
export * from './digits.js';
export * from './planar_cnn.js';
export type { LayerConfig } from './registry.js';
export * from './spherical_network.js';
export * from './spherical_plan.js';
