import { defineOp } from '../op.js';

type Draw = [shape: readonly number[], dtype: number, device: number, seed: number, offset: number, a: number, b: number];

/** low + (high - low) u, u in [0, 1): element i depends on (seed, offset + i) alone. */
export const uniformOp = defineOp<[], Draw>('uniform', 0, null);
/** Mean a, deviation b: element i depends on (seed, offset + i) alone. */
export const normalOp = defineOp<[], Draw>('normal', 0, null);
