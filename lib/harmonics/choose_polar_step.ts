import { ClebschError } from '../errors.js';
import { native } from '../native.js';
import { PolarRecursion } from './polar_recursion.js';
import type { Method, PolarSizes, PolarStep } from './polar_step.js';
import { PolarTable } from './polar_table.js';

/** Tables of both directions up to this many bytes are read faster than the recursion runs, unless batch and channels are few (measured). */
const tableBytes = 64 << 20;

/** The polar step of a plan. Throws ERR_MEMORY where tables are asked for that the plan cache does not take. */
export function choosePolarStep(op: string, sizes: PolarSizes, dtype: 'float32' | 'float64', method: Method): PolarStep {
  if (method === 'recursion') return new PolarRecursion(sizes);
  const table = new PolarTable(sizes, dtype);
  if (method === 'auto' && table.bytes > tableBytes) return new PolarRecursion(sizes);
  const limit = native.planCache.limit();
  if (table.bytes / 2 > limit) {
    throw new ClebschError('ERR_MEMORY', op, `[${op}] expected tables of at most ${limit} bytes (planCache.limit), got ${table.bytes / 2}`);
  }
  return table;
}
