import { ClebschError } from '../errors.js';
import { native } from '../native.js';
import { PolarRecursion } from './polar_recursion.js';
import type { MethodOption, PolarSizes, PolarStep } from './polar_step.js';
import { PolarTable } from './polar_table.js';
import { RealGroupRecursion } from './real_group_recursion.js';

/** Tables of both directions up to this many bytes are faster than the recursion (measured: `npm run bench -- --filter polar`). */
const tableBytes = 1 << 20;

const recursion = (sizes: PolarSizes): PolarStep => (sizes.group && sizes.real ? new RealGroupRecursion(sizes) : new PolarRecursion(sizes));

/** The polar step of a plan. Throws ERR_MEMORY where tables are asked for that the plan cache does not take. */
export function choosePolarStep(op: string, sizes: PolarSizes, dtype: 'float32' | 'float64', method: MethodOption): PolarStep {
  if (method === 'recursion') return recursion(sizes);
  const table = new PolarTable(sizes, dtype);
  if (method === 'auto' && table.bytes > tableBytes) return recursion(sizes);
  const limit = native.planCache.limit();
  if (table.bytes / 2 > limit) {
    throw new ClebschError('ERR_MEMORY', op, `[${op}] expected tables of at most ${limit} bytes (planCache.limit), got ${table.bytes / 2}`);
  }
  return table;
}
