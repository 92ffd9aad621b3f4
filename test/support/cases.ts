import type { Case } from './case.js';
import { contractCases } from './cases/contract.js';
import { elementwiseCases } from './cases/elementwise.js';
import { fourierCases } from './cases/fourier.js';
import { fusedProductCases } from './cases/fused_product.js';
import { groupActivationCases } from './cases/group_activation.js';
import { groupSynthesisCases } from './cases/group_synthesis.js';
import { harmonicCases } from './cases/harmonic.js';
import { layoutCases } from './cases/layout.js';
import { legendreCases } from './cases/legendre.js';
import { reduceCases } from './cases/reduce.js';
import { stateCases } from './cases/state.js';
import { resamplingCases } from './cases/resampling.js';
import { torusCases } from './cases/torus.js';
import { viewCases } from './cases/views.js';
import { wignerCases } from './cases/wigner.js';

/** Sums over orders. */
export const fourierSums: readonly Case[] = [...fourierCases, ...torusCases];

/** Sums over degrees, alone or with those over orders. */
export const polarSums: readonly Case[] = [...legendreCases, ...harmonicCases, ...resamplingCases, ...wignerCases, ...groupSynthesisCases];

export const otherCases: readonly Case[] = [
  ...viewCases,
  ...layoutCases,
  ...elementwiseCases,
  ...reduceCases,
  ...contractCases,
  ...fusedProductCases,
  ...groupActivationCases,
  ...stateCases,
];

/** THE CASE TABLE: one entry per operation and variant. test/ops/*cases.test.ts make every test of it, each of a part, since they run side by side. */
export const cases: readonly Case[] = [...otherCases, ...fourierSums, ...polarSums];
