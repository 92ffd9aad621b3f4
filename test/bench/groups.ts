import type { Entry } from './entry.js';
import { fourierEntries } from './fourier.js';
import { groupActivationEntries } from './group_activation.js';
import { legendreEntries } from './legendre.js';
import { callEntries, convolutionEntries, matmulEntries, planarEntries, thinEntries } from './linear.js';
import { trainingEntries } from './networks.js';
import { operationEntries } from './operations.js';
import { complexityEntries, fusedEntries, productEntries } from './products.js';
import { rotationGroupEntries } from './rotation_group.js';
import { batchEntries, complexEntries, healpixEntries, polarEntries, sphereEntries } from './sphere.js';

/** Timed in turn within a group. Made when they are needed: some hold plans. */
export const groups: readonly (() => Entry[])[] = [
  callEntries,
  operationEntries,
  matmulEntries,
  thinEntries,
  convolutionEntries,
  productEntries,
  ...sphereEntries(),
  batchEntries,
  complexEntries,
  healpixEntries,
  polarEntries,
  rotationGroupEntries,
  legendreEntries,
  fusedEntries,
  complexityEntries,
  groupActivationEntries,
  fourierEntries,
  planarEntries,
  trainingEntries,
];
